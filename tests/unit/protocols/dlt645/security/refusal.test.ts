import { expect, test } from 'vitest';
import { decodeFrame, decodeReply, refusalTexts, SECURITY_ERROR } from '../../../../../protocols/dlt645/index.ts';
import { fromHex } from '../../../../../src/kernel/bytes.ts';

// Each is 1E4 + C3 + 02 = 2A9 and its two bytes plus 33H, low byte first: 00 20 as 53 + 33 = 86 makes 32F, 01 00 as 33 + 34 = 67 makes 310,
// 00 01 as 34 + 33 = 67 the same; 00 02: 35 + 33 = 68, 311; 00 04: 37 + 33 = 6A, 313; 00 08: 3B + 33 = 6E, 317; 00 10: 43 + 33 = 76, 31F;
// 00 40: 73 + 33 = A6, 34F; 00 80: B3 + 33 = E6, 38F.
test.each([
  ['68 78 56 34 12 00 00 68 C3 02 53 33 2F 16', SECURITY_ERROR.count, 'wrong recharge count'],
  ['68 78 56 34 12 00 00 68 C3 02 33 34 10 16', SECURITY_ERROR.suspended, 'remote control is suspended'],
  ['68 78 56 34 12 00 00 68 C3 02 34 33 10 16', SECURITY_ERROR.other, 'other error'],
  ['68 78 56 34 12 00 00 68 C3 02 35 33 11 16', SECURITY_ERROR.duplicateRecharge, 'recharge is a duplicate'],
  ['68 78 56 34 12 00 00 68 C3 02 37 33 13 16', SECURITY_ERROR.verification, 'ESAM verification failed'],
  ['68 78 56 34 12 00 00 68 C3 02 3B 33 17 16', SECURITY_ERROR.authentication, 'identity authentication failed'],
  ['68 78 56 34 12 00 00 68 C3 02 43 33 1F 16', SECURITY_ERROR.customer, 'customer number does not match'],
  ['68 78 56 34 12 00 00 68 C3 02 73 33 4F 16', SECURITY_ERROR.hoarding, 'recharge would hoard too much'],
  ['68 78 56 34 12 00 00 68 C3 02 B3 33 8F 16', SECURITY_ERROR.memory, 'memory or address error'],
])('a refused security request says in two bytes, low byte first, what is wrong: %s', (hex, error, text) => {
  const frame = decodeFrame(fromHex(hex) ?? new Uint8Array(0));
  const reply = frame.ok ? decodeReply(frame.value) : frame;
  expect(reply).toEqual({ ok: true, value: { kind: 'refused', function: 0x03, error, errorBytes: 2 } });
  if (reply.ok && reply.value.kind === 'refused') expect(refusalTexts(reply.value)).toEqual([text]);
});
