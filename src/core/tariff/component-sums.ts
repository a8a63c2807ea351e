import { roundTo } from '../../kernel/rational.ts';
import { addMoney, money, NO_MONEY } from '../../kernel/units.ts';
import type { ComponentSum } from '../model/accrual.ts';
import type { BillLine } from '../model/bill.ts';

/** What each component of a bill is booked with, in the order of its lines: fen to the customer, 10⁻⁶ yuan to the component. */
export function componentSums(lines: readonly BillLine[]): readonly ComponentSum[] {
  const sums = new Map<string, ComponentSum>();
  for (const { component, exact, amount } of lines) {
    const before = sums.get(component);
    sums.set(component, {
      component,
      customer: addMoney(before?.customer ?? NO_MONEY, amount),
      revenue: addMoney(before?.revenue ?? NO_MONEY, money(roundTo(exact, 6))),
    });
  }
  return [...sums.values()];
}
