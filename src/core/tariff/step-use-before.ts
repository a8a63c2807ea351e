import { formatInstant, type Instant } from '../../kernel/clock.ts';
import { type Energy, energy, type Price, price } from '../../kernel/units.ts';
import type { BillingFacts, Remark } from '../model/bill.ts';
import type { PriceBand, PricePlan } from '../model/price-plan.ts';
import type { Series } from './accepted.ts';
import { meteredUse } from './metered-use.ts';
import { stepYearStart } from './steps.ts';
import { type Stretch, stretchesBetween, versionAt } from './stretches.ts';

const NO_PRICES: ReadonlyMap<PriceBand, Price> = new Map([['total', price(0n)]]);
const NOTHING = { used: energy(0n), remarks: [] };

/** What of the step year was used before the period: as stated, else as the readings show it. */
export function usedBefore(facts: BillingFacts, plan: PricePlan, series: Series): { used: Energy; remarks: readonly Remark[] } {
  if (facts.yearToDate !== undefined) return { used: facts.yearToDate, remarks: [] };
  const from = stepVolumesFrom(facts, plan);
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

/** Since when the volumes of the step year count, where that lies before the period: the year's beginning or the customer's own. */
export function stepVolumesFrom(facts: BillingFacts, plan: PricePlan): Instant | undefined {
  const { zone, period, opened } = facts;
  const { steps } = versionAt(facts, plan, period.from);
  if (steps?.basis !== 'year') return undefined;
  const start = opened.reduce(
    (latest: Instant, { from }) => (from > latest && from <= period.from ? from : latest),
    stepYearStart(steps, period.from, zone),
  );
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
