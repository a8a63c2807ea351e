/**
 * What a meter notes of its load at each quarter hour: only what cannot be worked out again, the moment, the power and the
 * total. Entries before its start are what its load would have made them.
 */
import { type Instant, plusMs } from '../../src/kernel/clock.ts';
import { type Dial, dialAt, QUARTER_MS, QUARTERS_A_DAY, quarterOf } from './dial.ts';
import { WATT_MS_A_STEP } from './energy-counter.ts';
import type { LoadProfile } from './load-profile.ts';

export interface LoadEntry {
  readonly at: Instant;
  readonly shown: Dial;
  readonly watts: number;
  /** Whole hundredths of a kWh. */
  readonly total: number;
}

export interface LoadLog {
  put(entry: LoadEntry): void;
  /** Oldest first. */
  entries(): readonly LoadEntry[];
}

/** Two days. */
const ENTRIES_KEPT = 2 * QUARTERS_A_DAY;

export function createLoadLog(start: Pick<LoadEntry, 'at' | 'shown' | 'total'>, load: LoadProfile): LoadLog {
  let kept: LoadEntry[] = [];
  let history: readonly LoadEntry[] | undefined;
  return {
    put(entry) {
      kept.push(entry);
      if (kept.length > ENTRIES_KEPT) kept = kept.slice(-ENTRIES_KEPT);
    },
    entries() {
      history ??= entriesBefore(start, load);
      return [...history, ...kept].slice(-ENTRIES_KEPT);
    },
  };
}

function entriesBefore({ at, shown, total }: Pick<LoadEntry, 'at' | 'shown' | 'total'>, load: LoadProfile): readonly LoadEntry[] {
  const last = dialAt(Math.floor(shown / QUARTER_MS) * QUARTER_MS);
  let usedWattMs = (load[quarterOf(last)] ?? 0) * (shown - last);
  return Array.from({ length: QUARTERS_A_DAY }, (_, back): LoadEntry => {
    const moment = dialAt(last - back * QUARTER_MS);
    if (back > 0) usedWattMs += (load[quarterOf(moment)] ?? 0) * QUARTER_MS;
    const then = Math.max(total - Math.floor(usedWattMs / WATT_MS_A_STEP), 0);
    return { at: plusMs(at, moment - shown), shown: moment, watts: load[quarterOf(moment)] ?? 0, total: then };
  }).toReversed();
}
