import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { migrate } from '../../../../src/store/sqlite/migrate.ts';
import { MIGRATIONS } from '../../../../src/store/sqlite/migrations/all.ts';

const upTo = (last: string) => Object.fromEntries(Object.entries(MIGRATIONS).filter(([name]) => name <= last));

test('accounts of the first version keep their newest entry, and what was never posted to is gone', async () => {
  const database = new Database(':memory:');
  await migrate(database, upTo('0001-ledger'));
  database.exec(`insert into ledger_accounts (id, name, balance, version, last_entry) values
    (1, 'customer:a1', 9007199254740993, 3, 12), (2, 'cash:bank', -50000000, 0, 12), (3, 'customer:a2', 0, 1, null)`);

  await migrate(database);

  expect(database.prepare('select * from ledger_accounts order by id').all()).toEqual([
    { id: 1, name: 'customer:a1' },
    { id: 2, name: 'cash:bank' },
  ]);
  expect(database.prepare('select * from heads order by account_id').all()).toEqual([
    { account_id: 1, last_entry: 12 },
    { account_id: 2, last_entry: 12 },
  ]);
  database.close();
});

test('a database of the second version keeps its commands, and takes its first recharge', async () => {
  const database = new Database(':memory:');
  await migrate(database, upTo('0002-heads'));
  const command = "'cmd_1', 1, 'm1', 'p1', 'trip', 'money', 'system', 'because', null, 0, 1, 'confirmed', 5";
  database.exec(`insert into commands values (${command})`);

  await migrate(database);

  expect(database.prepare('select id, state from commands').all()).toEqual([{ id: 'cmd_1', state: 'confirmed' }]);
  const recharge = "'rch_1', 2, 'm1', 'p1', 'recharge', 50000000, null, '000000004711', 'teller', 'paid', 0, 1, 'queued', 1";
  database.exec(`insert into recharges values (${recharge})`);
  expect(database.prepare('select purchase_count from recharges').all()).toEqual([{ purchase_count: null }]);
  expect(database.prepare('select count(*) as steps from recharge_moves').all()).toEqual([{ steps: 0 }]);
  database.close();
});
