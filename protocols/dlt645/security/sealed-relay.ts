/**
 * What is inside the 16 sealed bytes of function 1C, before a machine encrypts them:
 *
 *     N1 | N2 | ss mm hh DD MM YY | 80 00 00 00 00 00 00 00
 *
 * The eight bytes are those of the plaintext command. That a single 80 and zeros fill the block is what ESAMs of this kind do
 * elsewhere; no capture confirms it here. A machine that wants only the eight bytes pads them by itself.
 */
import { AppError } from '../../../src/kernel/app-error.ts';
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { readLocalTime, writeLocalTime } from '../../shared/calendar.ts';
import { RELAY_CODES, type RelayRequest, relayAction } from '../2007/relay.ts';
import type { MessageError } from '../message.ts';

export type SealedOrder = Pick<RelayRequest, 'action' | 'limit' | 'deadline'>;

const BLOCK_BYTES = 16;
const LIMIT_AT = 1;
const DEADLINE_AT = 2;
const PADDING_AT = 8;
const PADDING = 0x80;

/** @errors bad-data where the block is no order; never throws */
export function readSealedOrder(block: Uint8Array): Result<SealedOrder, MessageError> {
  const action = relayAction(block[0] ?? 0);
  const padded = block.length === BLOCK_BYTES && block.subarray(PADDING_AT).every((byte, index) => byte === (index === 0 ? PADDING : 0));
  if (!padded || action === undefined) return err({ code: 'bad-data', expected: 'a known N1, N2, a deadline and padding' });
  return ok({ action, limit: block[LIMIT_AT] ?? 0, deadline: readLocalTime(block, DEADLINE_AT, 'second') ?? null });
}

export function writeSealedOrder({ action, limit, deadline }: SealedOrder): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  block[0] = RELAY_CODES[action];
  block[LIMIT_AT] = limit;
  block[PADDING_AT] = PADDING;
  if (deadline === null || !writeLocalTime(block, DEADLINE_AT, deadline, 'second')) {
    throw new AppError('bad-data', 'a sealed relay command needs a deadline of 2000..2099', { action, deadline });
  }
  return block;
}
