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

/**
 * What came in and stays: what a correction gave back as own money pays no bill any more, the newest that had come in by then first. Pure.
 *
 * @param receipts in order of time
 */
export function withoutGivenBack(receipts: readonly Receipt[], givenBack: readonly Receipt[]): readonly Receipt[] {
  const left = receipts.map(({ day, amount }): { day: BusinessDay; amount: bigint } => ({ day, amount }));
  for (const { day, amount } of givenBack) {
    let rest: bigint = amount;
    for (const receipt of left.filter((each) => each.day <= day).toReversed()) {
      const taken = receipt.amount < rest ? receipt.amount : rest;
      receipt.amount -= taken;
      rest -= taken;
    }
  }
  return left.filter(({ amount }) => amount > 0n).map(({ day, amount }) => ({ day, amount: money(amount) }));
}
