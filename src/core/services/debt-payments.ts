/**
 * Own money pays what lies owed beside it: nobody is late who has the money here. A contract that prepays keeps its own money for the use
 * to come, and repays by a share of its payments; where a supply has ended, nothing is kept.
 */
import type { Clock } from '../../kernel/clock.ts';
import { type Actor, asId, type NewId } from '../../kernel/ids.ts';
import { addMoney, NO_MONEY } from '../../kernel/units.ts';
import { type EntryStamp, settlementEntry } from '../ledger/entries.ts';
import type { PaidDebts } from '../model/funds.ts';
import type { JournalEntry } from '../model/journal.ts';
import type { MeterPointFacts } from '../ports/queries.ts';
import type { Store } from '../ports/store.ts';

/** Who settles where no person does. */
export const SETTLEMENT = asId<Actor>('system:settlement');

const AT_ONCE = 500;

/** Whoever’s account moves meanwhile is looked at in the next round. */
export async function payDebts({ store, clock, newId }: { store: Store; clock: Clock; newId: NewId }): Promise<number> {
  const debts = await store.read('debtsBesideMoney', { now: clock.now(), limit: AT_ONCE });
  const outcomes = await Promise.all(
    debts.map((debt) =>
      store.commit({
        facts: [{ kind: 'entry', entry: settlementEntry({ id: newId('ent'), at: clock.now(), actor: SETTLEMENT }, debt) }],
        expect: [{ subject: `account:${debt.accountId}`, version: debt.version }],
      }),
    ),
  );
  return outcomes.filter(({ status }) => status === 'committed').length;
}

/** The same as a part of a batch that expects the account as it is in `facts`; undefined where nothing is paid. */
export function settledFromOwn(stamp: EntryStamp, { account, versions }: MeterPointFacts, paid: PaidDebts): JournalEntry | undefined {
  if (addMoney(paid.receivable, paid.lateFee) === NO_MONEY) return undefined;
  const { id: accountId } = account.account;
  const version = versions.find(({ subject }) => subject === `account:${accountId}`)?.version ?? 0;
  return settlementEntry(stamp, { accountId, version, paid });
}
