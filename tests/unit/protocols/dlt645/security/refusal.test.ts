import { expect, test } from 'vitest';
import { decodeFrame, decodeReply, refusalTexts, SECURITY_ERROR } from '../../../../../protocols/dlt645/index.ts';
import { fromHex } from '../../../../../src/kernel/bytes.ts';

// 00 20 low byte first: 1E4 + C3 + 02 + (53 + 33 = 86) = 32F; 01 00: 1E4 + C3 + 02 + (33 + 34 = 67) = 310
test.each([
  ['68 78 56 34 12 00 00 68 C3 02 53 33 2F 16', SECURITY_ERROR.count, 'wrong recharge count'],
  ['68 78 56 34 12 00 00 68 C3 02 33 34 10 16', SECURITY_ERROR.suspended, 'remote control is suspended'],
])('a refused security request says in two bytes, low byte first, what is wrong: %s', (hex, error, text) => {
  const frame = decodeFrame(fromHex(hex) ?? new Uint8Array(0));
  const reply = frame.ok ? decodeReply(frame.value) : frame;
  expect(reply).toEqual({ ok: true, value: { kind: 'refused', function: 0x03, error, errorBytes: 2 } });
  if (reply.ok && reply.value.kind === 'refused') expect(refusalTexts(reply.value)).toEqual([text]);
});
