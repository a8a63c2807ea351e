import { describe, expect, test } from 'vitest';
import { decodeFrame, decodeReply, encodeReply, errorTexts, type Reply } from '../../../../../protocols/dlt645/index.ts';
import { fromHex, toHex } from '../../../../../src/kernel/bytes.ts';

const ADDRESS = '000012345678';

/** Frames worked out by hand; the head 68 … 68 of this address sums to 1E4. */
const workedOut: readonly { readonly title: string; readonly reply: Reply; readonly hex: string }[] = [
  {
    // 00 00 01 00 | 56 34 12 00: 1E4 + 91 + 08 + (33+33+34+33 + 89+67+45+33 = 235) = 4B2
    title: 'energy of 1234.56',
    reply: { kind: 'read', di: '00010000', value: Uint8Array.of(0x56, 0x34, 0x12, 0), more: false },
    hex: '68 78 56 34 12 00 00 68 91 08 33 33 34 33 89 67 45 33 B2 16',
  },
  {
    // as above with b5 of the control byte: 20 more
    title: 'energy with more to follow',
    reply: { kind: 'read', di: '00010000', value: Uint8Array.of(0x56, 0x34, 0x12, 0), more: true },
    hex: '68 78 56 34 12 00 00 68 B1 08 33 33 34 33 89 67 45 33 D2 16',
  },
  {
    // 00 FF 01 00 | 07 | 01: 1E4 + B2 + 06 + (33+32+34+33 + 3A + 34 = 13A) = 3D6
    title: 'follow-up frame, its sequence number stripped',
    reply: { kind: 'read-next', di: '0001FF00', value: Uint8Array.of(0x07), sequence: 1, more: true },
    hex: '68 78 56 34 12 00 00 68 B2 06 33 32 34 33 3A 34 D6 16',
  },
  {
    // 1E4 + 93 + 06 + (AB+89+67+45+33+33 = 246) = 4C3
    title: 'address',
    reply: { kind: 'read-address', address: ADDRESS },
    hex: '68 78 56 34 12 00 00 68 93 06 AB 89 67 45 33 33 C3 16',
  },
  {
    // 1E4 + 9C = 280
    title: 'accepted relay command',
    reply: { kind: 'accepted', function: 0x1c, data: new Uint8Array(0) },
    hex: '68 78 56 34 12 00 00 68 9C 00 80 16',
  },
  {
    // 1E4 + DC + 01 + 37 = 2F8
    title: 'relay command refused for its password',
    reply: { kind: 'refused', function: 0x1c, error: 0x04, errorBytes: 1 },
    hex: '68 78 56 34 12 00 00 68 DC 01 37 F8 16',
  },
  {
    // 1E4 + DC + 02 + (34+33 = 67) = 329
    title: 'relay command refused with an error word',
    reply: { kind: 'refused', function: 0x1c, error: 0x0001, errorBytes: 2 },
    hex: '68 78 56 34 12 00 00 68 DC 02 34 33 29 16',
  },
];

describe('DL/T 645-2007 replies', () => {
  test.each(workedOut)('encodes the $title as worked out by hand, and reads it back', ({ reply, hex }) => {
    const expected = fromHex(hex) ?? new Uint8Array(0);
    expect(toHex(encodeReply(ADDRESS, reply))).toBe(toHex(expected));
    const frame = decodeFrame(expected);
    if (!frame.ok) throw new Error(frame.error.code);
    expect(decodeReply(frame.value)).toEqual({ ok: true, value: reply });
  });

  test('a load record that is not found is a read reply without a value, not an error', () => {
    const reply = decodeReply({ address: ADDRESS, control: 0x91, data: Uint8Array.of(1, 0, 0, 6) });
    expect(reply).toEqual({ ok: true, value: { kind: 'read', di: '06000001', value: new Uint8Array(0), more: false } });
  });

  test('an echoed request is no reply', () => {
    expect(decodeReply({ address: ADDRESS, control: 0x11, data: Uint8Array.of(0, 0, 1, 0) }).ok).toBe(false);
  });

  test('an ERR byte has a text for each of its bits', () => {
    expect(errorTexts(0x03)).toEqual(['other error', 'no requested data']);
    expect(errorTexts(0x04)).toEqual(['wrong password or not authorised']);
    expect(errorTexts(0x00)).toEqual([]);
  });
});
