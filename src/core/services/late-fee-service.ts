/** What late payment costs, posted day by day: simple, by class, on an account of its own (F11, F14). */
import { type Clock, instantOf, plusMs } from '../../kernel/clock.ts';
import { type AccountId, type Actor, asId, type NewId } from '../../kernel/ids.ts';
import { type BusinessDay, businessDayOf, previousDay, type Zone } from '../../kernel/local-time.ts';
import { addMoney, type Money, NO_MONEY, negateMoney, subtractMoney } from '../../kernel/units.ts';
import { type Receipt, receiptsOf, withoutGivenBack } from '../collection/receipts.ts';
import { chargesOf, moveEntry } from '../ledger/entries.ts';
import type { Fact } from '../model/fact.ts';
import type { NumberedBill } from '../model/issued-bill.ts';
import { type AccountMove, isCustomer, lateFeeAccount, receivableAccount, revenueAccount } from '../model/journal.ts';
import type { LateFeeRate } from '../model/late-fee.ts';
import type { Store } from '../ports/store.ts';
import { lateFeeOf } from '../tariff/late-fee.ts';

export interface LateFeeService {
  /** Posts the fees of days that are over; returns how many entries it posted. A second run of a day posts nothing. */
  run(): Promise<number>;
}

export interface LateFeeDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly zone: Zone;
  /** Dated, in order of their start; none where nobody is charged. */
  readonly rates: readonly LateFeeRate[];
}

const ACTOR = asId<Actor>('system:late-fees');
const TWO_DAYS_MS = 172_800_000;
const EVER = instantOf(0);
/** Bills of one account that are looked at: decades of months. */
const BILLS = 500;

export function createLateFeeService(deps: LateFeeDeps): LateFeeService {
  const { store, clock, rates } = deps;
  return {
    async run() {
      if (rates.length === 0) return 0;
      // Who has paid the day before still owes the fee of that day.
      const owing = await store.read('owingAccounts', { movedSince: plusMs(clock.now(), -TWO_DAYS_MS) });
      let posted = 0;
      for (const accountId of owing) posted += await chargeAccount(deps, accountId);
      return posted;
    },
  };
}

async function chargeAccount({ store, clock, newId, zone, rates }: LateFeeDeps, accountId: AccountId): Promise<number> {
  const now = clock.now();
  const until = previousDay(businessDayOf(now, zone));
  const moves = async (account: ReturnType<typeof receivableAccount>): Promise<readonly AccountMove[]> =>
    (await store.read('accountMoves', { account, from: EVER, to: plusMs(now, 1) })).moves;
  const issued = (await store.read('bills', { accountId, limit: BILLS })).items;
  const bills = owedBills(issued);
  const owing = await moves(receivableAccount(accountId));
  const came = cameIn(owing).map(({ at, amount }) => ({ day: businessDayOf(at, zone), amount }));
  const receipts = [...withoutGivenBack(came, givenBack(issued, owing, zone)), ...askedTooMuch(issued, zone)].toSorted(byDay);
  const charged = await moves(lateFeeAccount(accountId));
  const facts = receiptsOf(bills, receipts).flatMap((payments, index): Fact[] => {
    const bill = bills[index];
    if (bill === undefined || bill.dueOn >= until) return [];
    const { customerClass, total: principal, dueOn: due } = bill;
    const { amount } = lateFeeOf({ customerClass, principal, due, until, payments, rate: undefined, cap: undefined }, rates);
    const more = subtractMoney(amount, chargedFor(bill, issued, charged));
    return more <= NO_MONEY
      ? []
      : [{ kind: 'entry', entry: feeEntry({ id: newId('ent'), at: now, actor: ACTOR }, accountId, bill, until, more) }];
  });
  if (facts.length === 0) return 0;
  const outcome = await store.commit({ facts });
  return outcome.status === 'committed' ? facts.length : 0;
}

/** What was asked for and stands, in the order in which it is due. */
const owedBills = (bills: readonly NumberedBill[]): readonly NumberedBill[] =>
  standingBills(bills)
    .filter(({ total }) => total > NO_MONEY)
    .toSorted((one, other) => (one.dueOn < other.dueOn ? -1 : Number(one.dueOn > other.dueOn)));

/** What is taken from money that is there is never late, nor is what was asked for before it turned out that it is. */
function standingBills(bills: readonly NumberedBill[]): readonly NumberedBill[] {
  const taken = new Set(bills.filter(({ kind }) => kind === 'credit').map(({ corrects }) => corrects));
  const standing = bills.filter(({ id, kind, payer }) => kind !== 'credit' && !taken.has(id) && !isCustomer(payer));
  const ended = new Set(wholeOf(bills).map(periodOf));
  const owed = new Set(wholeOf(standing).map(periodOf));
  return standing.filter((bill) => !ended.has(periodOf(bill)) || owed.has(periodOf(bill))).map((bill) => lessAskedFor(bill, standing));
}

/** A bill asks for all but what instalments have asked of him who owes it: one that was taken from his money went back there. */
function lessAskedFor(bill: NumberedBill, standing: readonly NumberedBill[]): NumberedBill {
  if (bill.kind !== 'bill') return bill;
  const before = standing.filter((each) => each.kind === 'instalment' && periodOf(each) === periodOf(bill));
  const billedBefore = before.reduce((sum, { total }) => addMoney(sum, total), NO_MONEY);
  return { ...bill, billedBefore, total: subtractMoney(addMoney(bill.total, bill.billedBefore), billedBefore) };
}

const wholeOf = (bills: readonly NumberedBill[]): readonly NumberedBill[] => bills.filter(({ kind }) => kind === 'bill');
/** What the keys of its charges begin with. */
const periodOf = ({ meterPointId, periodId }: NumberedBill): string => chargesOf(meterPointId, periodId);

/** What paid off what was owed, less what of it was undone: money that went back never came. */
function cameIn(moves: readonly AccountMove[]): readonly AccountMove[] {
  return moves
    .filter(({ kind, amount }) => amount > NO_MONEY && kind !== 'charge' && kind !== 'reversal')
    .map((receipt) => {
      const undone = moves.filter(({ kind, key }) => kind === 'reversal' && isOf(key, `reversal:${receipt.id}`));
      return { ...receipt, amount: undone.reduce((left, { amount }) => addMoney(left, amount), receipt.amount) };
    })
    .filter(({ amount }) => amount > NO_MONEY);
}

/** A bill of less than its instalments had asked for takes the rest of them back. */
const askedTooMuch = (issued: readonly NumberedBill[], zone: Zone): readonly Receipt[] =>
  standingBills(issued)
    .filter(({ total }) => total < NO_MONEY)
    .map(({ issuedAt, total }) => ({ day: businessDayOf(issuedAt, zone), amount: negateMoney(total) }));

const byDay = (one: Receipt, other: Receipt): number => (one.day < other.day ? -1 : Number(one.day > other.day));

/** What corrections gave back as own money, since it was paid already: what was charged of a period beyond what its bill asks for now. */
function givenBack(issued: readonly NumberedBill[], moves: readonly AccountMove[], zone: Zone): readonly Receipt[] {
  const standing = standingBills(issued).filter(({ kind }) => kind === 'bill');
  const periods = Map.groupBy(
    issued.filter(({ kind }) => kind !== 'instalment'),
    periodOf,
  );
  return [...periods].flatMap(([charges, bills]): Receipt[] => {
    const own = moves.filter(({ kind, key }) => kind === 'charge' && key.startsWith(charges));
    const charged = own.reduce((sum, { amount }) => subtractMoney(sum, amount), NO_MONEY);
    const asked = standing.filter((bill) => periodOf(bill) === charges);
    const cost = asked.reduce((sum, { total, billedBefore }) => addMoney(sum, addMoney(total, billedBefore)), NO_MONEY);
    const day = businessDayOf(instantOf(Math.max(...bills.map(({ issuedAt }) => issuedAt))), zone);
    return charged > cost ? [{ day, amount: subtractMoney(charged, cost) }] : [];
  });
}

const isOf = (key: string, own: string): boolean => key === own || key.startsWith(`${own}:`);

/**
 * What was charged for a bill, or for those that it takes the place of. A fee that was waived by a reversal was charged all the same: it
 * does not come back.
 */
function chargedFor(bill: NumberedBill, issued: readonly NumberedBill[], moves: readonly AccountMove[]): Money {
  const ids: string[] = [];
  for (let next: NumberedBill | undefined = bill; next !== undefined; next = correctedBy(next, issued)) ids.push(next.id);
  return moves
    .filter(({ key }) => ids.some((id) => key.startsWith(`late-fee:${id}:`)))
    .reduce((sum, { amount }) => subtractMoney(sum, amount), NO_MONEY);
}

const correctedBy = ({ corrects }: NumberedBill, issued: readonly NumberedBill[]): NumberedBill | undefined =>
  corrects === undefined ? undefined : issued.find(({ id }) => id === corrects);

function feeEntry(stamp: Parameters<typeof moveEntry>[0], accountId: AccountId, bill: NumberedBill, day: BusinessDay, amount: Money) {
  return moveEntry(stamp, 'late-fee', {
    key: `${bill.id}:${day}`,
    from: lateFeeAccount(accountId),
    to: revenueAccount('late-fee'),
    amount,
    memo: `Late fee of bill ${bill.number}, due on ${bill.dueOn}, until ${day}`,
  });
}
