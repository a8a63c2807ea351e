import type { Instant } from '../../kernel/clock.ts';
import { type BusinessDay, businessDayOf, dateOf, nextDay, startOfDay } from '../../kernel/local-time.ts';
import type { BillingFacts, MeterFact } from '../model/bill.ts';
import type { PlanVersion, PricePlan, Prices, TouPeriod } from '../model/price-plan.ts';
import { inForceAt, instantAt } from './dated.ts';
import { seasonOf, switchesBetween } from './day-periods.ts';
import { fundsOf } from './funds.ts';
import { inTime } from './register-use.ts';

/** A time in which nothing that a price or a quantity depends on changes. */
export interface Stretch {
  readonly from: Instant;
  readonly to: Instant;
  readonly version: PlanVersion;
  readonly prices: Prices;
  readonly meter: MeterFact;
  /** CT × PT; undefined where the dated ratios have a hole. */
  readonly ratio: bigint | undefined;
  /** The period of the day, where the meter does not keep it by itself. */
  readonly period: TouPeriod | undefined;
}

/** Cuts a time at every boundary; times without a meter have no stretch. */
export function stretchesBetween(
  facts: BillingFacts,
  plan: PricePlan,
  from: Instant,
  to: Instant,
  keepsPeriods: (meter: MeterFact, version: PlanVersion, from: Instant) => boolean,
): readonly Stretch[] {
  const cuts = inTime([...boundariesOf(facts, plan, from, to)]);
  return cuts.slice(1).flatMap((end, index) => {
    const start = cuts[index] ?? from;
    const meter = inForceAt(facts.meters, start);
    if (meter === undefined) return [];
    const version = versionAt(facts, plan, start);
    const season = version.seasons.length === 0 ? undefined : seasonOf(version.seasons, businessDayOf(start, facts.zone));
    const prices = season?.prices ?? version.prices;
    const ratio = facts.ratios.length === 0 ? 1n : inForceAt(facts.ratios, start)?.ratio;
    const whole: Stretch = { from: start, to: end, version, prices, meter, ratio, period: undefined };
    if (prices.has('total') || keepsPeriods(meter, version, from)) return [whole];
    const switches = switchesBetween(version, plan.calendar, facts.zone, start, end);
    return switches.map(({ at, period }, order) => ({
      ...whole,
      from: at < start ? start : at,
      to: switches[order + 1]?.at ?? end,
      period,
    }));
  });
}

/** Before the first version its prices stand in: they are asked of there for volumes only. */
export function versionAt({ zone }: BillingFacts, { versions }: PricePlan, at: Instant): PlanVersion {
  const found = versions.findLast(({ from }) => instantAt(from, zone) <= at) ?? versions[0];
  if (found === undefined) throw new TypeError('a price plan has at least one version');
  return found;
}

/** What lies between, and both ends. */
function boundariesOf(facts: BillingFacts, plan: PricePlan, from: Instant, to: Instant): ReadonlySet<Instant> {
  const { zone } = facts;
  const found = new Set([from, to]);
  const cut = (at: Instant | undefined) => {
    if (at !== undefined && at > from && at < to) found.add(at);
  };
  const cutAtDay = (day: BusinessDay) => cut(startOfDay(day, zone));
  for (const fact of [...facts.meters, ...facts.ratios, ...fundsOf(facts, plan)]) {
    cut(fact.from);
    cut(fact.to);
  }
  for (const { from: since, steps, seasons } of plan.versions) {
    cut(instantAt(since, zone));
    const own = seasons.filter(({ prices }) => prices !== undefined);
    if (steps?.basis !== 'year' && own.length === 0) continue;
    for (const year of yearsBetween(facts, from, to)) {
      if (steps?.basis === 'year') cutAtDay(dayOf(year, steps.yearStart));
      for (const season of own) {
        cutAtDay(dayOf(year, season.from));
        cutAtDay(dayAfter(year, season.to));
      }
    }
  }
  return found;
}

function yearsBetween({ zone }: BillingFacts, from: Instant, to: Instant): readonly number[] {
  const [first, last] = [dateOf(businessDayOf(from, zone)).year, dateOf(businessDayOf(to, zone)).year];
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

const dayOf = (year: number, monthAndDay: string): BusinessDay => `${year}-${monthAndDay}` as BusinessDay;
/** 1 March behind 29 February, in every year. */
const dayAfter = (year: number, monthAndDay: string): BusinessDay => nextDay(dayOf(year, monthAndDay));
