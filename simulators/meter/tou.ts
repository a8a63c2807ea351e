/** The meter's own day tables: which tariff register counts at which time of day. T1 sharp, T2 peak, T3 flat, T4 valley. */
import { QUARTERS_A_DAY } from './dial.ts';

export const TARIFFS = 4;

export interface DaySlot {
  readonly hour: number;
  /** 0, 15, 30 or 45. */
  readonly minute: number;
  /** 1..4. */
  readonly tariff: number;
}

export const DAY_TABLE: readonly DaySlot[] = [
  { hour: 0, minute: 0, tariff: 4 },
  { hour: 7, minute: 0, tariff: 3 },
  { hour: 9, minute: 0, tariff: 2 },
  { hour: 11, minute: 30, tariff: 3 },
  { hour: 17, minute: 0, tariff: 2 },
  { hour: 19, minute: 0, tariff: 1 },
  { hour: 21, minute: 0, tariff: 2 },
  { hour: 23, minute: 0, tariff: 4 },
];

/** The tariff of each quarter hour, for slots in rising order from midnight. */
export function tariffsByQuarter(slots: readonly DaySlot[]): Uint8Array {
  const tariffs = new Uint8Array(QUARTERS_A_DAY);
  for (const { hour, minute, tariff } of slots) tariffs.fill(tariff, hour * 4 + Math.floor(minute / 15));
  return tariffs;
}
