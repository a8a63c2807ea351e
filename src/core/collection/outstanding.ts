/** What of an account's bills is still to come in. Pure. */
import { type Money, money, NO_MONEY } from '../../kernel/units.ts';
import { takenBack } from '../model/issued-bill.ts';
import type { AccountStanding, CollectedBill } from '../model/standing.ts';

/** A bill with what has come in for it. */
export interface BillStanding extends CollectedBill {
  readonly received: Money;
  readonly outstanding: Money;
}

/**
 * What comes in pays the oldest first: so what an account owes is its newest charges, those without a bill before all. A corrected
 * bill is as old as the month that it is of; one that was taken back asks for nothing.
 *
 * @param bills of one account since a month, in the order of issue, credits and what they took back included
 */
export function standingsOf(bills: readonly CollectedBill[], { position, unbilled }: AccountStanding): readonly BillStanding[] {
  const taken = takenBack(bills);
  const owed = position < 0n ? -position : 0n;
  const posted = unbilled > 0n ? unbilled : 0n;
  let left = owed > posted ? owed - posted : 0n;
  const outstanding = new Map<string, bigint>();
  const newestFirst = bills.toSorted((one, other) => (one.month < other.month ? -1 : Number(one.month > other.month))).toReversed();
  for (const { id, kind, total } of newestFirst) {
    const asked = kind === 'credit' || taken.has(id) || total < 0n ? 0n : total;
    const open = left < asked ? left : asked;
    left -= open;
    outstanding.set(id, open);
  }
  return bills.map((bill) => {
    const open = money(outstanding.get(bill.id) ?? 0n);
    return { ...bill, outstanding: open, received: money(bill.total - open) };
  });
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
