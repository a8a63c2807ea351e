import { formatInstant, type Instant } from '../../kernel/clock.ts';
import { type Energy, energy, type Price, price } from '../../kernel/units.ts';
import type { BillingFacts, Remark } from '../model/bill.ts';
import type { PriceBand, PricePlan, StepPlan } from '../model/price-plan.ts';
import type { Series } from './accepted.ts';
import { instantAt } from './dated.ts';
import { meteredUse } from './metered-use.ts';
import { stepYearStart } from './steps.ts';
import { type Stretch, stretchesBetween, versionAt } from './stretches.ts';

const NO_PRICES: ReadonlyMap<PriceBand, Price> = new Map([['total', price(0n)]]);
const NOTHING = { used: energy(0n), remarks: [] };

/**
 * What of the step year was used before the period: as stated, else as the readings show it.
 *
 * @param until what of the plan begins later does not count yet
 */
export function usedBefore(
  facts: BillingFacts,
  plan: PricePlan,
  series: Series,
  until: Instant,
): { used: Energy; remarks: readonly Remark[] } {
  if (yearlySteps(facts, plan, until) === undefined) return NOTHING;
  if (facts.yearToDate !== undefined) return { used: facts.yearToDate, remarks: [] };
  let used = 0n;
  const remarks: Remark[] = [];
  for (const span of stepSpans(facts, plan, until)) {
    const { uses, provisional } = meteredUse(facts, series, volumeStretches(facts, plan, span), span.to);
    for (const { bands } of uses) for (const value of bands.values()) used += value;
    for (const { rule, detail } of provisional)
      remarks.push({ reason: 'step-use-before-unknown', rule, detail: `since ${formatInstant(span.from)}: ${detail}` });
  }
  return { used: energy(used), remarks };
}

/** The first steps of the year that are in force in the period. */
function yearlySteps(facts: BillingFacts, plan: PricePlan, until: Instant): StepPlan | undefined {
  const { zone, period } = facts;
  const later = plan.versions.filter(({ from }) => instantAt(from, zone) > period.from && instantAt(from, zone) < until);
  return [versionAt(facts, plan, period.from), ...later].find(({ steps }) => steps?.basis === 'year')?.steps;
}

interface Span {
  readonly from: Instant;
  readonly to: Instant;
}

/**
 * The times of the step year before the period whose use fills the customer's steps: all of it, or those in which he was supplied. What
 * the registers show of the time before he came, or between two supplies of his, is another's.
 */
export function stepSpans(facts: BillingFacts, plan: PricePlan, until = facts.period.to): readonly Span[] {
  const { zone, period, opened } = facts;
  const steps = yearlySteps(facts, plan, until);
  if (steps === undefined) return [];
  const year = { from: stepYearStart(steps, period.from, zone), to: period.from };
  const supplied = opened.length === 0 ? [year] : opened;
  return supplied
    .map(({ from, to = year.to }) => ({ from: from > year.from ? from : year.from, to: to < year.to ? to : year.to }))
    .filter(({ from, to }) => from < to)
    .toSorted((one, other) => one.from - other.from);
}

/** A time before the period, cut where a quantity depends on it and not where prices change. */
export function volumeStretches(facts: BillingFacts, plan: PricePlan, { from, to }: Span): readonly Stretch[] {
  const volumesOnly = {
    ...plan,
    versions: [{ ...versionAt(facts, plan, from), prices: NO_PRICES, seasons: [], steps: undefined }],
    funds: [],
  };
  return stretchesBetween(facts, volumesOnly, from, to, () => true);
}
