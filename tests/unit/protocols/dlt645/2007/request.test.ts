import { describe, expect, test } from 'vitest';
import { decodeFrame, decodeRequest, encodeRequest, FREEZE_NOW, type Request } from '../../../../../protocols/dlt645/index.ts';
import { fromHex, toHex } from '../../../../../src/kernel/bytes.ts';

const ADDRESS = '000012345678';
const EVERYBODY = '999999999999';
const DEADLINE = { year: 2026, month: 11, day: 24, hour: 8, minute: 30, second: 0 };

/**
 * Frames worked out by hand. Sums in hex: the two 68 make D0; address 78+56+34+12 = 114, so a head is 1E4; six times 99
 * make 396, so a broadcast head is 466; six times AA make 3FC, so a wildcard head is 4CC.
 */
const workedOut: readonly { readonly title: string; readonly address: string; readonly request: Request; readonly hex: string }[] = [
  {
    // 1E4 + 11 + 04 + (33+33+34+33 = CD) = 2C6
    title: 'read of forward active energy',
    address: ADDRESS,
    request: { kind: 'read', di: '00010000' },
    hex: '68 78 56 34 12 00 00 68 11 04 33 33 34 33 C6 16',
  },
  {
    // 1E4 + 11 + 05 + (34+33+33+39+35 = 108) = 302
    title: 'read of two load record blocks',
    address: ADDRESS,
    request: { kind: 'read', di: '06000001', blocks: 2 },
    hex: '68 78 56 34 12 00 00 68 11 05 34 33 33 39 35 02 16',
  },
  {
    // 01 00 00 06 | 02 | 15 08 24 11 26: 1E4 + 11 + 0A + (34+33+33+39 + 35 + 48+3B+57+44+59 = 27F) = 47E
    title: 'read of two load record blocks from a time',
    address: ADDRESS,
    request: { kind: 'read', di: '06000001', blocks: 2, from: { year: 2026, month: 11, day: 24, hour: 8, minute: 15, second: 0 } },
    hex: '68 78 56 34 12 00 00 68 11 0A 34 33 33 39 35 48 3B 57 44 59 7E 16',
  },
  {
    // 00 00 00 06 | 02: 1E4 + 11 + 05 + (33+33+33+39+35 = 107) = 301
    title: 'read of the two oldest load record blocks',
    address: ADDRESS,
    request: { kind: 'read', di: '06000000', blocks: 2 },
    hex: '68 78 56 34 12 00 00 68 11 05 33 33 33 39 35 01 16',
  },
  {
    // 02 00 00 06: 1E4 + 11 + 04 + (35+33+33+39 = D4) = 2CD
    title: 'read of the latest load record',
    address: ADDRESS,
    request: { kind: 'read', di: '06000002' },
    hex: '68 78 56 34 12 00 00 68 11 04 35 33 33 39 CD 16',
  },
  {
    // FF + 33 wraps to 32: 1E4 + 12 + 05 + (33+32+34+33+34 = 100) = 2FB
    title: 'read-next of an energy block, sequence 1',
    address: ADDRESS,
    request: { kind: 'read-next', di: '0001FF00', sequence: 1 },
    hex: '68 78 56 34 12 00 00 68 12 05 33 32 34 33 34 FB 16',
  },
  {
    // 4CC + 13 + 00 = 4DF
    title: 'read address by wildcard',
    address: 'AAAAAAAAAAAA',
    request: { kind: 'read-address' },
    hex: '68 AA AA AA AA AA AA 68 13 00 DF 16',
  },
  {
    // 03 01 00 04 | 02 56 34 12 | 01 00 00 00 | 15:
    // 1E4 + 14 + 0D + (36+34+33+37 + 35+89+67+45 + 34+33+33+33 + 48 = 353) = 558
    title: 'write of the demand period with a level 02 password',
    address: ADDRESS,
    request: { kind: 'write', di: '04000103', password: '02123456', operator: '00000001', value: Uint8Array.of(0x15) },
    hex: '68 78 56 34 12 00 00 68 14 0D 36 34 33 37 35 89 67 45 34 33 33 33 48 58 16',
  },
  {
    // 4CC + 15 + 06 + (AB+89+67+45+33+33 = 246) = 72D
    title: 'write address by wildcard',
    address: 'AAAAAAAAAAAA',
    request: { kind: 'write-address', address: ADDRESS },
    hex: '68 AA AA AA AA AA AA 68 15 06 AB 89 67 45 33 33 2D 16',
  },
  {
    // 30 15 08 24 11 26: 466 + 08 + 06 + (63+48+3B+57+44+59 = 1DA) = 64E
    title: 'broadcast of the time',
    address: EVERYBODY,
    request: { kind: 'broadcast-time', time: { year: 2026, month: 11, day: 24, hour: 8, minute: 15, second: 30 } },
    hex: '68 99 99 99 99 99 99 68 08 06 63 48 3B 57 44 59 4E 16',
  },
  {
    // 99+33 = CC four times 330: 466 + 16 + 04 + 330 = 7B0
    title: 'freeze of everybody, now',
    address: EVERYBODY,
    request: { kind: 'freeze', at: FREEZE_NOW },
    hex: '68 99 99 99 99 99 99 68 16 04 CC CC CC CC B0 16',
  },
  {
    // mm hh DD MM = 00 00 01 99: 1E4 + 16 + 04 + (33+33+34+CC = 166) = 364
    title: 'freeze on the first of every month at midnight',
    address: ADDRESS,
    request: { kind: 'freeze', at: { month: null, day: 1, hour: 0, minute: 0 } },
    hex: '68 78 56 34 12 00 00 68 16 04 33 33 34 CC 64 16',
  },
  {
    // 02 56 34 12 | 01 00 00 00 | 1A 00 | 00 30 08 24 11 26:
    // 1E4 + 1C + 10 + (35+89+67+45 + 34+33+33+33 + 4D+33 + 33+63+3B+57+44+59 = 47C) = 68C
    title: 'trip until a deadline',
    address: ADDRESS,
    request: { kind: 'relay', action: 'trip', password: '02123456', operator: '00000001', limit: 0, deadline: DEADLINE },
    hex: '68 78 56 34 12 00 00 68 1C 10 35 89 67 45 34 33 33 33 4D 33 33 63 3B 57 44 59 8C 16',
  },
  {
    // as the trip, with N1 = 1B (one more) and PA = 04 (two more)
    title: 'arm with a level 04 password',
    address: ADDRESS,
    request: { kind: 'relay', action: 'arm', password: '04123456', operator: '00000001', limit: 0, deadline: DEADLINE },
    hex: '68 78 56 34 12 00 00 68 1C 10 37 89 67 45 34 33 33 33 4E 33 33 63 3B 57 44 59 8F 16',
  },
  {
    // as the trip, with N1 = 1C (two more)
    title: 'close',
    address: ADDRESS,
    request: { kind: 'relay', action: 'close', password: '02123456', operator: '00000001', limit: 0, deadline: DEADLINE },
    hex: '68 78 56 34 12 00 00 68 1C 10 35 89 67 45 34 33 33 33 4F 33 33 63 3B 57 44 59 8E 16',
  },
  {
    // as the trip, with N1 = 3A (20 more)
    title: 'keep power',
    address: ADDRESS,
    request: { kind: 'relay', action: 'keep-power-on', password: '02123456', operator: '00000001', limit: 0, deadline: DEADLINE },
    hex: '68 78 56 34 12 00 00 68 1C 10 35 89 67 45 34 33 33 33 6D 33 33 63 3B 57 44 59 AC 16',
  },
  {
    // 98 56 34 12 | 01 00 00 00 | 16 times C1 | 4 times 3A:
    // 1E4 + 1C + 1C + (CB+89+67+45 = 200) + (34+33+33+33 = CD) + 16 * F4 + 4 * 6D = 15DD
    title: 'sealed relay command',
    address: ADDRESS,
    request: {
      kind: 'sealed-relay',
      password: '98123456',
      operator: '00000001',
      cipher: new Uint8Array(16).fill(0xc1),
      mac: new Uint8Array(4).fill(0x3a),
    },
    hex: '68 78 56 34 12 00 00 68 1C 1C CB 89 67 45 34 33 33 33 F4 F4 F4 F4 F4 F4 F4 F4 F4 F4 F4 F4 F4 F4 F4 F4 6D 6D 6D 6D DD 16',
  },
  {
    // Z = 20, b5 alone: 1E4 + 17 + 01 + 53 = 24F
    title: 'change of speed to 9600',
    address: ADDRESS,
    request: { kind: 'change-speed', speed: 9600 },
    hex: '68 78 56 34 12 00 00 68 17 01 53 4F 16',
  },
  {
    // 03 0C 00 04 | 02 56 34 12 | 02 21 43 65: 1E4 + 18 + 0C + (DF + 16A + 197 = 3E0) = 5E8
    title: 'change of the level 2 password',
    address: ADDRESS,
    request: { kind: 'change-password', di: '04000C03', password: '02123456', newPassword: '02654321' },
    hex: '68 78 56 34 12 00 00 68 18 0C 36 3F 33 37 35 89 67 45 35 54 76 98 E8 16',
  },
  {
    // 04 56 34 12 | 01 00 00 00: 1E4 + 19 + 08 + (16C + CD = 239) = 43E
    title: 'clearing of demand',
    address: ADDRESS,
    request: { kind: 'clear-demand', password: '04123456', operator: '00000001' },
    hex: '68 78 56 34 12 00 00 68 19 08 37 89 67 45 34 33 33 33 3E 16',
  },
  {
    // 02 56 34 12 | 01 00 00 00: 1E4 + 1A + 08 + (16A + CD = 237) = 43D
    title: 'clearing of the meter',
    address: ADDRESS,
    request: { kind: 'clear-meter', password: '02123456', operator: '00000001' },
    hex: '68 78 56 34 12 00 00 68 1A 08 35 89 67 45 34 33 33 33 3D 16',
  },
  {
    // as the meter, with FF four times (32 each): 1E4 + 1B + 0C + (237 + C8 = 2FF) = 50A
    title: 'clearing of every event',
    address: ADDRESS,
    request: { kind: 'clear-events', password: '02123456', operator: '00000001', di: 'FFFFFFFF' },
    hex: '68 78 56 34 12 00 00 68 1B 0C 35 89 67 45 34 33 33 33 32 32 32 32 0A 16',
  },
  {
    // as the meter, with FF 0D 30 03: 1E4 + 1B + 0C + (237 + 32+40+63+36 = 342) = 54D
    title: 'clearing of the cover events',
    address: ADDRESS,
    request: { kind: 'clear-events', password: '02123456', operator: '00000001', di: '03300DFF' },
    hex: '68 78 56 34 12 00 00 68 1B 0C 35 89 67 45 34 33 33 33 32 40 63 36 4D 16',
  },
  {
    // 1E4 + 1D + 01 + 35 = 237
    title: 'slot switch on the multi-function output',
    address: ADDRESS,
    request: { kind: 'multi-function-output', output: 'slot-switch' },
    hex: '68 78 56 34 12 00 00 68 1D 01 35 37 16',
  },
  {
    // FF 02 81 07 | 01 00 00 00: 1E4 + 03 + 08 + (32+35+B4+3A = 155) + (34+33+33+33 = CD) = 411
    title: 'security query of the purse',
    address: ADDRESS,
    request: { kind: 'security', di: '078102FF', operator: '00000001', body: new Uint8Array(0) },
    hex: '68 78 56 34 12 00 00 68 03 08 32 35 B4 3A 34 33 33 33 11 16',
  },
];

describe('DL/T 645-2007 requests', () => {
  test.each(workedOut)('encodes the $title as worked out by hand, and reads it back', ({ address, request, hex }) => {
    const expected = fromHex(hex) ?? new Uint8Array(0);
    expect(toHex(encodeRequest(address, request))).toBe(toHex(expected));
    const frame = decodeFrame(expected);
    if (!frame.ok) throw new Error(frame.error.code);
    expect(frame.value.address).toBe(address);
    expect(decodeRequest(frame.value)).toEqual({ ok: true, value: request });
  });

  test('sends wake-up bytes before the frame where asked', () => {
    const bytes = encodeRequest(ADDRESS, { kind: 'read', di: '00010000' }, { wakeUp: 4 });
    expect(toHex(bytes)).toBe('FEFEFEFE6878563412000068110433333433C616');
  });

  test('refuses to send a relay command or a write to a wildcard or to everybody', () => {
    const trip = { kind: 'relay', action: 'trip', password: '02123456', operator: '00000001', limit: 0, deadline: DEADLINE } as const;
    for (const address of ['AAAAAAAAAAAA', 'AAAA12345678', EVERYBODY])
      expect(() => encodeRequest(address, trip)).toThrow('names its one meter');
    const write = { kind: 'write', di: '04000103', password: '02123456', operator: '00000001', value: Uint8Array.of(0x15) } as const;
    expect(() => encodeRequest(EVERYBODY, write)).toThrow('names its one meter');
  });

  test.each(workedOut.filter(({ hex }) => /^(?:\S\S ){8}(?:1[79ABCD8]|03)/.test(hex)))(
    'refuses to send the $title to more than one meter',
    ({ request }) => {
      for (const address of ['AAAAAAAAAAAA', 'AAAA12345678', EVERYBODY]) {
        expect(() => encodeRequest(address, request)).toThrow('names its one meter');
      }
    },
  );

  test('refuses to give everybody one address', () => {
    expect(() => encodeRequest(EVERYBODY, { kind: 'write-address', address: ADDRESS })).toThrow('not to everybody');
  });

  test('refuses to seal at another level than 98, or with a length that is none', () => {
    const sealed = { kind: 'sealed-relay', operator: '00000001', cipher: new Uint8Array(16), mac: new Uint8Array(4) } as const;
    expect(() => encodeRequest(ADDRESS, { ...sealed, password: '02123456' })).toThrow('level 98');
    expect(() => encodeRequest(ADDRESS, { ...sealed, password: '98123456', cipher: new Uint8Array(8) })).toThrow('level 98');
  });

  test.each([
    { title: 'two bits of speed', control: 0x17, data: [0x22] },
    { title: 'one password only', control: 0x18, data: [3, 0x0c, 0, 4, 2, 0, 0, 0] },
    { title: 'clearing of demand without an operator', control: 0x19, data: [2, 0, 0, 0] },
    { title: 'clearing of one single event', control: 0x1b, data: [2, 0, 0, 0, 1, 0, 0, 0, 1, 0x0d, 0x30, 3] },
    { title: 'an output that is none', control: 0x1d, data: [3] },
  ])('$title is bad data', ({ control, data }) => {
    expect(decodeRequest({ address: ADDRESS, control, data: Uint8Array.from(data) })).toMatchObject({
      ok: false,
      error: { code: 'bad-data' },
    });
  });

  test('refuses to send a relay command without a deadline', () => {
    const trip = { kind: 'relay', action: 'trip', password: '02123456', operator: '00000001', limit: 0, deadline: null } as const;
    expect(() => encodeRequest(ADDRESS, trip)).toThrow('deadline');
  });

  test('takes a sealed relay command apart without looking into it', () => {
    const data = Uint8Array.from([0x98, 0x56, 0x34, 0x12, 1, 0, 0, 0, ...Array<number>(16).fill(0xc1), ...Array<number>(4).fill(0x3a)]);
    const request = decodeRequest({ address: ADDRESS, control: 0x1c, data });
    expect(request).toMatchObject({ ok: true, value: { kind: 'sealed-relay', password: '98123456', operator: '00000001' } });
  });

  test('an unknown N1 or a relay command of a wrong length is bad data', () => {
    expect(decodeRequest({ address: ADDRESS, control: 0x1c, data: Uint8Array.of(0x1a) })).toMatchObject({
      ok: false,
      error: { code: 'bad-data' },
    });
    expect(decodeRequest({ address: ADDRESS, control: 0x1c, data: new Uint8Array(16) })).toMatchObject({
      ok: false,
      error: { code: 'bad-data' },
    });
  });

  test('a function that nobody knows is no error', () => {
    const data = Uint8Array.of(1, 2, 3);
    expect(decodeRequest({ address: ADDRESS, control: 0x09, data })).toEqual({ ok: true, value: { kind: 'other', function: 0x09, data } });
  });
});
