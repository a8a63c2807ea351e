import { formatInstant } from '../../kernel/clock.ts';
import type { BillingFacts } from '../model/bill.ts';
import type { PricePlan } from '../model/price-plan.ts';
import { instantAt } from './dated.ts';

/** Why a price plan cannot rate these facts. */
export interface Misfit {
  readonly field: string;
  readonly value: string;
  readonly expected: string;
}

/** Undefined where the plan has prices for this customer and the whole period. */
export function misfitOf({ zone, customerClass, period }: BillingFacts, { id, classes, versions }: PricePlan): Misfit | undefined {
  if (classes.length > 0 && !classes.includes(customerClass))
    return { field: 'class', value: customerClass, expected: `one of the classes of tariff ${id}: ${classes.join(', ')}` };
  const first = versions[0] === undefined ? undefined : instantAt(versions[0].from, zone);
  if (first === undefined || first > period.from)
    return {
      field: 'period.from',
      value: formatInstant(period.from),
      expected: `an instant at which tariff ${id} has prices${first === undefined ? '' : `: from ${formatInstant(first)} on`}`,
    };
  return undefined;
}
