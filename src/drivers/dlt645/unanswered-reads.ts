/**
 * Reads whose reply never came, and may still come. A reply names its DI, but not which of two reads of that DI it answers: one that is
 * later than the whole window would tell of a relay where it was before a command. A meter answers in the order in which it was asked,
 * so once it has answered for another DI nothing older can come any more. A read that was sent twice and answered once is one of them.
 */
import type { Clock } from '../../kernel/clock.ts';
import { LATEST_REPLY_MS } from '../late-replies.ts';

export interface UnansweredReads {
  add(meter: string, di: string): void;
  /** The meter has answered for this DI. Where an older read of it is awaited, the reply may be to that one: it proves nothing of what is newer. */
  answered(meter: string, di: string): void;
  /** Whether the reply to a read of this DI could be one to an older read. */
  mixesUp(meter: string, di: string): boolean;
  /** When the first read of this DI was given up that may still be answered; undefined where there is none. */
  sinceMs(meter: string, di: string): number | undefined;
}

export const createUnansweredReads = (clock: Clock): UnansweredReads => new GivenUpReads(clock);

/** The first and the last time that reads of a DI were given up. */
interface GivenUp {
  readonly firstMs: number;
  readonly lastMs: number;
}

class GivenUpReads implements UnansweredReads {
  private readonly clock: Clock;
  /** By meter and DI; most lines have none. */
  private givenUp: Map<string, Map<string, GivenUp>> | undefined = undefined;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  add(meter: string, di: string): void {
    this.givenUp ??= new Map();
    const known = this.givenUp.get(meter) ?? new Map<string, GivenUp>();
    const lastMs = this.clock.monotonicMs();
    this.givenUp.set(meter, known.set(di, { firstMs: this.sinceMs(meter, di) ?? lastMs, lastMs }));
  }

  answered(meter: string, di: string): void {
    const known = this.givenUp?.get(meter);
    const sinceMs = this.sinceMs(meter, di);
    if (sinceMs === undefined) this.givenUp?.delete(meter);
    else for (const [other, { lastMs }] of known ?? []) if (lastMs < sinceMs) known?.delete(other);
  }

  mixesUp(meter: string, di: string): boolean {
    return this.sinceMs(meter, di) !== undefined;
  }

  sinceMs(meter: string, di: string): number | undefined {
    const known = this.givenUp?.get(meter)?.get(di);
    return known !== undefined && this.clock.monotonicMs() - known.lastMs < LATEST_REPLY_MS ? known.firstMs : undefined;
  }
}
