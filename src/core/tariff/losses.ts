import { add, isZero, type Rational, rational, sum, times, ZERO } from '../../kernel/rational.ts';
import type { BillingFacts } from '../model/bill.ts';
import type { PriceBand } from '../model/price-plan.ts';
import { kwhOf } from './line-book.ts';
import type { StretchUse } from './metered-use.ts';
import { restOf } from './period-shares.ts';
import { kvaHours } from './two-part.ts';

/** What a transformer and a line lost beyond a meter on the low side (F86). */
export interface Losses {
  /** kWh, shared among the periods of the day as the use is. */
  readonly bands: ReadonlyMap<PriceBand, Rational>;
  /** kvarh. */
  readonly reactive: Rational;
}

const NONE: Losses = { bands: new Map(), reactive: ZERO };

/**
 * iron = kW per kVA × kVA × hours; copper = share × metered; line = share × (metered + iron + copper). The formula is
 * unconfirmed, so its figures stand in the price plan.
 */
export function lossesOf(facts: BillingFacts, { stretch, bands, reactive }: StretchUse): Losses {
  const plan = stretch.version.losses;
  if (plan === undefined || facts.meteringSide === 'high') return NONE;
  const hours = kvaHours(facts, stretch.from, stretch.to);
  const iron = times(plan.iron, hours);
  const metered = sum([...bands.values()].map(kwhOf));
  const withLine = (loss: Rational, use: Rational) => add(loss, times(plan.line, add(use, loss)));
  const reactiveLoss = add(times(plan.reactiveIron, hours), times(plan.reactiveCopper, kwhOf(reactive)));
  if (isZero(metered)) {
    const band: PriceBand = stretch.period ?? (stretch.prices.has('total') ? 'total' : restOf(stretch));
    return { bands: new Map([[band, withLine(iron, ZERO)]]), reactive: reactiveLoss };
  }
  const shares = [...bands].map(([band, value]): [PriceBand, Rational] => {
    const use = kwhOf(value);
    const ironShare = times(iron, times(use, rational(metered.denominator, metered.numerator)));
    return [band, withLine(add(ironShare, times(plan.copper, use)), use)];
  });
  return { bands: new Map(shares), reactive: reactiveLoss };
}
