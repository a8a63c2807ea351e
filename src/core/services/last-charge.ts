/** What a customer is charged last, where his account is cut at a register, and what it leaves him. */
import { type Clock, instantOf } from '../../kernel/clock.ts';
import type { Actor, NewId } from '../../kernel/ids.ts';
import { addMoney, type Money, NO_MONEY, negateMoney, subtractMoney } from '../../kernel/units.ts';
import { drawn } from '../ledger/buckets.ts';
import type { Accrual } from '../model/accrual.ts';
import type { Fact } from '../model/fact.ts';
import type { Funds } from '../model/funds.ts';
import type { IssuedBill } from '../model/issued-bill.ts';
import { isCustomer, type JournalEntry } from '../model/journal.ts';
import type { AccountView, MeterPointFacts } from '../ports/queries.ts';
import type { Store } from '../ports/store.ts';
import { openingOf } from './accrue.ts';
import { groundOf, withPrevious } from './billing-ground.ts';
import { closePeriod, paidFromOwn } from './close-period.ts';
import { pointsFor } from './open-period.ts';
import type { Situations } from './situations.ts';

/** What an account has and owes once its last charge is posted; debts are below zero. */
export interface Left extends Pick<Funds, 'promotion' | 'emergency' | 'receivable' | 'lateFee'> {
  readonly own: Money;
}

export function leftAfter({ balance, funds }: AccountView, { payer }: Accrual, moved: Money): Left {
  if (!isCustomer(payer)) {
    // What is given back beyond what is owed is own money.
    const receivable = addMoney(funds.receivable, moved);
    return {
      ...funds,
      receivable: receivable > NO_MONEY ? NO_MONEY : receivable,
      own: receivable > NO_MONEY ? addMoney(balance, receivable) : balance,
    };
  }
  if (moved >= NO_MONEY) return { ...funds, own: addMoney(balance, moved) };
  const { promotion, emergency, own } = drawn(negateMoney(moved), balance, funds);
  return {
    ...funds,
    promotion: subtractMoney(funds.promotion, promotion),
    emergency: subtractMoney(funds.emergency, emergency),
    own: subtractMoney(balance, own),
  };
}

export const owedIn = ({ emergency, receivable, lateFee }: Left): Money => addMoney(addMoney(emergency, receivable), lateFee);

export interface LastChargeDeps {
  readonly store: Store;
  readonly situations: Situations;
  readonly clock: Clock;
  readonly newId: NewId;
  /** From the day of settlement to the day on which a bill is due. */
  readonly dueDays: number;
}

export interface LastCharge {
  readonly facts: readonly Fact[];
  /** What is posted: below zero where something was used. */
  readonly moved: Money;
  /** The last one of this customer; undefined where he has used nothing since the one before. */
  readonly bill: IssuedBill | undefined;
  /** What begins behind it, for whoever comes. */
  readonly next: Accrual;
}

/** Who hands over keeps what he has: his last bill is paid from it as any other was. */
export const paidBeforehand = (
  { clock, newId }: LastChargeDeps,
  actor: Actor,
  facts: MeterPointFacts,
  { bill, moved }: LastCharge,
): JournalEntry | undefined => bill && paidFromOwn({ facts, issuedAt: clock.now(), actor, newId }, bill, moved);

/** Settles every period up to the last registers, those that are over and wait for theirs too; what comes after is the next customer's. */
export async function lastCharge(
  { store, situations, newId, clock, dueDays }: LastChargeDeps,
  actor: Actor,
  facts: MeterPointFacts,
  accrual: Accrual,
): Promise<LastCharge> {
  const { meterPointId, latestAt } = accrual;
  const terms = situations.termsOf(meterPointId);
  const bills = await store.read('billsOfPoint', { meterPointId });
  const closed: Fact[] = [];
  let moved = NO_MONEY;
  let bill: IssuedBill | undefined;
  for (let open = accrual; open.from < latestAt; ) {
    const ground = withPrevious(groundOf(facts, terms, open.from, instantOf(Math.min(open.to, latestAt))), bills);
    const period = closePeriod({
      facts,
      accrual: open,
      ground,
      points: await pointsFor(store, ground),
      instalments: bills.filter(({ kind, periodId }) => kind === 'instalment' && periodId === open.periodId),
      dueDays,
      issuedAt: clock.now(),
      actor,
      newId,
    });
    closed.push(...period.facts);
    moved = addMoney(moved, period.moved);
    bill = period.bill;
    open = openingOf(meterPointId, groundOf(facts, terms, ground.facts.period.to));
  }
  return { facts: closed, moved, bill, next: openingOf(meterPointId, groundOf(facts, terms, latestAt)) };
}
