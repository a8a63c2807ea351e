import type { Instant } from '../../kernel/clock.ts';
import type { BillingFacts } from '../model/bill.ts';
import type { PricePlan } from '../model/price-plan.ts';
import type { Series } from './accepted.ts';
import { keepsPeriodsBy } from './metered-use.ts';
import { inTime } from './register-use.ts';
import { stepSpans, volumeStretches } from './step-use-before.ts';
import { type Stretch, stretchesBetween } from './stretches.ts';

/** Where registers must be known to tell whether a meter keeps the periods of the day by itself. */
export const openingsOf = ({ period, meters }: BillingFacts): readonly Instant[] =>
  inTime([period.from, ...meters.map(({ from }) => from).filter((at) => at > period.from)]);

/**
 * Every instant at which the bill of a period looks at registers, those of the period and of the step year before it included.
 * A reading that is not next to one of them, nor the newest, changes nothing.
 *
 * @param series what tells whether a meter counts the periods of the day by itself
 */
export function cutsOf(facts: BillingFacts, plan: PricePlan, series: Series): readonly Instant[] {
  const { period, previousPeriod: previous } = facts;
  const keeps = keepsPeriodsBy(series);
  const stretches: readonly Stretch[] = [
    ...stretchesBetween(facts, plan, period.from, period.to, keeps),
    ...(previous === undefined || 'quantity' in previous ? [] : stretchesBetween(facts, plan, previous.from, previous.to, keeps)),
    ...(facts.yearToDate === undefined ? stepSpans(facts, plan) : []).flatMap((span) => volumeStretches(facts, plan, span)),
  ];
  return inTime(stretches.flatMap(({ from, to }) => [from, to]));
}

/** The points of one register of one meter that count: around each cut its neighbours or the one that lies on it, and the newest. */
export function pickPoints<Point extends { readonly at: Instant }>(points: readonly Point[], cuts: readonly Instant[]): readonly Point[] {
  const ordered = points.toSorted((one, other) => one.at - other.at);
  const kept = new Set<Point>(ordered.slice(-1));
  let index = 0;
  for (const cut of cuts) {
    while (index < ordered.length && (ordered[index]?.at ?? cut) < cut) index++;
    const [before, after] = [ordered[index - 1], ordered[index]];
    if (after !== undefined) kept.add(after);
    if (before !== undefined && after?.at !== cut) kept.add(before);
  }
  return ordered.filter((point) => kept.has(point));
}
