/** The tables of a year and of a day as they were written, and the tariffs that they make. */
import { readBcd } from '../../protocols/shared/bcd.ts';
import { type Dial, localTimeOf } from './dial.ts';
import type { Parameters } from './parameters.ts';
import { tariffsByQuarter } from './tou.ts';

/** Which of the two sets counts: of the tables of a year, and of those of a day. */
export interface TouSets {
  readonly seasons: 1 | 2;
  readonly days: 1 | 2;
}

export const ENTRY_BYTES = 3;

/** Three numbers of each entry in the order in which they are written down: hour, minute, tariff; or month, day, table. */
export function tableEntries(table: Uint8Array): readonly (readonly number[])[] {
  return Array.from({ length: table.length / ENTRY_BYTES }, (_, index) =>
    [2, 1, 0].map((at) => readBcd(table, index * ENTRY_BYTES + at, 1) ?? 0),
  );
}

/** The tariffs of the day that the clock shows: the season that runs names its day table. Weekends and holidays are not looked at. */
export function tariffsOn(parameters: Parameters, sets: TouSets, shown: Dial): Uint8Array {
  const { month, day } = localTimeOf(shown);
  const seasons = tableEntries(parameters.get(`040${sets.seasons}0000`) ?? new Uint8Array(0)).toSorted(byDate);
  const begun = seasons.filter((season) => byDate(season, [month, day]) <= 0).at(-1) ?? seasons.at(-1);
  const table = parameters.get(`040${sets.days}000${begun?.[2] ?? 1}`) ?? new Uint8Array(0);
  return tariffsByQuarter(tableEntries(table).map(([hour = 0, minute = 0, tariff = 1]) => ({ hour, minute, tariff })));
}

const byDate = (left: readonly number[], right: readonly number[]) => (left[0] ?? 0) - (right[0] ?? 0) || (left[1] ?? 0) - (right[1] ?? 0);

const DAY_TABLES = 8;
const SLOTS = 14;

/** Both sets of day tables as a record of their programming has them: 14 slots each, the last one repeated. */
export function allDayTables(parameters: Parameters): Uint8Array {
  const whole = new Uint8Array(2 * DAY_TABLES * SLOTS * ENTRY_BYTES);
  for (let index = 0; index < 2 * DAY_TABLES; index++) {
    const table = parameters.get(`040${Math.floor(index / DAY_TABLES) + 1}000${(index % DAY_TABLES) + 1}`) ?? new Uint8Array(0);
    for (let slot = 0; slot < SLOTS; slot++) {
      const from = Math.min(slot * ENTRY_BYTES, table.length - ENTRY_BYTES);
      whole.set(table.subarray(from, from + ENTRY_BYTES), (index * SLOTS + slot) * ENTRY_BYTES);
    }
  }
  return whole;
}
