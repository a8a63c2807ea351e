import { addMoney, type Money, NO_MONEY, subtractMoney } from '../../kernel/units.ts';
import type { ComponentSum } from '../model/accrual.ts';

/** `accrued = rated(period so far) − posted(period so far)`, in whole fen: each line's cumulative is rounded once. */
export const accruedOf = (rated: readonly ComponentSum[], posted: readonly ComponentSum[]): Money =>
  subtractMoney(customerSum(rated), customerSum(posted));

const customerSum = (sums: readonly ComponentSum[]): Money => sums.reduce((sum, { customer }) => addMoney(sum, customer), NO_MONEY);

/** What an account has left: nothing is in two of the three. */
export function availableOf({ balance, held, accrued }: { readonly balance: Money; readonly held: Money; readonly accrued: Money }): Money {
  return subtractMoney(subtractMoney(balance, held), accrued);
}
