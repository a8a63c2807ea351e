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

export function createProbeShare({ share, monotonicMs }: { share: number; monotonicMs: () => number }): ProbeShare {
  const earnedPerMs = share / (1 + share);
  let creditMs = 0;
  let countedToMs = monotonicMs();
  return {
    admit(costMs) {
      const nowMs = monotonicMs();
      creditMs = Math.min(MOST_CREDIT_MS, creditMs + (nowMs - countedToMs) * earnedPerMs);
      countedToMs = nowMs;
      if (creditMs < 0) return false;
      creditMs -= costMs;
      return true;
    },
    refund(ms) {
      creditMs += ms;
    },
  };
}
