import { describe, expect, test } from 'vitest';
import { decodeFrame, decodeRequest1997, encodeRequest1997, type Request1997 } from '../../../../../protocols/dlt645/index.ts';
import { fromHex, toHex } from '../../../../../src/kernel/bytes.ts';

const ADDRESS = '000012345678';
const EVERYBODY = '999999999999';
const TIME = { year: 2026, month: 11, day: 24, hour: 8, minute: 15, second: 30 };

/**
 * Frames worked out by hand. Sums in hex: the two 68 make D0; address 78+56+34+12 = 114, so a head is 1E4; six times 99
 * make 396, so a broadcast head is 466.
 */
const workedOut: readonly { readonly title: string; readonly address?: string; readonly request: Request1997; readonly hex: string }[] = [
  {
    // 10 90: 1E4 + 01 + 02 + (43+C3 = 106) = 2ED
    title: 'read of forward active energy',
    request: { kind: 'read', di: '9010' },
    hex: '68 78 56 34 12 00 00 68 01 02 43 C3 ED 16',
  },
  {
    // 1F 90: 1E4 + 02 + 02 + (52+C3 = 115) = 2FD
    title: 'read-next of an energy block, without a sequence number',
    request: { kind: 'read-next', di: '901F' },
    hex: '68 78 56 34 12 00 00 68 02 02 52 C3 FD 16',
  },
  {
    // 1E4 + 03 = 1E7
    title: 're-read',
    request: { kind: 'reread' },
    hex: '68 78 56 34 12 00 00 68 03 00 E7 16',
  },
  {
    // 1E4 + 03 + 02 + 106 = 2EF
    title: 're-read that names its DI',
    request: { kind: 'reread', di: '9010' },
    hex: '68 78 56 34 12 00 00 68 03 02 43 C3 EF 16',
  },
  {
    // 11 C1 | 02 56 34 12 | 15: 1E4 + 04 + 07 + (44+F4 + 35+89+67+45 + 48 = 2EA) = 4D9
    title: 'write of the demand period, password but no operator',
    request: { kind: 'write', di: 'C111', password: '02123456', value: Uint8Array.of(0x15) },
    hex: '68 78 56 34 12 00 00 68 04 07 44 F4 35 89 67 45 48 D9 16',
  },
  {
    // 30 15 08 24 11 26: 466 + 08 + 06 + (63+48+3B+57+44+59 = 1DA) = 64E
    title: 'broadcast of the time',
    address: EVERYBODY,
    request: { kind: 'broadcast-time', time: TIME },
    hex: '68 99 99 99 99 99 99 68 08 06 63 48 3B 57 44 59 4E 16',
  },
  {
    // 42 00 00 00 00 00: 1E4 + 0A + 06 + (75 + 5 * 33 = 174) = 368
    title: 'write of a new address',
    request: { kind: 'write-address', address: '000000000042' },
    hex: '68 78 56 34 12 00 00 68 0A 06 75 33 33 33 33 33 68 16',
  },
  {
    // Z = 20: 1E4 + 0C + 01 + 53 = 244
    title: 'change of speed',
    request: { kind: 'change-speed', speedBit: 0x20 },
    hex: '68 78 56 34 12 00 00 68 0C 01 53 44 16',
  },
  {
    // 02 56 34 12 | 02 21 43 65: 1E4 + 0F + 08 + (16A + 197 = 301) = 4FC
    title: 'change of the password',
    request: { kind: 'change-password', password: '02123456', newPassword: '02654321' },
    hex: '68 78 56 34 12 00 00 68 0F 08 35 89 67 45 35 54 76 98 FC 16',
  },
  {
    // 04 56 34 12: 1E4 + 10 + 04 + 16C = 364
    title: 'clearing of demand',
    request: { kind: 'clear-demand', password: '04123456' },
    hex: '68 78 56 34 12 00 00 68 10 04 37 89 67 45 64 16',
  },
];

describe('DL/T 645-1997 requests', () => {
  test.each(workedOut)('encodes the $title as worked out by hand, and reads it back', ({ address = ADDRESS, request, hex }) => {
    const expected = fromHex(hex) ?? new Uint8Array(0);
    expect(toHex(encodeRequest1997(address, request))).toBe(toHex(expected));
    const frame = decodeFrame(expected);
    if (!frame.ok) throw new Error(frame.error.code);
    expect(decodeRequest1997(frame.value)).toEqual({ ok: true, value: request });
  });

  test.each(workedOut.filter(({ request }) => !/^(read|reread|read-next|broadcast-time)$/.test(request.kind)))(
    'refuses to send the $title to more than one meter',
    ({ request }) => {
      for (const address of ['AAAAAAAAAAAA', 'AAAA12345678', EVERYBODY]) {
        expect(() => encodeRequest1997(address, request)).toThrow('names its one meter');
      }
    },
  );

  test('refuses to send a function that nobody knows to more than one meter', () => {
    const request = { kind: 'other', function: 0x07, data: new Uint8Array(0) } as const;
    expect(() => encodeRequest1997(EVERYBODY, request)).toThrow('names its one meter');
    expect(toHex(encodeRequest1997(ADDRESS, request))).toBe('68785634120000680700EB16'); // 1E4 + 07 = 1EB
  });

  test('refuses a DI of the other year, two bits of speed, and a password that is none', () => {
    expect(() => encodeRequest1997(ADDRESS, { kind: 'read', di: '00010000' })).toThrow('4 hex digits');
    expect(() => encodeRequest1997(ADDRESS, { kind: 'change-speed', speedBit: 0x22 })).toThrow('one bit');
    expect(() => encodeRequest1997(ADDRESS, { kind: 'clear-demand', password: '123456' })).toThrow('8 digits');
  });

  test.each([
    { title: 'a read with more than its DI', control: 0x01, data: [0x10, 0x90, 1] },
    { title: 'a read-next with a sequence number', control: 0x02, data: [0x10, 0x90, 1] },
    { title: 'a write without a password', control: 0x04, data: [0x11, 0xc1, 0x15] },
    { title: 'the 30th of February', control: 0x08, data: [0, 0, 0, 0x30, 2, 0x26] },
    { title: 'an address that is no BCD', control: 0x0a, data: [0xab, 0, 0, 0, 0, 0] },
    { title: 'no bit of speed', control: 0x0c, data: [0] },
    { title: 'one password only', control: 0x0f, data: [2, 0, 0, 0] },
    { title: 'clearing of demand with an operator', control: 0x10, data: [2, 0, 0, 0, 1, 0, 0, 0] },
    { title: 'a reply', control: 0x81, data: [0x10, 0x90] },
  ])('$title is bad data', ({ control, data }) => {
    expect(decodeRequest1997({ address: ADDRESS, control, data: Uint8Array.from(data) })).toMatchObject({
      ok: false,
      error: { code: 'bad-data' },
    });
  });
});
