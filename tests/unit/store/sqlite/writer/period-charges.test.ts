import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { moveEntry } from '../../../../../src/core/ledger/entries.ts';
import {
  customerAccount,
  type JournalEntry,
  type LedgerAccount,
  PROMOTION_GRANTED_ACCOUNT,
  promotionAccount,
  revenueAccount,
} from '../../../../../src/core/model/journal.ts';
import { type Actor, asId, type EntryId } from '../../../../../src/kernel/ids.ts';
import { formatMoney, money } from '../../../../../src/kernel/units.ts';
import { migrate } from '../../../../../src/store/sqlite/migrate.ts';
import { createTelemetry } from '../../../../../src/store/sqlite/telemetry.ts';
import { ENDLESS_SPACE } from '../../../../../src/store/sqlite/writer/space.ts';
import { createWriter, type Writer } from '../../../../../src/store/sqlite/writer/writer.ts';
import { EVENING, POINT, yuan } from '../../../../support/core-facts.ts';

const OWN = customerAccount(POINT.accountId);
const GIVEN = promotionAccount(POINT.accountId);
let database: Database.Database;
let writer: Writer;
let made = 0;

/** 3.00 yuan of promotional credit and no other money. */
beforeEach(async () => {
  database = new Database(':memory:');
  await migrate(database);
  writer = createWriter({ database, telemetry: createTelemetry(() => ':memory:'), space: ENDLESS_SPACE });
  commit([moved('3', PROMOTION_GRANTED_ACCOUNT, GIVEN)]);
});
afterEach(() => database.close());

const stamp = () => ({ id: asId<EntryId>(`ent_${++made}`), at: EVENING, actor: asId<Actor>('test') });
const moved = (amount: string, from: LedgerAccount, to: LedgerAccount): JournalEntry =>
  moveEntry(stamp(), 'promotion', { key: `${made}`, from, to, amount: yuan(amount), memo: '' });
/** Of one period; below zero it gives something back. */
const charged = (amount: string): JournalEntry => ({
  ...stamp(),
  kind: 'charge',
  key: `charge:p1:2026-11-01T00:00:00.000Z:2026-11-24:${made}`,
  meterPointId: POINT.id,
  businessDay: undefined,
  reverses: undefined,
  memo: '',
  postings: [
    { account: OWN, amount: money(-yuan(amount)) },
    { account: revenueAccount('energy'), amount: yuan(amount) },
  ],
});
/** One group of batches. */
const commit = (...batches: readonly (readonly JournalEntry[])[]) =>
  writer
    .commitGroup(
      batches.map((entries) => ({ facts: entries.map((entry) => ({ kind: 'entry', entry })) })),
      EVENING,
    )
    .outcomes.map(({ status }) => status);
const standing = () => {
  const sum = database
    .prepare<[string], number>(
      'select coalesce(sum(p.amount), 0) from postings p join ledger_accounts a on a.id = p.account_id where a.name = ?',
    )
    .pluck();
  return [OWN, GIVEN].map((account) => formatMoney(money(BigInt(sum.get(account) ?? 0))));
};

describe('what a period has cost', () => {
  test('counts the charges of the running group', () => {
    expect(commit([charged('5')], [charged('-3')])).toEqual(['committed', 'committed']);
    // 2 are left of 5, of which credit paid 3: 1 comes back, and 2 of the overdraft.
    expect(standing()).toEqual(['0.00', '1.00']);
  });

  test('counts those of earlier groups once', () => {
    commit([charged('2')], [charged('3')]);
    commit([charged('-1')], [charged('-2')]);
    expect(standing()).toEqual(['0.00', '1.00']);
    commit([charged('-2')]);
    expect(standing()).toEqual(['0.00', '3.00']);
  });

  test('counts nothing of a batch that was refused, and each of the others once', () => {
    const outcomes = commit([charged('5')], [charged('4'), moved('9', GIVEN, PROMOTION_GRANTED_ACCOUNT)], [charged('1')], [charged('-4')]);
    expect(outcomes).toEqual(['committed', 'conflict', 'committed', 'committed']);
    // 5 + 1 − 4 = 2 are left, of which credit paid 3: 1 comes back, and all 3 of the overdraft.
    expect(standing()).toEqual(['0.00', '1.00']);
  });

  test('counts nothing of a group of which nothing was stored', () => {
    expect(commit([charged('4'), moved('9', GIVEN, PROMOTION_GRANTED_ACCOUNT)])).toEqual(['conflict']);
    commit([charged('5')], [charged('-3')]);
    expect(standing()).toEqual(['0.00', '1.00']);
  });
});
