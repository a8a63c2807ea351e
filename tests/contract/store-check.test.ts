import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chargeEntry as chargeOf, moveEntry } from '../../src/core/ledger/entries.ts';
import { PROMOTION_GRANTED_ACCOUNT, promotionAccount } from '../../src/core/model/journal.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { type Actor, asId } from '../../src/kernel/ids.ts';
import { checkDataFolder, openSqliteStore } from '../../src/store/sqlite/index.ts';
import { openAccrual, rated } from '../support/accruals.ts';
import { CONTRACT_ASPECTS, changeOf, POINT_ASPECTS } from '../support/archive-facts.ts';
import { commandOf, EVENING, kwh, readingOf, yuan, yuanPerKwh } from '../support/core-facts.ts';
import {
  ACCOUNT,
  accrual,
  archive,
  bill,
  chargeEntry,
  decision,
  given,
  held,
  holdEnd,
  moveOf,
  nextAccrual,
  openCase,
  paymentFacts,
  payout,
  recharge,
  rechargeSteps,
  reversalOf,
} from './store-facts.ts';

/** A folder in which everything has happened that an invariant speaks of, and all of them hold. */
let sound: string;
let root: string;

beforeAll(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'feikong-check-'));
  sound = path.join(root, 'sound');
  const store = await openSqliteStore({ dataDir: sound, clock: systemClock });
  await given(store, ...archive, ...paymentFacts('1', '100.00'));
  await given(
    store,
    { kind: 'entry', entry: chargeEntry },
    { kind: 'accrual', accrual },
    { kind: 'reading', reading: readingOf('103.333333', EVENING) },
  );
  await given(store, { kind: 'entry', entry: reversalOf(chargeEntry) });
  await given(store, { kind: 'bill', bill }, { kind: 'accrual', accrual: nextAccrual });
  await given(store, held(), held({ id: asId('hold_2') }));
  await given(store, { kind: 'entry', entry: payout }, holdEnd({ state: 'posted', entryId: payout.id }, asId('hold_2')));
  await given(
    store,
    { kind: 'decision', decision },
    { kind: 'command', command: commandOf({ decisionId: decision.id, state: 'verifying' }) },
  );
  await given(store, moveOf('verifying', 'confirmed'), { kind: 'case', case: openCase });
  await given(store, ...paymentFacts('2', '50.00'));
  await given(store, { kind: 'recharge', recharge }, ...rechargeSteps);
  await given(
    store,
    { kind: 'archiveChange', change: changeOf('customer:c1', { identity: { name: '王小明' } }) },
    { kind: 'archiveChange', change: changeOf('contract:ht1', CONTRACT_ASPECTS) },
    { kind: 'archiveChange', change: changeOf('meterPoint:p1', POINT_ASPECTS) },
  );
  await store.close();
});
afterAll(() => rmSync(root, { recursive: true }));

/** The invariants that are violated after `sql` was done to a copy. */
function violatedBy(sql: string): readonly string[] {
  const copy = mkdtempSync(path.join(root, 'copy-'));
  cpSync(sound, copy, { recursive: true });
  const database = new Database(path.join(copy, 'ledger.db'));
  database.exec(sql);
  database.close();
  const report = checkDataFolder(copy);
  if (!report.ok) throw new Error(report.error.message);
  return [...new Set(report.value.violations.map(({ invariant }) => invariant))].sort();
}

describe('the check of a data folder', () => {
  test('finds that all holds, and counts what it looked at', () => {
    expect(checkDataFolder(sound)).toEqual({
      ok: true,
      value: {
        violations: [],
        checked: ['I1', 'I3', 'I4', 'I5', 'I6', 'I8', 'I9', 'I10', 'I11', 'I14', 'archive'],
        counts: {
          entries: 5,
          postings: 12,
          payments: 2,
          holds: 2,
          bills: 1,
          readings: 1,
          commands: 1,
          recharges: 1,
          decisions: 1,
          records: 23,
          links: 11,
        },
      },
    });
  });

  test('says what it found, where, and what it expected', () => {
    const copy = path.join(root, 'told');
    cpSync(sound, copy, { recursive: true });
    const database = new Database(path.join(copy, 'ledger.db'));
    database.exec(`delete from heads where account_id = (select id from ledger_accounts where name = 'customer:a1')`);
    database.close();
    const report = checkDataFolder(copy);
    expect(report.ok && report.value.violations).toEqual([
      { invariant: 'I4', where: 'newest entry of customer:a1', found: 'none', expected: '19' },
    ]);
  });

  test.each([
    {
      planted: 'an entry that does not balance',
      sql: 'update postings set amount = amount + 1 where entry_seq = 5 and line = 1',
      violated: ['I1', 'I10', 'I4'],
    },
    { planted: 'an entry without postings', sql: 'delete from postings where entry_seq = 5', violated: ['I1', 'I10', 'I4'] },
    { planted: 'postings without an entry', sql: 'insert into postings values (999, 0, 1, 0, 0, null)', violated: ['I1', 'I4'] },
    {
      planted: 'an entry that is reversed twice',
      sql: "drop index entries_by_reversed; update entries set reverses = 'ent_charge' where id = 'ent_2'",
      violated: ['I1', 'I10'],
    },
    {
      planted: 'a reversal of an entry that is not there',
      sql: "update entries set reverses = 'ent_nobody' where id = 'ent_reversal'",
      violated: ['I1', 'I10'],
    },
    {
      planted: 'a channel serial used twice',
      sql: "drop index payments_by_serial; update payments set channel_serial = '1'",
      violated: ['I3'],
    },
    { planted: 'an idempotency key that has expired', sql: "delete from idempotency_keys where key = 'key-1'", violated: ['I3'] },
    { planted: 'an account that points at an older entry', sql: 'update heads set last_entry = 1 where account_id = 1', violated: ['I4'] },
    { planted: 'an account without its newest entry', sql: 'delete from heads where account_id = 1', violated: ['I4'] },
    {
      planted: 'a wrong balance on the way',
      sql: 'update postings set balance_after = 7 where entry_seq = 5 and line = 0',
      violated: ['I4'],
    },
    { planted: 'a payment that says another amount', sql: "update payments set amount = 1 where id = 'pay_1'", violated: ['I4'] },
    { planted: 'a payment that says another balance', sql: "update payments set balance_after = 1 where id = 'pay_1'", violated: ['I4'] },
    { planted: 'a hold that ended without a record', sql: "update holds set state = 'posted' where id = 'hold_1'", violated: ['I5'] },
    { planted: 'a payout of another amount', sql: "update holds set amount = amount + 10000 where id = 'hold_2'", violated: ['I5'] },
    { planted: 'a payout after its time', sql: "update holds set expires_at = 1 where id = 'hold_2'", violated: ['I5'] },
    {
      planted: 'a bill that asks for more than was posted',
      sql: 'update bills set total = total + 10000',
      violated: ['I6'],
    },
    { planted: 'a bill with the number of another', sql: "update bills set number = '202611-00000002'", violated: ['I3'] },
    { planted: 'a hold that came back', sql: "update holds set state = 'placed' where id = 'hold_2'", violated: ['I5'] },
    { planted: 'a trip without its decision', sql: 'delete from decisions', violated: ['I8'] },
    {
      planted: 'a trip with other terms than were sealed',
      sql: `update decisions set terms = replace(terms, '-1.00', '-9.00')`,
      violated: ['I8'],
    },
    {
      planted: 'a trip on a term that was not met',
      sql: `update decisions set terms = replace(terms, 'met', 'unknown')`,
      violated: ['I8'],
    },
    { planted: 'a paid-up customer in the dark without a case', sql: 'update cases set closed_at = 1', violated: ['I9'] },
    { planted: 'an entry with another memo', sql: "update entries set memo = 'nothing' where id = 'ent_charge'", violated: ['I10'] },
    {
      planted: 'a record that was rewritten',
      sql: `update records set body = replace(body, 'operator', 'nobody') where type = 'case.opened'`,
      violated: ['I10'],
    },
    { planted: 'a record that is gone', sql: `delete from records where type = 'case.opened'`, violated: ['I10'] },
    { planted: 'a link that was forged', sql: 'update links set hash = upper(hash) where from_seq = 1', violated: ['I10'] },
    {
      planted: 'positions that are not sealed',
      sql: 'delete from links where from_seq = (select max(from_seq) from links)',
      violated: ['I10'],
    },
    {
      planted: 'a rounding account that was emptied',
      sql: "update postings set balance_after = 1 where account_id = (select id from ledger_accounts where name = 'rounding')",
      violated: ['I11', 'I4'],
    },
    {
      planted: 'a charge that rounds to less than a fen',
      sql: `update postings set amount = amount - 1 where entry_seq = 7 and line = 0; update postings set amount = amount + 1 where entry_seq = 7 and line = 1`,
      violated: ['I1', 'I10', 'I11', 'I4', 'I6'],
    },
    { planted: 'a recharge that skipped a step', sql: "delete from recharge_moves where to_state = 'acknowledged'", violated: ['I14'] },
    { planted: 'a recharge in a state that no step led to', sql: "update recharges set state = 'failed'", violated: ['I14'] },
    {
      planted: 'a recharge confirmed by another count',
      sql: "update recharge_moves set purchase_count = 5 where to_state = 'confirmed'",
      violated: ['I14'],
    },
    {
      planted: 'a recharge sent to a purse that was not read',
      sql: "update recharge_moves set purchase_count = null where to_state = 'sent'",
      violated: ['I14'],
    },
    {
      planted: 'a purchase confirmed twice',
      sql: `insert into recharges select 'rch_9', 99, meter_id, meter_point_id, kind, amount, purchase_count, customer, actor, reason,
        created_at, expires_at, state, version from recharges`,
      violated: ['I14'],
    },
    {
      planted: 'dated facts that overlap',
      sql: `insert into dated_facts select 99, subject, aspect, from_at + 1, null, value, refers_to, recorded_seq, recorded_at, actor, reason, null, null
        from dated_facts where aspect = 'capacity'`,
      violated: ['archive'],
    },
    {
      planted: 'a contract whose customer is not there',
      sql: "delete from dated_facts where subject = 'customer:c1'",
      violated: ['archive'],
    },
    {
      planted: 'a sealed text that no key opens',
      sql: `update dated_facts set value = '{"document":{"hash":"0","keyId":"k","sealed":"AAAA"}}' where aspect = 'identity'`,
      violated: ['archive'],
    },
  ])('finds $planted', ({ sql, violated }) => {
    expect(violatedBy(sql)).toEqual(violated);
  });

  test('finds a correction that gave back as own money what promotional credit had paid', async () => {
    const copy = mkdtempSync(path.join(root, 'corrected-'));
    cpSync(sound, copy, { recursive: true });
    const store = await openSqliteStore({ dataDir: copy, clock: systemClock });
    const stamp = { at: EVENING, actor: asId<Actor>('test') };
    const grant = { key: 'g1', from: PROMOTION_GRANTED_ACCOUNT, to: promotionAccount(ACCOUNT), amount: yuan('3'), memo: '' };
    const december = openAccrual({ periodId: '2026-11-30T16:00:00.000Z', rated: [rated('energy', kwh('10'), yuanPerKwh('0.5'))] });
    const charged = chargeOf({ id: asId('ent_c1'), ...stamp }, december);
    const rest = [rated('energy', kwh('2'), yuanPerKwh('0.5'))];
    const corrected = charged && chargeOf({ id: asId('ent_c2'), ...stamp }, { ...charged.accrual, rated: rest });
    await given(store, { kind: 'entry', entry: moveEntry({ id: asId('ent_g'), ...stamp }, 'promotion', grant) });
    for (const due of [charged, corrected]) if (due !== undefined) await given(store, { kind: 'entry', entry: due.entry });
    await store.close();
    expect(checkDataFolder(copy)).toMatchObject({ ok: true, value: { violations: [] } });

    const database = new Database(path.join(copy, 'ledger.db'));
    database.exec(`update postings set amount = case line when 0 then 0 else 4000000 end
      where line in (0, 1) and entry_seq = (select seq from entries where id = 'ent_c2')`);
    database.close();
    const report = checkDataFolder(copy);
    // 5.00 were charged, 3.00 of them to promotional credit, and 1.00 is left.
    expect(report.ok && report.value.violations).toContainEqual({
      invariant: 'I4',
      where: 'promotion:a1 by entry charge:p1:2026-11-30T16:00:00.000Z:2026-11-24:1',
      found: '0.00',
      expected: '2.00 given back',
    });
  });

  test('leaves a customer in the dark to his open restore, to a trip that a person has under way, and to a lock-out', () => {
    const open = (action: 'arm' | 'trip', cause: 'money' | 'manual') =>
      `insert into commands select 'cmd_9', 99, meter_id, meter_point_id, '${action}', '${cause}', actor, reason, null, created_at, expires_at, 'verifying', 1 from commands`;
    expect(violatedBy(`update cases set closed_at = 1; ${open('arm', 'money')}`)).toEqual([]);
    expect(violatedBy(`update cases set closed_at = 1; ${open('trip', 'manual')}`)).toEqual([]);
    expect(
      violatedBy(`update cases set closed_at = 1; insert into marks values ('meterPoint:p1', 'lock-out', 0, 'crew', 'at work')`),
    ).toEqual([]);
  });
});
