import { describe, expect, test } from 'vitest';
import { decodeFrame, decodeRequest, type EncodableRequest, encodeRequest, FREEZE_NOW } from '../../../../../protocols/dlt645/index.ts';
import { fromHex, toHex } from '../../../../../src/kernel/bytes.ts';

const ADDRESS = '000012345678';
const EVERYBODY = '999999999999';
const DEADLINE = { year: 2026, month: 11, day: 24, hour: 8, minute: 30, second: 0 };

/**
 * Frames worked out by hand. Sums in hex: the two 68 make D0; address 78+56+34+12 = 114, so a head is 1E4; six times 99
 * make 396, so a broadcast head is 466; six times AA make 3FC, so a wildcard head is 4CC.
 */
const workedOut: readonly { readonly title: string; readonly address: string; readonly request: EncodableRequest; readonly hex: string }[] =
  [
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
