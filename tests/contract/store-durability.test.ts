import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { asRegister } from '../../src/core/model/register.ts';
import type { Batch } from '../../src/core/ports/store.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { asId } from '../../src/kernel/ids.ts';
import { power } from '../../src/kernel/units.ts';
import { openForWriting } from '../../src/store/sqlite/connection.ts';
import { checkDataFolder, openSqliteStore } from '../../src/store/sqlite/index.ts';
import { migrate } from '../../src/store/sqlite/migrate.ts';
import { createTelemetry } from '../../src/store/sqlite/telemetry.ts';
import { ENDLESS_SPACE, type Space } from '../../src/store/sqlite/writer/space.ts';
import { createWriter } from '../../src/store/sqlite/writer/writer.ts';
import { commandOf, EVENING, METER, reportOf, yuan } from '../support/core-facts.ts';
import { ACCOUNT, archive, decision, given, moveOf, paymentFacts, recharge } from './store-facts.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'feikong-durability-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const open = () => openSqliteStore({ dataDir: dir, clock: systemClock });
const ledger = () => path.join(dir, 'ledger.db');

interface Poster {
  readonly process: ChildProcess;
  /** Serials that were acknowledged so far. */
  readonly stored: string[];
  /** Everything else that it said. */
  readonly said: string[];
  readonly gone: Promise<unknown>;
  readonly reached: (count: number) => Promise<void>;
}

/** @param limit shell words that go before the process */
function startPoster(limit = ''): Poster {
  const child = fileURLToPath(new URL('./store-child.ts', import.meta.url));
  const process_ = spawn('/bin/sh', ['-c', `${limit} exec "$0" "$@"`, process.execPath, child, dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stored: string[] = [];
  const said: string[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  createInterface({ input: process_.stdout }).on('line', (line) => {
    if (line.startsWith('stored ')) stored.push(line.slice('stored '.length));
    else said.push(line);
    for (const { count, resolve } of waiting) if (stored.length >= count) resolve();
  });
  const gone = once(process_, 'close');
  return {
    process: process_,
    stored,
    said,
    gone,
    reached: (count) => Promise.race([new Promise<void>((resolve) => waiting.push({ count, resolve })), gone.then(() => undefined)]),
  };
}

async function expectAllThere(stored: readonly string[]): Promise<void> {
  const store = await open();
  for (const serial of stored) expect(await store.read('payment', { paymentId: asId(`pay_${serial}`) }), `payment ${serial}`).toBeDefined();
  const account = await store.read('account', { accountId: ACCOUNT });
  await store.close();
  const report = checkDataFolder(dir);
  expect(report).toMatchObject({ ok: true, value: { violations: [] } });
  expect(account?.balance).toBe(yuan(`${report.ok ? report.value.counts.payments : 0}`));
}

describe('a store on disk', () => {
  test.each([40, 200, 700])('keeps what it acknowledged through a kill after %i payments', async (count) => {
    const poster = startPoster();
    await poster.reached(count);
    await expect(open()).rejects.toMatchObject({ code: 'data-in-use' });
    expect(checkDataFolder(dir)).toMatchObject({ ok: true, value: { violations: [] } });
    poster.process.kill('SIGKILL');
    await poster.gone;
    expect(poster.stored.length).toBeGreaterThanOrEqual(count);
    await expectAllThere(poster.stored);
  });

  test('acknowledges nothing more after the disk has failed, and says so', async () => {
    // A file that may not grow: an error of the disk that is no lack of room.
    const poster = startPoster("trap '' XFSZ; ulimit -f 20000;");
    await poster.gone;
    expect(poster.said).toEqual(['fatal store-unavailable', 'ended store-unavailable']);
    expect(poster.stored.length).toBeGreaterThan(100);
    await expectAllThere(poster.stored);
  });

  test('goes on where it was closed', async () => {
    const first = await open();
    await given(first, ...archive, ...paymentFacts('1', '1.00'));
    const late = first.commit({ facts: paymentFacts('2', '2.00') });
    await first.close();
    expect((await late).status).toBe('committed');
    await expect(first.commit({ facts: paymentFacts('3', '1.00') })).rejects.toMatchObject({ code: 'store-unavailable' });
    const again = await open();
    expect(await again.commit({ facts: paymentFacts('2', '2.00') })).toMatchObject({ status: 'duplicate' });
    expect(await again.commit({ facts: paymentFacts('3', '1.00') })).toMatchObject({
      balances: new Map([[`customer:${ACCOUNT}`, yuan('4')]]),
    });
    await again.close();
    expect(checkDataFolder(dir)).toMatchObject({ ok: true, value: { violations: [], counts: { payments: 3 } } });
  });

  test('refuses a folder that another store holds', async () => {
    const store = await open();
    await expect(open()).rejects.toMatchObject({ code: 'data-in-use' });
    await store.close();
    await (await open()).close();
  });

  test('refuses a database of a newer version', async () => {
    await (await open()).close();
    const database = new Database(ledger());
    database.exec(`insert into kysely_migration (name, timestamp) values ('9999-later', '')`);
    database.close();
    await expect(open()).rejects.toMatchObject({ code: 'data-too-new' });
    expect(checkDataFolder(dir)).toMatchObject({ ok: false, error: { code: 'data-too-new' } });
  });

  test('refuses what is no database', async () => {
    writeFileSync(ledger(), 'this is a letter to the water works, not a database'.repeat(100));
    await expect(open()).rejects.toMatchObject({ code: 'data-unreadable' });
    expect(checkDataFolder(dir)).toMatchObject({ ok: false, error: { code: 'data-unreadable' } });
    expect(checkDataFolder(path.join(dir, 'nowhere'))).toMatchObject({ ok: false, error: { code: 'data-unreadable' } });
  });

  test('puts telemetry into the file of its month', async () => {
    const store = await open();
    await given(store, { kind: 'telemetry', meterId: METER.id, register: asRegister('1-0:1.7.0'), at: EVENING, value: power(1_500_000n) });
    await store.close();
    const month = new Database(path.join(dir, 'telemetry-2026-11.db'), { readonly: true });
    expect(month.prepare('select * from telemetry').all()).toEqual([
      { meter_id: 'm1', register: '1-0:1.7.0', at: EVENING, value: 1_500_000 },
    ]);
    month.close();
  });
});

describe('a writer', () => {
  async function writerOn(space: (database: Database.Database) => Space, fail?: (sql: string) => void) {
    const database = openForWriting(ledger());
    await migrate(database);
    const telemetry = createTelemetry(() => ':memory:');
    const faulty = fail === undefined ? database : failing(database, fail);
    const writer = createWriter({ database: faulty, telemetry, space: space(database) });
    const commit = (facts: Batch['facts']) => writer.commitGroup([{ facts }], EVENING).outcomes[0];
    return { database, writer, commit };
  }

  test('stores nothing of a group whose sync fails', async () => {
    let isBroken = false;
    const { database, commit, writer } = await writerOn(
      () => ENDLESS_SPACE,
      (sql) => {
        if (isBroken && sql === 'commit') throw new Database.SqliteError('disk I/O error', 'SQLITE_IOERR_FSYNC');
      },
    );
    commit(paymentFacts('1', '1.00'));
    isBroken = true;
    expect(() => writer.commitGroup([{ facts: paymentFacts('2', '1.00') }, { facts: paymentFacts('3', '1.00') }], EVENING)).toThrow(
      'disk I/O error',
    );
    database.close();
    expect(checkDataFolder(dir)).toMatchObject({ ok: true, value: { violations: [], counts: { payments: 1 } } });
  });

  test('on a full disk refuses new money and trips, still restores, and recovers when there is room', async () => {
    const full = { isTight: false };
    const pages = (database: Database.Database, more: number) => {
      const count = Number(database.pragma('page_count', { simple: true }));
      database.pragma(`max_page_count = ${count + more}`);
    };
    const { database, commit } = await writerOn((real) => ({
      get isTight() {
        return full.isTight;
      },
      runOut() {
        full.isTight = true;
        pages(real, 100); // what the reserve gives back
      },
      lookAgain: () => undefined,
    }));
    commit([...archive, { kind: 'decision', decision }, { kind: 'command', command: commandOf({ action: 'close' }) }]);
    commit([{ kind: 'command', command: commandOf({ id: asId('cmd_trip') }) }]);
    pages(database, 0);

    const long = paymentFacts('1', '1.00').map((fact) =>
      fact.kind === 'entry' ? { ...fact, entry: { ...fact.entry, memo: 'x'.repeat(200_000) } } : fact,
    );
    expect(commit(long)).toEqual({ status: 'refused', code: 'no-space' });
    expect(commit(paymentFacts('2', '1.00'))).toEqual({ status: 'refused', code: 'no-space' });
    expect(commit([{ kind: 'command', command: commandOf({ id: asId('cmd_3') }) }])).toEqual({ status: 'refused', code: 'no-space' });
    expect(commit([moveOf('queued', 'sent', { commandId: asId('cmd_trip') })])).toEqual({ status: 'refused', code: 'no-space' });
    expect(commit([{ kind: 'recharge', recharge }])).toEqual({ status: 'refused', code: 'no-space' });
    expect(commit([moveOf('queued', 'sent')])?.status).toBe('committed');
    expect(
      commit([{ kind: 'relayReport', meterId: METER.id, report: reportOf('closed'), loadSide: 'agrees' }, moveOf('sent', 'acknowledged')])
        ?.status,
    ).toBe('committed');

    full.isTight = false;
    pages(database, 10_000);
    expect(commit(paymentFacts('2', '1.00'))?.status).toBe('committed');
    database.close();
    expect(checkDataFolder(dir)).toMatchObject({ ok: true, value: { counts: { payments: 1 } } });
  });
});

/** A connection whose disk fails when told to: the fault is at the edge, everything behind it is real. */
function failing(database: Database.Database, fail: (sql: string) => void): Database.Database {
  return new Proxy(database, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (name !== 'prepare') return typeof value === 'function' ? value.bind(target) : value;
      return (sql: string) => {
        const statement = target.prepare(sql);
        const run = statement.run.bind(statement);
        statement.run = (...values: unknown[]) => {
          fail(sql);
          return run(...values);
        };
        return statement;
      };
    },
  });
}
