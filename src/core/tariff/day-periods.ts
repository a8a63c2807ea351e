import type { Instant } from '../../kernel/clock.ts';
import {
  type BusinessDay,
  businessDayOf,
  dateOf,
  fromLocalTime,
  nextDay,
  startOfDay,
  weekdayOf,
  type Zone,
} from '../../kernel/local-time.ts';
import type { DayKind, DayTable, HolidayCalendar, PlanVersion, Season, TouPeriod } from '../model/price-plan.ts';
import { seasonsOn, WEEKDAYS } from '../model/price-plan.ts';

export interface Switch {
  readonly at: Instant;
  readonly period: TouPeriod;
}

/** Every change of the period from `from` to before `to`; the first is the one in force at `from`. */
export function switchesBetween(
  version: PlanVersion,
  calendar: HolidayCalendar | undefined,
  zone: Zone,
  from: Instant,
  to: Instant,
): readonly Switch[] {
  const all: Switch[] = [];
  for (let day = businessDayOf(from, zone); startOfDay(day, zone) < to; day = nextDay(day)) {
    for (const { minute, period } of tableOf(version, calendar, day)?.switches ?? []) {
      const at = fromLocalTime({ ...dateOf(day), hour: Math.floor(minute / 60), minute: minute % 60, second: 0 }, zone);
      const last = all.at(-1);
      if (at >= to || last?.period === period) continue;
      if (at <= from) all.length = 0;
      all.push({ at, period });
    }
  }
  return all;
}

/** The table of a day: first its own kind, holiday or special, else its weekday; the first that fits in the order of the plan. */
export function tableOf(version: PlanVersion, calendar: HolidayCalendar | undefined, day: BusinessDay): DayTable | undefined {
  const season = seasonOf(version.seasons, day)?.name;
  const fits = (kind: DayKind) => firstThatFits(version, kind, season);
  const marked = calendar?.days.get(day);
  const weekday = marked === 'workday' ? 'mon' : (WEEKDAYS[weekdayOf(day)] ?? 'mon');
  const own = marked === 'holiday' || marked === 'special' ? fits(marked) : undefined;
  return own ?? fits(weekday);
}

const firstThatFits = ({ dayTables }: PlanVersion, kind: DayKind, season: string | undefined): DayTable | undefined =>
  dayTables.find(
    ({ days, seasons }) => days.includes(kind) && (seasons.length === 0 || (season !== undefined && seasons.includes(season))),
  );

/** Whether a calendar can change the table of a day: of a holiday or a special day, or of a weekend day that is worked. */
export function asksCalendar(version: PlanVersion): boolean {
  if (version.dayTables.some(({ days }) => days.includes('holiday') || days.includes('special'))) return true;
  const seasons = version.seasons.length === 0 ? [undefined] : version.seasons.map(({ name }) => name);
  const differs = (kind: DayKind, season: string | undefined) =>
    firstThatFits(version, kind, season) !== firstThatFits(version, 'mon', season);
  return seasons.some((season) => differs('sat', season) || differs('sun', season));
}

export function seasonOf(seasons: readonly Season[], day: BusinessDay): Season | undefined {
  return seasonsOn(seasons, day.slice('YYYY-'.length))[0];
}

/** The years from `from` to before `to` that a plan's calendar does not know. */
export function unknownYears(calendar: HolidayCalendar | undefined, zone: Zone, from: Instant, to: Instant): readonly number[] {
  if (calendar === undefined) return [];
  const years: number[] = [];
  const last = dateOf(businessDayOf((to - 1) as Instant, zone)).year;
  for (let { year } = dateOf(businessDayOf(from, zone)); year <= last; year++) if (!calendar.years.has(year)) years.push(year);
  return years;
}
