/**
 * Reads whose reply never came, and may still come. A reply names its DI, but not which of two reads of that DI it answers: one that is
 * later than the whole window would tell of a relay where it was before a command. A meter answers in the order in which it was asked,
 * so once it has answered for another DI nothing older can come any more. A read that was sent twice and answered once is one of them.
 */
import type { Clock } from '../../kernel/clock.ts';
import { LATEST_REPLY_MS } from '../late-replies.ts';

export interface UnansweredReads {
  add(meter: string, di: string): void;
  /** The meter has answered something newer. */
  clear(meter: string): void;
  /** Whether the reply to a read of this DI could be one to an older read. */
  mixesUp(meter: string, di: string): boolean;
  /** When the last read of this DI was given up that may still be answered; undefined where there is none. */
  sinceMs(meter: string, di: string): number | undefined;
}

export const createUnansweredReads = (clock: Clock): UnansweredReads => new GivenUpReads(clock);

class GivenUpReads implements UnansweredReads {
  private readonly clock: Clock;
  /** By meter and DI, when it was given up; most lines have none. */
  private givenUp: Map<string, Map<string, number>> | undefined = undefined;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  add(meter: string, di: string): void {
    this.givenUp ??= new Map();
    const known = this.givenUp.get(meter) ?? new Map<string, number>();
    this.givenUp.set(meter, known.set(di, this.clock.monotonicMs()));
  }

  clear(meter: string): void {
    this.givenUp?.delete(meter);
  }

  mixesUp(meter: string, di: string): boolean {
    return this.sinceMs(meter, di) !== undefined;
  }

  sinceMs(meter: string, di: string): number | undefined {
    const atMs = this.givenUp?.get(meter)?.get(di);
    return atMs !== undefined && this.clock.monotonicMs() - atMs < LATEST_REPLY_MS ? atMs : undefined;
  }
}
