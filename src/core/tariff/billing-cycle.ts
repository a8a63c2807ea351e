import type { Instant } from '../../kernel/clock.ts';
import { type BusinessDay, businessDayOf, dateOf, startOfDay, toBusinessDay, type Zone } from '../../kernel/local-time.ts';
import type { BillingCycle } from '../model/billing-cycle.ts';

/** The reading day's midnight that follows an instant. */
export function periodEnd({ readingDay }: BillingCycle, from: Instant, zone: Zone): Instant {
  const { year, month } = dateOf(businessDayOf(from, zone));
  const own = startOfDay(toBusinessDay(year, month, readingDay), zone);
  return own > from ? own : startOfDay(dayOfNextMonth(year, month, readingDay), zone);
}

/** The midnights within a period at which an instalment falls due, in order. */
export function instalmentsWithin({ instalmentDays }: BillingCycle, from: Instant, to: Instant, zone: Zone): readonly Instant[] {
  const { year, month } = dateOf(businessDayOf(from, zone));
  return [0, 1]
    .flatMap((later) => instalmentDays.map((day) => (later === 0 ? toBusinessDay(year, month, day) : dayOfNextMonth(year, month, day))))
    .map((day) => startOfDay(day, zone))
    .filter((at) => at > from && at < to);
}

const dayOfNextMonth = (year: number, month: number, day: number): BusinessDay =>
  month === 12 ? toBusinessDay(year + 1, 1, day) : toBusinessDay(year, month + 1, day);
