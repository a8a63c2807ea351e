import type { Random } from '../random.ts';
import { QUARTERS_A_DAY } from './dial.ts';

/** Whole watts drawn in each of the 96 quarter hours of a day. */
export type LoadProfile = Uint16Array;

/** Share of a household's evening peak that it draws in each hour, in hundredths. */
const SHAPE = [22, 18, 16, 15, 15, 18, 35, 52, 45, 34, 32, 42, 50, 38, 32, 30, 34, 55, 82, 100, 96, 78, 52, 32] as const;
const JITTER_PERCENT = 15;

/** A household of its own size and habits: evening peak of 0.6..4 kW, each quarter hour some percent off the common shape. */
export function createLoadProfile(random: Random): LoadProfile {
  const peak = random.integer(600, 4000);
  return Uint16Array.from({ length: QUARTERS_A_DAY }, (_, quarter) => {
    const share = SHAPE[Math.floor(quarter / 4)] ?? 0;
    const jitter = 100 + random.integer(-JITTER_PERCENT, JITTER_PERCENT);
    return Math.round((peak * share * jitter) / 10_000);
  });
}
