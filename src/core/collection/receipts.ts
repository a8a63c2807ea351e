import type { BusinessDay } from '../../kernel/local-time.ts';
import { type Money, money } from '../../kernel/units.ts';

export interface Receipt {
  readonly day: BusinessDay;
  readonly amount: Money;
}

/**
 * What came in for each bill: the oldest is paid first. Pure.
 *
 * @param bills what each asks for, in the order in which they are due
 * @param receipts in order of time
 */
export function receiptsOf(bills: readonly { readonly total: Money }[], receipts: readonly Receipt[]): readonly (readonly Receipt[])[] {
  const left = receipts.map(({ day, amount }): { day: BusinessDay; amount: bigint } => ({ day, amount }));
  return bills.map(({ total }) => {
    let due: bigint = total;
    const own: Receipt[] = [];
    for (const receipt of left) {
      const taken = receipt.amount < due ? receipt.amount : due;
      if (taken <= 0n) continue;
      own.push({ day: receipt.day, amount: money(taken) });
      receipt.amount -= taken;
      due -= taken;
    }
    return own;
  });
}
