import type { Instant } from '../../kernel/clock.ts';
import type { Price } from '../../kernel/units.ts';
import type { BillingFacts, Dated } from '../model/bill.ts';
import type { PricePlan } from '../model/price-plan.ts';
import { instantAt } from './dated.ts';

/** One price of a fund, for its own time. */
export interface DatedFund extends Dated {
  readonly component: string;
  readonly price: Price;
}

/** What a customer pays to funds. A price without an end holds until the next one of its fund begins. */
export function fundsOf({ zone, customerClass }: BillingFacts, { funds }: PricePlan): readonly DatedFund[] {
  const paid = funds
    .filter(({ exempt }) => !exempt.includes(customerClass))
    .map(({ component, price, from, to }) => ({
      component,
      price,
      from: instantAt(from, zone),
      to: to === undefined ? undefined : instantAt(to, zone),
    }));
  return paid.map((fund) => ({ ...fund, to: fund.to ?? nextStart(paid, fund) }));
}

function nextStart(funds: readonly DatedFund[], { component, from: start }: DatedFund): Instant | undefined {
  let next: Instant | undefined;
  for (const { component: other, from } of funds)
    if (other === component && from > start && (next === undefined || from < next)) next = from;
  return next;
}
