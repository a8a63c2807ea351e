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
  const from = stepVolumesFrom(facts, plan, until);
  if (from === undefined) return NOTHING;
  const { uses, provisional } = meteredUse(facts, series, volumeStretches(facts, plan, from), facts.period.from);
  const used = uses.reduce((sum, { bands }) => [...bands.values()].reduce((all, value) => all + value, sum), 0n);
  const remarks = provisional.map(({ rule, detail }) => ({
    reason: 'step-use-before-unknown',
    rule,
    detail: `since ${formatInstant(from)}: ${detail}`,
  }));
  return { used: energy(used), remarks };
}

/** The first steps of the year that are in force in the period. */
function yearlySteps(facts: BillingFacts, plan: PricePlan, until: Instant): StepPlan | undefined {
  const { zone, period } = facts;
  const later = plan.versions.filter(({ from }) => instantAt(from, zone) > period.from && instantAt(from, zone) < until);
  return [versionAt(facts, plan, period.from), ...later].find(({ steps }) => steps?.basis === 'year')?.steps;
}

/** Since when the volumes of the step year count, where that lies before the period: the year's beginning or the customer's own. */
export function stepVolumesFrom(facts: BillingFacts, plan: PricePlan, until = facts.period.to): Instant | undefined {
  const { zone, period, opened } = facts;
  const steps = yearlySteps(facts, plan, until);
  if (steps === undefined) return undefined;
  const yearStart = stepYearStart(steps, period.from, zone);
  // Whoever comes within the period has used nothing before it; what the registers show is another's.
  if (opened.length > 0 && opened.every(({ from, to }) => from >= period.from || (to !== undefined && to <= yearStart))) return undefined;
  const start = opened.reduce((latest: Instant, { from }) => (from > latest && from <= period.from ? from : latest), yearStart);
  return start < period.from ? start : undefined;
}

/** The step year up to the period, cut where a quantity depends on it and not where prices change. */
export function volumeStretches(facts: BillingFacts, plan: PricePlan, from: Instant): readonly Stretch[] {
  const volumesOnly = {
    ...plan,
    versions: [{ ...versionAt(facts, plan, from), prices: NO_PRICES, seasons: [], steps: undefined }],
    funds: [],
  };
  return stretchesBetween(facts, volumesOnly, from, facts.period.from, () => true);
}
