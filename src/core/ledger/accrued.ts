import { addMoney, type Money, NO_MONEY, roundToFen, subtractMoney } from '../../kernel/units.ts';
import type { ChargeLine, PostedLine } from '../model/accrual.ts';

/** `accrued = rated(period so far) − posted(period so far)`, in whole fen: each line's cumulative is rounded once. */
export function accruedOf(lines: readonly ChargeLine[], posted: readonly PostedLine[]): Money {
  const rated = lines.reduce((sum, line) => addMoney(sum, roundToFen(line.exact)), NO_MONEY);
  return subtractMoney(
    rated,
    posted.reduce((sum, line) => addMoney(sum, line.customer), NO_MONEY),
  );
}

/** What an account has left: nothing is in two of the three. */
export function availableOf({ balance, held, accrued }: { readonly balance: Money; readonly held: Money; readonly accrued: Money }): Money {
  return subtractMoney(subtractMoney(balance, held), accrued);
}
