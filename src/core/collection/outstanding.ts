/** What of an account's bills is still to come in. Pure. */
import { type Money, money, NO_MONEY } from '../../kernel/units.ts';
import type { AccountStanding, CollectedBill } from '../model/standing.ts';

/** A bill with what has come in for it. */
export interface BillStanding extends CollectedBill {
  readonly received: Money;
  readonly outstanding: Money;
}

/**
 * What comes in pays the oldest first: so what an account owes is its newest charges, those without a bill before all.
 *
 * @param bills of one account, in the order of issue, credits and what they took back included: a credit pays its bill
 */
export function standingsOf(bills: readonly CollectedBill[], { position, unbilled }: AccountStanding): readonly BillStanding[] {
  const owed = position < 0n ? -position : 0n;
  const posted = unbilled > 0n ? unbilled : 0n;
  let left = owed > posted ? owed - posted : 0n;
  const standings: BillStanding[] = [];
  for (const bill of bills.toReversed()) {
    const due = bill.total > 0n ? bill.total : 0n;
    const outstanding = left < due ? left : due;
    left -= outstanding;
    standings.push({ ...bill, outstanding: money(outstanding), received: money(bill.total - outstanding) });
  }
  return standings.toReversed();
}

export interface UnitCollection {
  /** A district or a feeder; empty where the archive knows none. */
  readonly unit: string;
  readonly receivable: Money;
  readonly received: Money;
  readonly outstanding: Money;
  /** Accounts with something outstanding. */
  readonly accounts: number;
}

/** The month's table (R001), one row a unit in the order of their names. */
export function collectionsBy(unitOf: (bill: CollectedBill) => string, standings: readonly BillStanding[]): readonly UnitCollection[] {
  const groups = Map.groupBy(standings, unitOf);
  return [...groups.keys()].sort().map((unit) => {
    const own = groups.get(unit) ?? [];
    const sum = (part: (bill: BillStanding) => Money) => money(own.reduce((all, bill) => all + part(bill), 0n));
    return {
      unit,
      receivable: sum(({ total }) => total),
      received: sum(({ received }) => received),
      outstanding: sum(({ outstanding }) => outstanding),
      accounts: new Set(own.filter(({ outstanding }) => outstanding !== NO_MONEY).map(({ accountId }) => accountId)).size,
    };
  });
}
