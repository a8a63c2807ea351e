/**
 * Reads whose reply never came, and may still come. A reply names its DI, but not which of two reads of that DI it answers: one that is
 * later than the whole window would tell of a relay where it was before a command. A meter answers in the order in which it was asked,
 * so once it has answered for another DI nothing older can come any more.
 */
import type { Clock } from '../../kernel/clock.ts';
import { LATEST_REPLY_MS } from '../late-replies.ts';

export interface UnansweredReads {
  add(meter: string, di: string): void;
  /** The meter has answered something newer. */
  clear(meter: string): void;
  /** Whether the reply to a read of this DI could be one to an older read. */
  mixesUp(meter: string, di: string): boolean;
}

export function createUnansweredReads(clock: Clock): UnansweredReads {
  /** By meter and DI, when it was given up. */
  const givenUp = new Map<string, Map<string, number>>();
  return {
    add(meter, di) {
      const known = givenUp.get(meter) ?? new Map<string, number>();
      givenUp.set(meter, known.set(di, clock.monotonicMs()));
    },
    clear: (meter) => void givenUp.delete(meter),
    mixesUp(meter, di) {
      const atMs = givenUp.get(meter)?.get(di);
      return atMs !== undefined && clock.monotonicMs() - atMs < LATEST_REPLY_MS;
    },
  };
}
