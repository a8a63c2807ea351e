import { customerAccount, type JournalEntry } from '../../../core/model/journal.ts';
import { AppError } from '../../../kernel/app-error.ts';
import { formatInstant } from '../../../kernel/clock.ts';
import type { AccountId } from '../../../kernel/ids.ts';
import { formatMoney } from '../../../kernel/units.ts';
import { type Appliers, conflict, type FactOf, KEY_USED, type Refusal, type WriterContext } from './applier.ts';

type MoneyKind = 'entry' | 'payment' | 'hold' | 'holdEnded' | 'idempotencyKey';

export function createMoneyAppliers(context: WriterContext): Appliers<MoneyKind> {
  return {
    entry: createEntryApplier(context),
    payment: createPaymentApplier(context),
    ...createHoldAppliers(context),
    idempotencyKey: createKeyApplier(context),
  };
}

function createEntryApplier({ book, seal, entries, postings, posted }: WriterContext) {
  return ({ entry }: FactOf<'entry'>): undefined => {
    assertBalanced(entry);
    const { id, kind, key, at, actor, meterPointId = null, businessDay = null, reverses = null, memo } = entry;
    const seq = seal.nextSeq;
    entries.add(seq, id, kind, key, at, actor, meterPointId, businessDay, reverses, memo);
    seal.entry(entry);
    let line = 0;
    for (const { account: name, amount } of entry.postings) {
      const account = book.post(name, amount, seq);
      postings.add(seq, line++, account.id, amount, account.balance, account.beforeLast);
      if (!account.isCustomer) continue;
      posted.customers.add(account);
      if (kind === 'payment') posted.balanceAfter.set(id, account.balance);
    }
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
            + (select coalesce(sum(a.accrued), 0) from accruals a join meter_points m on m.id = a.meter_point_id where m.account_id = ?)`,
    )
    .pluck()
    .safeIntegers(true);
  /** balance − holds − accrued, the running batch included. */
  const available = (accountId: AccountId): bigint =>
    (book.of(customerAccount(accountId))?.balance ?? 0n) - (taken.get(accountId, accountId) ?? 0n);
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
