import { AppError } from '../../src/kernel/app-error.ts';
import { DAY_MS, type Dial, dialAt, dialOf, localTimeOf, midnightOf, QUARTER_MS, quarterOf } from './dial.ts';
import { type Registers, WATT_MS_A_STEP, withTotal } from './energy-counter.ts';
import type { LoadProfile } from './load-profile.ts';
import { TARIFFS } from './tou.ts';

/** What the registers showed at a moment of the meter's clock. */
export interface Frozen {
  readonly shown: Dial;
  readonly registers: Registers;
}

/** The last so many records, newest first. */
export interface Shelf<Record> {
  put(record: Record): void;
  /** The n-th last, from 1. */
  last(nth: number): Record | undefined;
  /** All records ever, kept or not. */
  count(): number;
  clear(): void;
}

export function createShelf<Record>(room: number, oldestFirst: readonly Record[] = []): Shelf<Record> {
  if (room < 1) throw new AppError('internal', 'a shelf without room', { room });
  const records = [...oldestFirst].reverse().slice(0, room);
  let count = 0;
  return {
    put(record) {
      records.unshift(record);
      records.length = Math.min(records.length, room);
      count += 1;
    },
    last: (nth) => records[nth - 1],
    count: () => count,
    clear() {
      records.length = 0;
      count = 0;
    },
  };
}

export const DAYS_KEPT = 62;
export const SETTLEMENTS_KEPT = 12;

/**
 * The freezes that a meter would hold had it always run as it runs now: one of each midnight and of the first of each
 * month before its start, oldest first. A register that would have begun below zero begins at zero.
 */
export function historyOf(
  start: Registers,
  shown: Dial,
  load: LoadProfile,
  tariffs: Uint8Array,
): { daily: Frozen[]; settlements: Frozen[] } {
  const midnight = midnightOf(shown);
  const quarter = quarterOf(shown);
  const sinceMidnight = used(
    load,
    tariffs,
    (index) => Math.min(Math.max(shown - midnight - index * QUARTER_MS, 0), QUARTER_MS),
    quarter + 1,
  );
  const wholeDay = used(load, tariffs, () => QUARTER_MS, load.length);
  const at = (moment: Dial): Frozen => {
    const days = (midnight - moment) / DAY_MS;
    const tariffRegisters = start.slice(1).map((register, index) => {
      const before = Math.floor(((sinceMidnight[index] ?? 0) + (wholeDay[index] ?? 0) * days) / WATT_MS_A_STEP);
      return Math.max(register - before, 0);
    });
    return { shown: moment, registers: withTotal(tariffRegisters) };
  };
  return {
    daily: Array.from({ length: DAYS_KEPT }, (_, day) => at(dialAt(midnight - (DAYS_KEPT - 1 - day) * DAY_MS))),
    settlements: Array.from({ length: SETTLEMENTS_KEPT }, (_, month) => at(firstOfMonth(midnight, SETTLEMENTS_KEPT - 1 - month))),
  };
}

/** Watt-milliseconds of each tariff over the first quarter hours of a day. */
function used(load: LoadProfile, tariffs: Uint8Array, msOf: (quarter: number) => number, quarters: number): number[] {
  const sums = new Array<number>(TARIFFS).fill(0);
  for (let quarter = 0; quarter < quarters; quarter++) {
    const index = (tariffs[quarter] ?? 1) - 1;
    sums[index] = (sums[index] ?? 0) + (load[quarter] ?? 0) * msOf(quarter);
  }
  return sums;
}

function firstOfMonth(shown: Dial, monthsBack: number): Dial {
  const { year, month } = localTimeOf(shown);
  const months = year * 12 + month - 1 - monthsBack;
  return dialOf({ year: Math.floor(months / 12), month: (months % 12) + 1, day: 1, hour: 0, minute: 0, second: 0 });
}
