import { type Season, seasonsOn } from '../core/model/price-plan.ts';
import { nextDay, parseBusinessDay, toBusinessDay } from '../kernel/local-time.ts';
import type { Wrong } from './read-yaml.ts';

/** It has every day that a year can have. */
const LEAP_YEAR = '2024';

/** Each day of the year lies in one season: in two its price would hang on their order, in none it would have none. */
export function checkSeasons(seasons: readonly Season[], place: string, wrong: Wrong): void {
  if (seasons.length === 0) return;
  for (const [index, season] of seasons.entries())
    for (const field of ['from', 'to'] as const)
      if (parseBusinessDay(`${LEAP_YEAR}-${season[field]}`) === undefined)
        throw wrong(`${place}[${index}].${field}`, season[field], 'a day of the calendar, as 02-29');
  for (let day = toBusinessDay(Number(LEAP_YEAR), 1, 1); day.startsWith(LEAP_YEAR); day = nextDay(day)) {
    const date = day.slice('YYYY-'.length);
    const [first, second] = seasonsOn(seasons, date);
    if (first === undefined) throw wrong(place, date, 'seasons that cover the whole year: this day lies in none');
    if (second !== undefined) {
      const index = seasons.indexOf(second);
      const field = date === second.from ? 'from' : 'to';
      throw wrong(
        `${place}[${index}].${field}`,
        second[field],
        `seasons that share no day: ${date} lies in ${first.name} (${first.from} to ${first.to}) and in ${second.name}`,
      );
    }
  }
}
