/** What late payment costs, posted day by day: simple, by class, on an account of its own (F11, F14). */
import { type Clock, instantOf, plusMs } from '../../kernel/clock.ts';
import { type AccountId, type Actor, asId, type NewId } from '../../kernel/ids.ts';
import { type BusinessDay, businessDayOf, previousDay, type Zone } from '../../kernel/local-time.ts';
import { type Money, NO_MONEY, subtractMoney } from '../../kernel/units.ts';
import { owedOf } from '../collection/owed.ts';
import { receiptsOf } from '../collection/receipts.ts';
import { moveEntry } from '../ledger/entries.ts';
import type { Fact } from '../model/fact.ts';
import type { NumberedBill } from '../model/issued-bill.ts';
import { type AccountMove, lateFeeAccount, receivableAccount, revenueAccount } from '../model/journal.ts';
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
  const { bills, receipts } = owedOf(issued, await moves(receivableAccount(accountId)), zone);
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
