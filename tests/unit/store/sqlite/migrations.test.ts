import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { migrate } from '../../../../src/store/sqlite/migrate.ts';
import { MIGRATIONS } from '../../../../src/store/sqlite/migrations/all.ts';

const upTo = (last: string) => Object.fromEntries(Object.entries(MIGRATIONS).filter(([name]) => name <= last));

test('balances of the first version keep their account, version and newest entry', async () => {
  const database = new Database(':memory:');
  await migrate(database, upTo('0001-ledger'));
  database.exec(`insert into ledger_accounts (id, name, balance, version, last_entry) values
    (1, 'customer:a1', 9007199254740993, 3, 12), (2, 'cash:bank', -50000000, 0, 12), (3, 'rounding', 0, 0, null)`);

  await migrate(database);

  expect(database.prepare('select * from ledger_accounts order by id').all()).toEqual([
    { id: 1, name: 'customer:a1' },
    { id: 2, name: 'cash:bank' },
    { id: 3, name: 'rounding' },
  ]);
  expect(database.prepare('select * from balances order by account_id').safeIntegers(true).all()).toEqual([
    { account_id: 1n, balance: 9007199254740993n, version: 3n, last_entry: 12n },
    { account_id: 2n, balance: -50000000n, version: 0n, last_entry: 12n },
    { account_id: 3n, balance: 0n, version: 0n, last_entry: null },
  ]);
  database.close();
});
