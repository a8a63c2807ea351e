import { describe, expect, test } from 'vitest';
import { decodeFrame, decodeReply, encodeReply, errorTexts, type Reply, refusalTexts } from '../../../../../protocols/dlt645/index.ts';
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
  {
    // 1E4 + DC = 2C0
    title: 'relay command refused without a reason',
    reply: { kind: 'refused', function: 0x1c, error: 0, errorBytes: 0 },
    hex: '68 78 56 34 12 00 00 68 DC 00 C0 16',
  },
  {
    // 1E4 + 94 = 278
    title: 'accepted write',
    reply: { kind: 'accepted', function: 0x14, data: new Uint8Array(0) },
    hex: '68 78 56 34 12 00 00 68 94 00 78 16',
  },
  {
    // 1E4 + 95 = 279
    title: 'accepted write address, from the new address',
    reply: { kind: 'accepted', function: 0x15, data: new Uint8Array(0) },
    hex: '68 78 56 34 12 00 00 68 95 00 79 16',
  },
  {
    // 1E4 + 96 = 27A
    title: 'accepted freeze',
    reply: { kind: 'accepted', function: 0x16, data: new Uint8Array(0) },
    hex: '68 78 56 34 12 00 00 68 96 00 7A 16',
  },
  {
    // 1E4 + 97 + 01 + 53 = 2CF
    title: 'accepted change of speed, told at the old one',
    reply: { kind: 'accepted', function: 0x17, data: Uint8Array.of(0x20) },
    hex: '68 78 56 34 12 00 00 68 97 01 53 CF 16',
  },
  {
    // 1E4 + 98 + 04 + (35+54+76+98 = 197) = 417
    title: 'accepted change of password, with the new one',
    reply: { kind: 'accepted', function: 0x18, data: Uint8Array.of(0x02, 0x21, 0x43, 0x65) },
    hex: '68 78 56 34 12 00 00 68 98 04 35 54 76 98 17 16',
  },
  {
    // 1E4 + 99 = 27D
    title: 'accepted clearing of demand',
    reply: { kind: 'accepted', function: 0x19, data: new Uint8Array(0) },
    hex: '68 78 56 34 12 00 00 68 99 00 7D 16',
  },
  {
    // 1E4 + 9A = 27E
    title: 'accepted clearing of the meter',
    reply: { kind: 'accepted', function: 0x1a, data: new Uint8Array(0) },
    hex: '68 78 56 34 12 00 00 68 9A 00 7E 16',
  },
  {
    // 1E4 + 9B = 27F
    title: 'accepted clearing of events',
    reply: { kind: 'accepted', function: 0x1b, data: new Uint8Array(0) },
    hex: '68 78 56 34 12 00 00 68 9B 00 7F 16',
  },
  {
    // 1E4 + 9C + 02 + (37+33 = 6A) = 2EC
    title: 'accepted relay command with its executed word',
    reply: { kind: 'accepted', function: 0x1c, data: Uint8Array.of(0x04, 0x00) },
    hex: '68 78 56 34 12 00 00 68 9C 02 37 33 EC 16',
  },
  {
    // 1E4 + 9D + 01 + 35 = 2B7
    title: 'accepted multi-function output',
    reply: { kind: 'accepted', function: 0x1d, data: Uint8Array.of(0x02) },
    hex: '68 78 56 34 12 00 00 68 9D 01 35 B7 16',
  },
  {
    // 1E4 + D1 + 01 + 35 = 2EB
    title: 'refused read',
    reply: { kind: 'refused', function: 0x11, error: 0x02, errorBytes: 1 },
    hex: '68 78 56 34 12 00 00 68 D1 01 35 EB 16',
  },
  {
    // 1E4 + D2 + 01 + 35 = 2EC
    title: 'refused read-next',
    reply: { kind: 'refused', function: 0x12, error: 0x02, errorBytes: 1 },
    hex: '68 78 56 34 12 00 00 68 D2 01 35 EC 16',
  },
  {
    // 1E4 + D4 + 01 + 37 = 2F0
    title: 'refused write',
    reply: { kind: 'refused', function: 0x14, error: 0x04, errorBytes: 1 },
    hex: '68 78 56 34 12 00 00 68 D4 01 37 F0 16',
  },
  {
    // 1E4 + D6 + 01 + 34 = 2EF
    title: 'refused freeze',
    reply: { kind: 'refused', function: 0x16, error: 0x01, errorBytes: 1 },
    hex: '68 78 56 34 12 00 00 68 D6 01 34 EF 16',
  },
  {
    // 1E4 + D7 + 01 + 3B = 2F7
    title: 'refused change of speed',
    reply: { kind: 'refused', function: 0x17, error: 0x08, errorBytes: 1 },
    hex: '68 78 56 34 12 00 00 68 D7 01 3B F7 16',
  },
  {
    // 1E4 + D8 + 01 + 37 = 2F4
    title: 'refused change of password',
    reply: { kind: 'refused', function: 0x18, error: 0x04, errorBytes: 1 },
    hex: '68 78 56 34 12 00 00 68 D8 01 37 F4 16',
  },
  {
    // 1E4 + D9 + 01 + 37 = 2F5
    title: 'refused clearing of demand',
    reply: { kind: 'refused', function: 0x19, error: 0x04, errorBytes: 1 },
    hex: '68 78 56 34 12 00 00 68 D9 01 37 F5 16',
  },
  {
    // 1E4 + DA + 01 + 37 = 2F6
    title: 'refused clearing of the meter',
    reply: { kind: 'refused', function: 0x1a, error: 0x04, errorBytes: 1 },
    hex: '68 78 56 34 12 00 00 68 DA 01 37 F6 16',
  },
  {
    // 1E4 + DB + 01 + 37 = 2F7
    title: 'refused clearing of events',
    reply: { kind: 'refused', function: 0x1b, error: 0x04, errorBytes: 1 },
    hex: '68 78 56 34 12 00 00 68 DB 01 37 F7 16',
  },
  {
    // 1E4 + DD + 01 + 34 = 2F6
    title: 'refused multi-function output',
    reply: { kind: 'refused', function: 0x1d, error: 0x01, errorBytes: 1 },
    hex: '68 78 56 34 12 00 00 68 DD 01 34 F6 16',
  },
  {
    // 1E4 + C3 + 02 + (53+33 = 86) = 32F
    title: 'refused recharge with a wrong count',
    reply: { kind: 'refused', function: 0x03, error: 0x20, errorBytes: 2 },
    hex: '68 78 56 34 12 00 00 68 C3 02 53 33 2F 16',
  },
  {
    // FF 01 00 07: 1E4 + 83 + 04 + (32+34+33+3A = D3) = 33E
    title: 'security validity time taken',
    reply: { kind: 'security', di: '070001FF', body: new Uint8Array(0) },
    hex: '68 78 56 34 12 00 00 68 83 04 32 34 33 3A 3E 16',
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

  test('a refusal is told by the function that it refuses: one byte, the error word of a relay command, or SERR', () => {
    expect(refusalTexts({ function: 0x14, error: 0x04, errorBytes: 1 })).toEqual(['wrong password or not authorised']);
    expect(refusalTexts({ function: 0x1c, error: 0x04, errorBytes: 1 })).toEqual(['wrong password or not authorised']);
    expect(refusalTexts({ function: 0x1c, error: 0x0012, errorBytes: 2 })).toEqual(['wrong MAC', 'deadline has passed']);
    expect(refusalTexts({ function: 0x1c, error: 0x0100, errorBytes: 2 })).toEqual(['restore failed: tripped']);
    expect(refusalTexts({ function: 0x03, error: 0x0022, errorBytes: 2 })).toEqual(['recharge is a duplicate', 'wrong recharge count']);
  });
});
