import { describe, expect, test } from 'vitest';
import { decodeFrame, decodeReply1997, encodeReply1997, errorTexts1997, type Reply1997 } from '../../../../../protocols/dlt645/index.ts';
import { fromHex, toHex } from '../../../../../src/kernel/bytes.ts';

const ADDRESS = '000012345678';

/** Frames worked out by hand; the head 68 … 68 of this address sums to 1E4. */
const workedOut: readonly { readonly title: string; readonly reply: Reply1997; readonly hex: string }[] = [
  {
    // 10 90 | 56 34 12 00: 1E4 + 81 + 06 + (43+C3 + 89+67+45+33 = 26E) = 4D9
    title: 'energy of 1234.56',
    reply: { kind: 'read', di: '9010', value: Uint8Array.of(0x56, 0x34, 0x12, 0), more: false },
    hex: '68 78 56 34 12 00 00 68 81 06 43 C3 89 67 45 33 D9 16',
  },
  {
    // as above with b5 of the control byte: 20 more
    title: 'energy with more to follow',
    reply: { kind: 'read', di: '9010', value: Uint8Array.of(0x56, 0x34, 0x12, 0), more: true },
    hex: '68 78 56 34 12 00 00 68 A1 06 43 C3 89 67 45 33 F9 16',
  },
  {
    // 1F 90 | 07 00 00 00: 1E4 + 82 + 06 + (52+C3 + 3A+33+33+33 = 1E8) = 454
    title: 'follow-up frame, all of it value',
    reply: { kind: 'read-next', di: '901F', value: Uint8Array.of(0x07, 0, 0, 0), more: false },
    hex: '68 78 56 34 12 00 00 68 82 06 52 C3 3A 33 33 33 54 16',
  },
  {
    // 1E4 + 83 + 02 + 106 = 36F
    title: 'answer said once more, without a value',
    reply: { kind: 'reread', di: '9010', value: new Uint8Array(0), more: false },
    hex: '68 78 56 34 12 00 00 68 83 02 43 C3 6F 16',
  },
  {
    // 1E4 + 84 = 268
    title: 'accepted write',
    reply: { kind: 'accepted', function: 0x04, data: new Uint8Array(0) },
    hex: '68 78 56 34 12 00 00 68 84 00 68 16',
  },
  {
    // 1E4 + 8C + 01 + 53 = 2C4
    title: 'accepted speed',
    reply: { kind: 'accepted', function: 0x0c, data: Uint8Array.of(0x20) },
    hex: '68 78 56 34 12 00 00 68 8C 01 53 C4 16',
  },
  {
    // 02 21 43 65: 1E4 + 8F + 04 + (35+54+76+98 = 197) = 40E
    title: 'accepted password',
    reply: { kind: 'accepted', function: 0x0f, data: Uint8Array.of(2, 0x21, 0x43, 0x65) },
    hex: '68 78 56 34 12 00 00 68 8F 04 35 54 76 98 0E 16',
  },
  {
    // 1E4 + C1 + 01 + 35 = 2DB
    title: 'refused read',
    reply: { kind: 'refused', function: 0x01, error: 0x02 },
    hex: '68 78 56 34 12 00 00 68 C1 01 35 DB 16',
  },
  {
    // 1E4 + C4 + 01 + 37 = 2E0
    title: 'refused write',
    reply: { kind: 'refused', function: 0x04, error: 0x04 },
    hex: '68 78 56 34 12 00 00 68 C4 01 37 E0 16',
  },
];

describe('DL/T 645-1997 replies', () => {
  test.each(workedOut)('encodes the $title as worked out by hand, and reads it back', ({ reply, hex }) => {
    const expected = fromHex(hex) ?? new Uint8Array(0);
    expect(toHex(encodeReply1997(ADDRESS, reply))).toBe(toHex(expected));
    const frame = decodeFrame(expected);
    if (!frame.ok) throw new Error(frame.error.code);
    expect(decodeReply1997(frame.value)).toEqual({ ok: true, value: reply });
  });

  test.each([
    { title: 'an echoed request', control: 0x01, data: [0x10, 0x90] },
    { title: 'an answer that names no DI', control: 0x81, data: [0x10] },
    { title: 'a refusal without an error', control: 0xc1, data: [] },
    { title: 'a refusal of two bytes', control: 0xc1, data: [2, 0] },
  ])('$title is no reply', ({ control, data }) => {
    expect(decodeReply1997({ address: ADDRESS, control, data: Uint8Array.from(data) }).ok).toBe(false);
  });

  test('an ERR byte has a text for each bit of this edition', () => {
    expect(errorTexts1997(0x03)).toEqual(['illegal data', 'wrong data identifier']);
    expect(errorTexts1997(0x04)).toEqual(['wrong password']);
    expect(errorTexts1997(0x70)).toEqual(['too many seasons', 'too many day slots', 'too many tariffs']);
    expect(errorTexts1997(0x88)).toEqual([]);
  });
});
