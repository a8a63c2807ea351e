import type { HolidayCalendar } from '../core/model/price-plan.ts';
import { type BusinessDay, dateOf, nextDay, parseBusinessDay } from '../kernel/local-time.ts';
import { configError, readYaml, type Wrong } from './read-yaml.ts';
import { CalendarFileSchema } from './tariff-schema.ts';

type Mark = 'holiday' | 'special' | 'workday';
const WITH_ARTICLE: Record<Mark, string> = { holiday: 'a holiday', special: 'a special day', workday: 'a worked day' };
type Entry = string | { readonly from: string; readonly to: string };

/** Reads a holiday calendar: one file for all tariffs, since the State Council's notice comes once a year. */
export function loadCalendar(file: string): HolidayCalendar {
  const raw = readYaml(file, CalendarFileSchema);
  const wrong: Wrong = (place, value, expected) => configError(file, place, value, expected);
  const days = new Map<BusinessDay, Mark>();
  const years = new Set<number>();
  for (const [index, { year, holidays, workdays, special }] of raw.years.entries()) {
    if (years.has(year)) throw wrong(`years[${index}].year`, year, 'each year once');
    years.add(year);
    const mark = (field: string, entries: readonly Entry[], as: Mark) => {
      for (const [place, entry] of entries.entries())
        for (const day of daysOf(entry, year, `years[${index}].${field}[${place}]`, wrong)) {
          const known = days.get(day);
          if (known !== undefined)
            throw wrong(`years[${index}].${field}[${place}]`, entry, `each day once: ${day} is ${WITH_ARTICLE[known]} already`);
          days.set(day, as);
        }
    };
    mark('holidays', holidays, 'holiday');
    mark('workdays', workdays, 'workday');
    mark('special', special, 'special');
  }
  return { name: raw.name, years, days };
}

function daysOf(entry: Entry, year: number, place: string, wrong: Wrong): readonly BusinessDay[] {
  const [first, last] = typeof entry === 'string' ? [entry, entry] : [entry.from, entry.to];
  const [from, to] = [parseBusinessDay(first), parseBusinessDay(last)];
  if (from === undefined || to === undefined || from > to || dateOf(from).year !== year || dateOf(to).year !== year)
    throw wrong(place, entry, `days of ${year}, the first not after the last`);
  const days: BusinessDay[] = [];
  for (let day = from; day <= to; day = nextDay(day)) days.push(day);
  return days;
}
