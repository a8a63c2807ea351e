import { addMoney, type Money, NO_MONEY, subtractMoney } from '../../kernel/units.ts';
import type { ComponentSum } from '../model/accrual.ts';
import type { Funds } from '../model/funds.ts';
import { creditOf } from './buckets.ts';

/** `accrued = rated(period so far) − posted(period so far)`, in whole fen: each line's cumulative is rounded once. */
export const accruedOf = (rated: readonly ComponentSum[], posted: readonly ComponentSum[]): Money =>
  subtractMoney(customerSum(rated), customerSum(posted));

const customerSum = (sums: readonly ComponentSum[]): Money => sums.reduce((sum, { customer }) => addMoney(sum, customer), NO_MONEY);

/** What an account has left to use: its own money and the credit beyond it; nothing is in two of them. */
export function availableOf({ balance, held, accrued, funds }: Means): Money {
  return addMoney(subtractMoney(subtractMoney(balance, held), accrued), creditOf(funds));
}

interface Means {
  /** Own money. */
  readonly balance: Money;
  readonly held: Money;
  readonly accrued: Money;
  readonly funds: Funds;
}
