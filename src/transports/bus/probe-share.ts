import type { Clock } from '../../kernel/clock.ts';

/**
 * The part of a line that may go to silent meters, as credit: it grows with time, each probe is paid when it is
 * admitted, and what it did not use comes back. In debt, nothing is admitted, so the share holds over any longer time.
 */
export interface ProbeShare {
  /** Takes the expected cost; false while in debt. */
  admit(costMs: number): boolean;
  /** Gives back the part of an admitted cost that was not used. */
  refund(ms: number): void;
}

/** Unused credit is kept up to the cost of one probe on a slow line, so that a quiet hour buys no burst. */
const MOST_CREDIT_MS = 1000;

export const createProbeShare = (options: { readonly share: number; readonly clock: Clock }): ProbeShare => new Credit(options);

class Credit implements ProbeShare {
  private readonly clock: Clock;
  private readonly earnedPerMs: number;
  private creditMs = 0;
  private countedToMs: number;

  constructor({ share, clock }: { readonly share: number; readonly clock: Clock }) {
    this.clock = clock;
    this.earnedPerMs = share / (1 + share);
    this.countedToMs = clock.monotonicMs();
  }

  admit(costMs: number): boolean {
    const nowMs = this.clock.monotonicMs();
    this.creditMs = Math.min(MOST_CREDIT_MS, this.creditMs + (nowMs - this.countedToMs) * this.earnedPerMs);
    this.countedToMs = nowMs;
    if (this.creditMs < 0) return false;
    this.creditMs -= costMs;
    return true;
  }

  refund(ms: number): void {
    this.creditMs += ms;
  }
}
