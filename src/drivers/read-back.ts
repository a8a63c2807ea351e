import type { Asking, MeterFailure } from '../core/ports/meter-gateway.ts';
import { type Clock, plusMs } from '../kernel/clock.ts';
import { err, type Result } from '../kernel/result.ts';

/** A line is dialled anew after a quarter of a second, and then after twice as long each time: seven dials. */
const LINE_RETURNS_WITHIN_MS = 30_000;
/** A line that takes every read with it is given up. */
const MOST_LOSSES = 3;

/**
 * Reads what a frame has come to that is never sent twice. A line that went down behind the frame is waited for: nothing else says
 * what the meter holds. The read itself may be repeated as often as it is lost.
 *
 * @errors of the line; line-down where it has not come back in time
 */
export async function readBack<T>(
  read: (asking: Asking) => Promise<Result<T, MeterFailure>>,
  asking: Asking,
  clock: Clock,
): Promise<Result<T, MeterFailure>> {
  const deadline = plusMs(clock.now(), LINE_RETURNS_WITHIN_MS);
  let held = await read({ ...asking, deadline });
  for (let losses = 1; losses < MOST_LOSSES && !held.ok && held.error.code === 'line-down'; losses++)
    held = await read({ ...asking, deadline });
  return !held.ok && held.error.code === 'command-expired' ? err({ ...held.error, code: 'line-down' }) : held;
}
