import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { parseAccrual } from '../../../../src/store/sqlite/encoding/accrual-text.ts';
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

test('a database of the third version keeps its meter points, and takes its first dated fact', async () => {
  const database = new Database(':memory:');
  await migrate(database, upTo('0003-recharges'));
  database.exec(`insert into meter_points values ('p1', 'a1', 'Asia/Shanghai', 'feeder-1', 1, 1, 20000000, 'flat', 'test', 'close', 1, 0)`);

  await migrate(database);

  expect(database.prepare('select id, account_id from meter_points').all()).toEqual([{ id: 'p1', account_id: 'a1' }]);
  const fact = "'meterPoint:p1', 'ratio', 0, null, '{}', null, 1, 0, 'clerk', 'as signed', null, null";
  database.exec(`insert into dated_facts values (1, ${fact})`);
  // What is believed of an aspect begins at an instant once.
  expect(() => database.exec(`insert into dated_facts values (2, ${fact})`)).toThrow('UNIQUE');
  database.exec(`update dated_facts set replaced_seq = 2, replaced_at = 1; insert into dated_facts values (2, ${fact})`);
  expect(database.prepare('select count(*) as facts from dated_facts').all()).toEqual([{ facts: 2 }]);
  database.close();
});

test('a database of the fourth version keeps its open periods, and knows since when its meters hang', async () => {
  const database = new Database(':memory:');
  await migrate(database, upTo('0004-archive'));
  database.exec(`insert into meter_points values ('p1', 'a1', 'Asia/Shanghai', 'feeder-1', 1, 1, 20000000, 'flat', 'test', 'close', 1, 0);
    insert into meters values ('m1', 'p1', 'line-1', 'dlt645-2007', '000000000001')`);
  const register = (value: string) => [{ register: '1-0:1.8.0', value }];
  const old = {
    meterPointId: 'p1',
    periodId: '2026-11-01T00:00:00.000Z',
    opening: register('100000000'),
    latest: register('101230000'),
    latestAt: 1_795_521_600_000,
    lines: [{ component: 'energy', register: '1-0:1.8.0', quantity: '1230000', price: '50000000', exact: '61500000000000' }],
    posted: [{ component: 'energy', customer: '600000', revenue: '600000' }],
    businessDay: '2026-11-24',
    revision: 2,
    accrued: '20000',
  };
  database.prepare('insert into accruals (meter_point_id, accrued, body) values (?, ?, ?)').run('p1', 20_000, JSON.stringify(old));

  await migrate(database);

  const { body } = database.prepare<[], { body: string }>('select body from accruals').get() ?? { body: '{}' };
  expect(parseAccrual(body)).toMatchObject({
    accountId: 'a1',
    payer: 'customer:a1',
    from: Date.parse('2026-11-01T00:00:00Z'),
    ground: '',
    points: [
      { meterId: 'm1', register: '1-0:1.8.0', at: Date.parse('2026-11-01T00:00:00Z'), value: 100_000_000n },
      { meterId: 'm1', register: '1-0:1.8.0', at: 1_795_521_600_000, value: 101_230_000n },
    ],
    // 1.23 kWh × 0.5 = 0.615 yuan.
    rated: [{ component: 'energy', customer: 620_000n, revenue: 615_000n }],
    posted: [{ component: 'energy', customer: 600_000n, revenue: 600_000n }],
    revision: 2,
    accrued: 20_000n,
  });
  expect(database.prepare('select business_day from accruals').all()).toEqual([{ business_day: '2026-11-24' }]);
  expect(database.prepare('select * from meter_spans').all()).toEqual([{ meter_point_id: 'p1', from_at: 0, to_at: null, meter_id: 'm1' }]);
  database.close();
});

test('a database of the fourth version knows what of its entries was undone', async () => {
  const database = new Database(':memory:');
  await migrate(database, upTo('0004-archive'));
  const entry = (seq: number, id: string, reverses: string) =>
    `insert into entries values (${seq}, '${id}', 'payment', 'key ${seq}', 0, 'teller', null, null, ${reverses}, '')`;
  database.exec(`${entry(1, 'ent_1', 'null')}; ${entry(2, 'ent_2', "'ent_1'")};
    insert into postings values (1, 0, 1, 5000000, 5000000, null), (1, 1, 2, -5000000, -5000000, null),
      (2, 0, 1, -5000000, 0, 1), (2, 1, 2, 5000000, 0, 1)`);

  await migrate(database);

  expect(database.prepare('select * from undone').all()).toEqual([{ entry_id: 'ent_1', total: 5_000_000, undone: 5_000_000, parts: 1 }]);
  database.close();
});

test('a database of the sixth version finds its entries by their ids and its decisions by their meter points', async () => {
  const database = new Database(':memory:');
  await migrate(database, upTo('0006-settlement'));
  database.exec(`insert into entries values (1, 'ent_1', 'payment', 'key 1', 0, 'teller', null, null, null, '');
    insert into decisions values ('dec_1', 'p1', 0, 'hold', 'trip', '[]')`);

  await migrate(database);

  const planOf = (query: string) => JSON.stringify(database.prepare(`explain query plan ${query}`).all());
  expect(planOf("select * from entries where id = 'ent_1'")).toContain('entries_by_id');
  expect(planOf("select * from decisions where meter_point_id = 'p1' and id < '~' order by id desc")).toContain('decisions_by_meter_point');
  database.close();
});

test('keys of the seventh version have no end', async () => {
  const database = new Database(':memory:');
  await migrate(database, upTo('0007-lookups'));
  database.exec(`insert into api_keys values ('key_1', 'bank', 'abc', '["payments:write"]', 0)`);

  await migrate(database);

  expect(database.prepare('select id, name, expires_at from api_keys').all()).toEqual([{ id: 'key_1', name: 'bank', expires_at: null }]);
  database.close();
});
