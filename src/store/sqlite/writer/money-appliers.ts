import type Database from 'better-sqlite3';
import { totalOf } from '../../../core/ledger/entries.ts';
import { customerAccount, emergencyAccount, isCustomer, type JournalEntry, type LedgerAccount } from '../../../core/model/journal.ts';
import { AppError } from '../../../kernel/app-error.ts';
import { formatInstant } from '../../../kernel/clock.ts';
import type { AccountId } from '../../../kernel/ids.ts';
import { formatMoney, type Money, NO_MONEY } from '../../../kernel/units.ts';
import { type Appliers, conflict, type FactOf, KEY_USED, type Refusal, type WriterContext } from './applier.ts';
import type { Book, BookAccount } from './book.ts';
import { splitPostings } from './split-postings.ts';

type MoneyKind = 'entry' | 'creditTerms' | 'payment' | 'hold' | 'holdEnded' | 'idempotencyKey';

export function createMoneyAppliers(context: WriterContext): Appliers<MoneyKind> {
  return {
    entry: createEntryApplier(context),
    creditTerms: createTermsApplier(context),
    payment: createPaymentApplier(context),
    ...createHoldAppliers(context),
    idempotencyKey: createKeyApplier(context),
  };
}

function createEntryApplier({ database, book, seal, versions, entries, postings, charges, posted }: WriterContext) {
  const undo = createUndoing(database);
  return ({ entry }: FactOf<'entry'>): Refusal | undefined => {
    assertBalanced(entry);
    const undone = undoneBy(entry);
    if (undone !== undefined && !undo(entry, undone)) return KEY_USED;
    const { id, kind, key, at, actor, meterPointId = null, businessDay = null, reverses = null, memo } = entry;
    const seq = seal.nextSeq;
    const stored = splitPostings(entry, book, charges);
    if (kind === 'charge') charges.add(key, stored);
    entries.add(seq, id, kind, key, at, actor, meterPointId, businessDay, reverses, memo);
    seal.entry(stored === entry.postings ? entry : { ...entry, postings: stored });
    for (const [line, { account: name, amount }] of stored.entries()) {
      const account = book.post(name, amount, seq);
      if (isBeyond(account)) return conflict(`funds:${name}`);
      postings.add(seq, line, account.id, amount, account.balance, account.beforeLast);
      if (account.owner !== undefined) versions.raise(`account:${account.owner}`);
      if (account.isCustomer) posted.customers.add(account);
    }
    if (kind === 'payment') posted.balanceAfter.set(id, ownBalance(book, entry));
    return undefined;
  };
}

/** An account of one side never stands on the other. */
const isBeyond = ({ side, balance }: BookAccount): boolean => (side === 'credit' && balance < 0n) || (side === 'debit' && balance > 0n);

function ownBalance(book: Book, { postings }: JournalEntry): Money {
  const name = postings.find(({ account }) => isCustomer(account))?.account;
  return name === undefined ? NO_MONEY : (book.of(name)?.balance ?? NO_MONEY);
}

/** What was found an owner for is in suspense, or in its channel, no more: it is neither credited nor reversed again. */
export const undoneBy = ({ kind, key, reverses }: JournalEntry): string | undefined =>
  reverses ?? (kind === 'assignment' || kind === 'rebooking' ? key.slice(kind.length + 1) : undefined);

/** Notes what of an entry is undone; false where that would be more than all of it. */
function createUndoing(database: Database.Database): (entry: JournalEntry, undone: string) => boolean {
  const note = database.prepare(
    `insert into undone (entry_id, total, undone, parts) values (?, ?, ?, 1)
     on conflict (entry_id) do update set undone = undone + excluded.undone, parts = parts + 1
     where ? and undone.undone + excluded.undone <= undone.total`,
  );
  return (entry, undone) => {
    const amount = totalOf(entry);
    return note.run(undone, entry.partOf ?? amount, amount, Number(entry.partOf !== undefined)).changes === 1;
  };
}

function createTermsApplier({ database, book, seal, versions }: WriterContext) {
  const replace = database.prepare(
    `insert into credit_terms (account_id, emergency_limit, recovery_share) values (?, ?, ?)
     on conflict (account_id) do update set emergency_limit = excluded.emergency_limit, recovery_share = excluded.recovery_share`,
  );
  return ({ terms, at, actor, reason }: FactOf<'creditTerms'>): undefined => {
    const { accountId, emergencyLimit, recoveryShare } = terms;
    replace.run(accountId, emergencyLimit, recoveryShare);
    book.agree(terms);
    versions.raise(`account:${accountId}`);
    const data = { accountId, emergencyLimit: formatMoney(emergencyLimit), recoveryShare, reason };
    seal.record({ at, type: 'credit.agreed', actor, subject: `account:${accountId}`, data });
    return undefined;
  };
}

function assertBalanced({ id, key, postings }: JournalEntry): void {
  let sum = 0n;
  for (const { amount } of postings) sum += amount;
  if (sum !== 0n || postings.length < 2)
    throw new AppError('entry-unbalanced', `the postings of entry ${key} do not sum to zero`, { id, key });
}

function createPaymentApplier({ database, seal, posted }: WriterContext) {
  const insert = database.prepare(
    `insert into payments (id, account_id, entry_id, amount, channel, channel_serial, channel_date, received_at, actor, restore_command_id, balance_after)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (channel, channel_date, channel_serial) do nothing`,
  );
  return ({ payment }: FactOf<'payment'>): Refusal | undefined => {
    const { id, accountId, entryId, amount, channel, channelSerial, channelDate, receivedAt, actor, restoreCommandId = null } = payment;
    const balanceAfter = posted.balanceAfter.get(entryId);
    if (balanceAfter === undefined)
      throw new AppError('invariant-violated', 'a payment came without its entry before it in the batch', { id, entryId });
    const values = [id, accountId, entryId, amount, channel, channelSerial, channelDate, receivedAt, actor, restoreCommandId, balanceAfter];
    if (insert.run(values).changes === 0) return KEY_USED;
    seal.record({
      at: receivedAt,
      type: 'payment.received',
      actor,
      subject: `account:${accountId}`,
      data: {
        id,
        accountId,
        entryId,
        amount: formatMoney(amount),
        balanceAfter: formatMoney(balanceAfter),
        channel,
        channelSerial,
        channelDate,
        restoreCommandId,
      },
    });
    return undefined;
  };
}

function createHoldAppliers({ database, book, seal, versions }: WriterContext): Appliers<'hold' | 'holdEnded'> {
  const insert = database.prepare(
    'insert into holds (id, account_id, amount, placed_at, expires_at, reason, state) values (?, ?, ?, ?, ?, ?, ?)',
  );
  const end = database
    .prepare<[string, string, string, number], string>(
      `update holds set state = ? where id = ? and state = 'placed' and (? <> 'posted' or expires_at > ?) returning account_id`,
    )
    .pluck();
  const taken = database
    .prepare<[string, string], bigint>(
      `select (select coalesce(sum(amount), 0) from holds where account_id = ? and state = 'placed')
            + (select coalesce(sum(max(a.accrued, 0)), 0) from accruals a join meter_points m on m.id = a.meter_point_id where m.account_id = ?)`,
    )
    .pluck()
    .safeIntegers(true);
  const balanceOf = (account: LedgerAccount): bigint => book.of(account)?.balance ?? 0n;
  /**
   * balance − emergency credit that was used − holds − accrued, the running batch included. What is to be given back counts once it is
   * posted: credit may have paid it.
   */
  const available = (accountId: AccountId): bigint =>
    balanceOf(customerAccount(accountId)) + balanceOf(emergencyAccount(accountId)) - (taken.get(accountId, accountId) ?? 0n);
  return {
    hold({ hold: { id, accountId, amount, placedAt, expiresAt, reason, state }, actor }) {
      if (amount > available(accountId)) return conflict(`funds:${accountId}`);
      insert.run(id, accountId, amount, placedAt, expiresAt, reason, state);
      versions.raise(`account:${accountId}`);
      const data = { id, accountId, amount: formatMoney(amount), expiresAt: formatInstant(expiresAt), reason };
      seal.record({ at: placedAt, type: 'hold.placed', actor, subject: `hold:${id}`, data });
      return undefined;
    },
    holdEnded({ holdId, end: ending, at, actor }) {
      // Money whose time has passed is its owner's again, whether the expiry has come to it or not.
      const accountId = end.get(ending.state, holdId, ending.state, at);
      if (accountId === undefined) return conflict(`hold:${holdId}`);
      versions.raise(`account:${accountId}`);
      const { state, ...by } = ending;
      seal.record({ at, type: `hold.${state}`, actor, subject: `hold:${holdId}`, data: { id: holdId, accountId, ...by } });
      return undefined;
    },
  };
}

function createKeyApplier({ database, seal }: WriterContext) {
  const insert = database.prepare(
    'insert into idempotency_keys (key, fingerprint, resource, at) values (?, ?, ?, ?) on conflict do nothing',
  );
  return ({ key, fingerprint, resource, at }: FactOf<'idempotencyKey'>): Refusal | undefined => {
    if (insert.run(key, fingerprint, resource, at).changes === 0) return KEY_USED;
    seal.record({ at, type: 'idempotency-key.used', subject: resource, data: { key, fingerprint, resource } });
    return undefined;
  };
}
