/** What a customer is charged last, where his account is cut at a register, and what it leaves him. */
import { type Clock, instantOf } from '../../kernel/clock.ts';
import type { Actor, NewId } from '../../kernel/ids.ts';
import { addMoney, type Money, NO_MONEY, negateMoney, subtractMoney } from '../../kernel/units.ts';
import { drawn, returned } from '../ledger/buckets.ts';
import type { Accrual } from '../model/accrual.ts';
import type { Fact } from '../model/fact.ts';
import type { ChargedSoFar, Funds } from '../model/funds.ts';
import { customerAccount, isCustomer, type LedgerAccount, receivableAccount } from '../model/journal.ts';
import type { AccountView, MeterPointFacts } from '../ports/queries.ts';
import type { Store } from '../ports/store.ts';
import { openingOf } from './accrue.ts';
import { groundOf, withPrevious } from './billing-ground.ts';
import { closePeriod } from './close-period.ts';
import { pointsFor } from './open-period.ts';
import type { Situations } from './situations.ts';

/** What an account has and owes once its last charge is posted; debts are below zero. */
export interface Left extends Pick<Funds, 'promotion' | 'emergency' | 'receivable' | 'lateFee'> {
  readonly own: Money;
}

/** What a period posts to its payer as it is cut: below zero where something was used. In the order of its entries. */
export interface CutPeriod {
  readonly payer: LedgerAccount;
  readonly moves: readonly Money[];
  readonly before: ChargedSoFar;
}

/** As the store splits the charges while it writes them. What another account pays, as a contract may name one, leaves this one as it is. */
export function leftAfter({ account: { id }, balance, funds }: AccountView, periods: readonly CutPeriod[]): Left {
  const own = periods.filter(({ payer }) => payer === customerAccount(id) || payer === receivableAccount(id));
  return own.reduce<Funds & Left>(afterPeriod, { ...funds, own: balance });
}

function afterPeriod(left: Funds & Left, { payer, moves, before }: CutPeriod): Funds & Left {
  let [now, charged] = [left, before];
  for (const move of moves) {
    const next = move < NO_MONEY ? afterUse(now, payer, negateMoney(move)) : afterReturn(now, payer, move, charged);
    const fromPromotion = subtractMoney(now.promotion, next.promotion);
    charged = { total: subtractMoney(charged.total, move), promotion: addMoney(charged.promotion, fromPromotion) };
    now = next;
  }
  return now;
}

function afterUse(left: Funds & Left, payer: LedgerAccount, amount: Money): Funds & Left {
  if (!isCustomer(payer)) return { ...left, receivable: subtractMoney(left.receivable, amount) };
  const { promotion, emergency, own } = drawn(amount, left.own, left);
  return {
    ...left,
    promotion: subtractMoney(left.promotion, promotion),
    emergency: subtractMoney(left.emergency, emergency),
    own: subtractMoney(left.own, own),
  };
}

function afterReturn(left: Funds & Left, payer: LedgerAccount, amount: Money, charged: ChargedSoFar): Funds & Left {
  const { promotion, receivable, own } = returned(amount, charged, isCustomer(payer) ? NO_MONEY : negateMoney(left.receivable));
  return {
    ...left,
    promotion: addMoney(left.promotion, promotion),
    receivable: addMoney(left.receivable, receivable),
    own: addMoney(left.own, own),
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
  /** What is posted of each period that is cut, oldest first. */
  readonly periods: readonly CutPeriod[];
  /** What begins behind it, for whoever comes. */
  readonly next: Accrual;
}

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
  const periods: CutPeriod[] = [];
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
    const before = await store.read('chargedSoFar', { accountId: facts.meterPoint.accountId, meterPointId, periodId: open.periodId });
    periods.push({ payer: open.payer, moves: movesOf(open.payer, period.facts), before });
    open = openingOf(meterPointId, groundOf(facts, terms, ground.facts.period.to));
  }
  return { facts: closed, periods, next: openingOf(meterPointId, groundOf(facts, terms, latestAt)) };
}

const movesOf = (payer: LedgerAccount, facts: readonly Fact[]): readonly Money[] =>
  facts
    .flatMap((fact) => (fact.kind === 'entry' ? fact.entry.postings : []))
    .filter(({ account }) => account === payer)
    .map(({ amount }) => amount);
