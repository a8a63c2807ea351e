import { type Instant, instantOf } from '../../kernel/clock.ts';
import { type BusinessDay, businessDayOf, dateOf, toBusinessDay, type Zone } from '../../kernel/local-time.ts';
import type { Dated } from '../model/bill.ts';

const monthNumber = (day: BusinessDay): number => {
  const { year, month } = dateOf(day);
  return year * 12 + month - 1;
};

/** Months of a billing period: from the 15th to the 15th is one; a shorter period counts as one. */
export function monthsOf(from: Instant, to: Instant, zone: Zone): number {
  const [start, end] = [businessDayOf(from, zone), businessDayOf(to, zone)];
  const whole = monthNumber(end) - monthNumber(start) - (dateOf(end).day < dateOf(start).day ? 1 : 0);
  return Math.max(1, whole);
}

/** Months from `from` to before `to` that a dated fact touches: a started month counts, once. */
export const startedMonths = (facts: readonly Dated[], from: Instant, to: Instant, zone: Zone): number =>
  factsByMonth(facts, from, to, zone).length;

/** The fact of each of those months, in order of time: of two in one month the one that begins later. */
export function factsByMonth<Fact extends Dated>(facts: readonly Fact[], from: Instant, to: Instant, zone: Zone): readonly Fact[] {
  const months = new Map<number, Fact>();
  for (const fact of facts.toSorted((one, other) => one.from - other.from)) {
    const [start, end] = [Math.max(fact.from, from), Math.min(fact.to ?? to, to)];
    if (start >= end) continue;
    const last = monthNumber(businessDayOf(instantOf(end - 1), zone));
    for (let month = monthNumber(businessDayOf(instantOf(start), zone)); month <= last; month++) months.set(month, fact);
  }
  return [...months].sort(([one], [other]) => one - other).map(([, fact]) => fact);
}

/** The day on which the step year that holds `day` began. */
export function yearStartBefore(day: BusinessDay, yearStart: string): BusinessDay {
  const { year } = dateOf(day);
  const [month = 1, dayOfMonth = 1] = yearStart.split('-').map(Number);
  return toBusinessDay(day.slice(5) >= yearStart ? year : year - 1, month, dayOfMonth);
}
