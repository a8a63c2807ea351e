/** That between two bills of a meter point every kWh is billed once: what the check must find in a tampered folder, and what it must leave alone. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PricePlan } from '../../src/core/model/price-plan.ts';
import { ENERGY_TOTAL, energyOfRate, type RegisterName } from '../../src/core/model/register.ts';
import type { SupplyOrder } from '../../src/core/services/supply-changes.ts';
import { type Instant, plusMs } from '../../src/kernel/clock.ts';
import { type Actor, asId, type MeterId } from '../../src/kernel/ids.ts';
import { checkDataFolder, openMemoryStore, openSqliteStore, type SqliteStore } from '../../src/store/sqlite/index.ts';
import { changeOf } from '../support/archive-facts.ts';
import { createCountingIds, EVENING, instant, kwh, METER, POINT, planOf } from '../support/core-facts.ts';
import { createWorld, type World } from '../support/core-world.ts';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const DECEMBER = instant('2026-11-30T16:00:00Z');
const JANUARY = instant('2026-12-31T16:00:00Z');
const FEBRUARY = instant('2027-01-31T16:00:00Z');
const PEAK = energyOfRate(2);
const VALLEY = energyOfRate(4);
const ACTOR = asId<Actor>('clerk');

const root = mkdtempSync(path.join(tmpdir(), 'feikong-billed-'));
afterAll(() => rmSync(root, { recursive: true }));

/** One meter point on a store of its own. */
async function placeOn(store: SqliteStore, clock: ManualClock, plan?: PricePlan): Promise<World> {
  const ground = { store, clock, newId: createCountingIds(), lastSeq: () => 0 };
  const options = { rules: { freshnessMs: 90 * DAY }, point: { maxPower: POINT.maxPower }, ground };
  const world = await createWorld(plan === undefined ? options : { ...options, plan });
  await world.commit({ kind: 'archiveChange', change: changeOf('customer:c2', { identity: { name: '李四' } }) });
  await world.pay('1000');
  return world;
}

/** The same in memory, with what the check finds there. */
async function place() {
  const clock = createManualClock(EVENING);
  const store = await openMemoryStore(clock);
  return { ...(await placeOn(store, clock)), violations: () => store.violations(['I6']).map(({ where, found }) => `${where}: ${found}`) };
}

/** What a poll of that instant would bring: the total, or the periods of the day and their sum. */
async function read(world: World, at: Instant, ...values: readonly string[]): Promise<void> {
  if (world.clock.now() < at) await world.clock.advance(at - world.clock.now());
  const hundredths = values.map((value) => BigInt(value.replace('.', '')));
  const registers: [RegisterName, bigint][] = [[ENERGY_TOTAL, hundredths.reduce((sum, value) => sum + value, 0n)]];
  if (values.length > 1) registers.push([PEAK, hundredths[0] ?? 0n], [VALLEY, hundredths[1] ?? 0n]);
  const answers = registers.map(([register, unscaled]) => ({ register, value: { unscaled, scale: 2 }, unit: 'kWh', readAt: at }));
  await world.metering.record({ meterPointId: POINT.id, answers, relay: undefined });
}

async function settle(world: World, at: Instant): Promise<void> {
  if (world.clock.now() < at) await world.clock.advance(at - world.clock.now());
  await world.settlement.run();
  await world.settlement.review();
}

async function enter(world: World, value: string, measuredAt: Instant, meterId = METER.id): Promise<void> {
  const order = { meterId, register: ENERGY_TOTAL, value: kwh(value), measuredAt, reason: 'misread', actor: ACTOR };
  expect(await world.readingEntry.enter({ ...order, idempotencyKey: `${meterId} ${measuredAt} ${value}` })).toMatchObject({ ok: true });
}

const order = { meterPointId: POINT.id, reason: 'asked for', actor: ACTOR };
const close = (world: World, key: string) => world.supplyChanges.run({ kind: 'closing', ...order, idempotencyKey: key });
const handOver = (world: World, to: string) =>
  world.supplyChanges.run({
    kind: 'transfer',
    contractId: asId(`ht-${to}`),
    customerId: asId('c2'),
    accountId: asId(to),
    ...order,
    idempotencyKey: to,
  } as SupplyOrder);

const billsOf = (world: World) => world.store.read('billsOfPoint', { meterPointId: POINT.id });

describe('a folder in which every kWh was billed once', () => {
  const sound = path.join(root, 'sound');
  beforeAll(async () => {
    // November to a read boundary, December to one that comes late, January to the last registers of a supply that was closed.
    const clock = createManualClock(EVENING);
    const store = await openSqliteStore({ dataDir: sound, clock });
    const world = await placeOn(store, clock, planOf('periods', { 'energy:peak': '0.8', 'energy:valley': '0.3' }));
    await read(world, EVENING, '10.00', '20.00');
    await read(world, DECEMBER, '40.00', '30.00');
    await settle(world, plusMs(DECEMBER, HOUR));
    await read(world, plusMs(JANUARY, -DAY), '90.00', '60.00');
    await read(world, plusMs(JANUARY, DAY), '92.00', '62.00');
    await settle(world, plusMs(JANUARY, DAY));
    await read(world, JANUARY, '91.50', '60.50');
    await settle(world, plusMs(JANUARY, DAY));
    await read(world, plusMs(JANUARY, 9 * DAY), '99.00', '70.00');
    expect(await close(world, 'k1')).toMatchObject({ ok: true });
    await read(world, plusMs(JANUARY, 12 * DAY), '101.00', '70.00');
    expect(await handOver(world, 'a2')).toMatchObject({ ok: true });
    await world.pay('100', { accountId: asId('a2') });
    await read(world, FEBRUARY, '140.00', '90.00');
    await settle(world, plusMs(FEBRUARY, HOUR));
    expect((await billsOf(world)).map(({ kind, corrects }) => `${kind}${corrects === undefined ? '' : ' corrected'}`)).toEqual([
      'bill',
      'bill',
      'credit corrected',
      'bill corrected',
      'bill',
      'bill',
    ]);
    await store.close();
  });

  /** What is found of I6 after `sql` was done to a copy. */
  function foundAfter(sql: string): readonly string[] {
    const copy = mkdtempSync(path.join(root, 'copy-'));
    cpSync(sound, copy, { recursive: true });
    const database = new Database(path.join(copy, 'ledger.db'));
    expect(sql === '' || database.exec(sql)).toBeTruthy();
    database.close();
    const report = checkDataFolder(copy);
    if (!report.ok) throw new Error(report.error.message);
    return report.value.violations.filter(({ invariant }) => invariant === 'I6').map(({ where, found }) => `${where}: ${found}`);
  }
  const shift = (field: string, ms: number, of: string) =>
    `update bills set body = json_set(body, '$.${field}', (body ->> '$.${field}') + ${ms}) where ${of}`;
  const quantity = (line: number, text: string, of: string) =>
    `update bills set body = json_set(body, '$.lines[${line}].quantity', '${text}') where ${of}`;
  const DECEMBERS = "kind = 'bill' and corrects is not null";

  test('holds', () => {
    expect(foundAfter('')).toEqual([]);
  });

  test.each([
    {
      planted: 'a time that no bill is for',
      sql: 'update bills set to_at = to_at - 3600000 where ordinal = 1',
      found: ['bill 202612-00000004 of p1: from 2026-11-30T16:00:00.000Z', 'all energy of bill 202611-00000001 of p1: 40.00 kWh billed'],
    },
    {
      planted: 'a time that two bills are for',
      sql: 'update bills set to_at = to_at + 3600000 where ordinal = 1',
      found: ['bill 202612-00000004 of p1: from 2026-11-30T16:00:00.000Z', 'all energy of bill 202611-00000001 of p1: 40.00 kWh billed'],
    },
    {
      planted: 'a corrected bill that does not begin where its neighbour ends',
      sql: shift('from', HOUR, DECEMBERS),
      found: ['bill 202612-00000004 of p1: from 2026-11-30T17:00:00.000Z', 'all energy of bill 202612-00000004 of p1: 82.00 kWh billed'],
    },
    {
      planted: 'a transfer that left use behind',
      sql: `update accruals set body = json_set(body, '$.from', (body ->> '$.from') + 3600000)`,
      found: ['the open period of p1: from 2027-01-31T17:00:00.000Z'],
    },
    {
      planted: 'an open period whose beginning was billed',
      sql: `update accruals set body = json_set(body, '$.from', (body ->> '$.from') - 3600000)`,
      found: ['the open period of p1: from 2027-01-31T15:00:00.000Z'],
    },
    {
      planted: 'a supply that nobody closed and nobody was billed for',
      sql: `update records set body = replace(body, 'supply.closing', 'supply.nothing')`,
      found: ['bill 202701-00000006 of p1: from 2027-01-12T16:00:00.000Z'],
    },
    {
      planted: 'use of a supply that was handed over again before anybody was billed',
      sql: `update records set body = replace(body, 'read 2027-01-12T16', 'read 2027-01-11T16')`,
      found: ['bill 202701-00000006 of p1: from 2027-01-12T16:00:00.000Z'],
    },
    {
      planted: 'a period that was posted, and neither billed nor open',
      sql: `update bills set period_id = replace(period_id, '2026-11-30', '2026-11-29') where month = '2026-12'`,
      found: [
        'period 2026-11-29T16:00:00.000Z of p1: 0.00 posted',
        'period 2026-11-30T16:00:00.000Z of p1: 50.35 posted, neither open nor billed',
      ],
    },
    {
      planted: 'a bill of more than its registers counted',
      sql: quantity(0, '31.00', 'ordinal = 1'),
      found: [
        'all energy of bill 202611-00000001 of p1: 41.00 kWh billed',
        'the registers printed of energy:peak of bill 202611-00000001 of p1: 31.00 kWh billed',
        'energy:peak of bill 202611-00000001 of p1: 31.00 kWh billed',
      ],
    },
    {
      planted: 'a peak that was billed as a valley',
      sql: `${quantity(0, '29.00', 'ordinal = 1')}; ${quantity(1, '11.00', 'ordinal = 1')}`,
      found: [
        'the registers printed of energy:peak of bill 202611-00000001 of p1: 29.00 kWh billed',
        'energy:peak of bill 202611-00000001 of p1: 29.00 kWh billed',
        'the registers printed of energy:valley of bill 202611-00000001 of p1: 11.00 kWh billed',
        'energy:valley of bill 202611-00000001 of p1: 11.00 kWh billed',
      ],
    },
    {
      planted: 'a register that was printed wrong',
      sql: `update bills set body = replace(body, '→ 40.00', '→ 41.00') where ordinal = 1`,
      found: ['the registers printed of energy:peak of bill 202611-00000001 of p1: 30.00 kWh billed'],
    },
    {
      planted: 'an estimate that was not looked at again',
      sql: `delete from bills where ordinal in (3, 4); update bills set ordinal = ordinal - 2 where ordinal > 4`,
      found: [
        'period 2026-11-30T16:00:00.000Z of p1: 50.35 posted',
        'energy:peak of bill 202612-00000002 of p1: 51.00 kWh billed',
        'energy:valley of bill 202612-00000002 of p1: 31.00 kWh billed',
      ],
    },
    {
      planted: 'a boundary that was read otherwise than both its bills say',
      sql: `update readings set value = value + 1000000 where measured_at = ${DECEMBER} and register = '${ENERGY_TOTAL}'`,
      found: ['all energy of bill 202611-00000001 of p1: 40.00 kWh billed', 'all energy of bill 202612-00000004 of p1: 82.00 kWh billed'],
    },
    {
      planted: 'a ratio that was not charged by',
      sql: `update dated_facts set value = '{"current":2,"voltage":1}' where aspect = 'ratio'`,
      found: expect.arrayContaining([
        'all energy of bill 202611-00000001 of p1: 40.00 kWh billed',
        'energy:peak of bill 202611-00000001 of p1: 30.00 kWh billed',
      ]),
    },
    {
      planted: 'a meter that hung there for a part of the time only',
      sql: `update meter_spans set to_at = ${plusMs(JANUARY, -DAY)}`,
      found: [
        'all energy of bill 202612-00000004 of p1: 82.00 kWh billed',
        'all energy of bill 202701-00000005 of p1: 17.00 kWh billed',
        'all energy of bill 202701-00000006 of p1: 59.00 kWh billed',
      ],
    },
  ])('is no longer sound with $planted', ({ sql, found }) => {
    expect(foundAfter(sql)).toEqual(found);
  });

  test('is left alone while a review is still asked for, but for periods that do not meet', () => {
    const asked = "insert into reviews values ('p1', 1, 'a register was entered')";
    expect(foundAfter(`${quantity(0, '31.00', 'ordinal = 1')}; ${asked}`)).toEqual([]);
    expect(foundAfter(`update bills set to_at = to_at - 3600000 where ordinal = 1; ${asked}`)).toHaveLength(1);
  });
});

describe('nothing is found of', () => {
  test('an estimate while no register behind its end was read, and a bill that was put right when one came', async () => {
    const world = await place();
    await read(world, EVENING, '100.00');
    await read(world, DECEMBER, '200.00');
    await settle(world, plusMs(FEBRUARY, DAY));
    expect((await billsOf(world)).map(({ provisional }) => provisional.map(({ reason }) => reason))).toEqual([
      [],
      ['last-reading-missing'],
      ['last-reading-missing'],
    ]);
    expect(world.violations()).toEqual([]);
    await read(world, plusMs(FEBRUARY, 2 * DAY), '520.00');
    expect(world.violations()).toEqual([]);
    await world.settlement.review();
    expect(await billsOf(world)).toHaveLength(7);
    expect(world.violations()).toEqual([]);
  });

  test('a supply that was closed, handed over and closed again without any use, and handed over later', async () => {
    const world = await place();
    await read(world, EVENING, '100.00');
    await read(world, plusMs(EVENING, DAY), '103.00');
    expect(await close(world, 'k1')).toMatchObject({ ok: true });
    await read(world, plusMs(EVENING, 2 * DAY), '104.00');
    expect(await handOver(world, 'a2')).toMatchObject({ ok: true });
    expect(await close(world, 'k2')).toMatchObject({ ok: true });
    await read(world, plusMs(EVENING, 3 * DAY), '105.00');
    expect(await handOver(world, 'a3')).toMatchObject({ ok: true });
    await read(world, DECEMBER, '120.00');
    await settle(world, plusMs(DECEMBER, HOUR));
    expect((await billsOf(world)).map(({ accountId, lines }) => [accountId, lines[0]?.quantity])).toEqual([
      ['a1', '3.00'],
      ['a3', '15.00'],
    ]);
    expect(world.violations()).toEqual([]);
  });

  test('a register that began again at zero', async () => {
    const world = await place();
    await read(world, EVENING, '999990.00');
    await read(world, DECEMBER, '999998.50');
    await read(world, JANUARY, '20.00');
    await settle(world, plusMs(JANUARY, HOUR));
    expect((await billsOf(world)).map(({ lines }) => lines[0]?.quantity)).toEqual(['8.50', '21.50']);
    expect(world.violations()).toEqual([]);
  });

  test('a meter that was replaced, with its last registers and without', async () => {
    const world = await place();
    const next = asId<MeterId>('m-new');
    await read(world, EVENING, '100.00');
    await read(world, plusMs(EVENING, DAY), '110.00');
    await world.clock.advance(DAY);
    const replacedAt = world.clock.now();
    await world.commit({ kind: 'meter', meter: { ...METER, id: next, address: '000000000009' } });
    await read(world, plusMs(replacedAt, HOUR), '5.00');
    await read(world, DECEMBER, '30.00');
    await settle(world, plusMs(DECEMBER, HOUR));
    expect((await billsOf(world)).at(-1)?.lines[0]?.quantity).toBe('35.00');
    expect(world.violations()).toEqual([]);
    await enter(world, '112.00', replacedAt);
    await enter(world, '2.00', replacedAt, next);
    await world.settlement.review();
    expect((await billsOf(world)).at(-1)?.lines[0]?.quantity).toBe('40.00');
    expect(world.violations()).toEqual([]);
  });

  test('a ratio that changed within a period, at a register and between two', async () => {
    const world = await place();
    await read(world, EVENING, '100.00');
    await read(world, DECEMBER, '200.00');
    await read(world, plusMs(DECEMBER, 10 * DAY), '210.00');
    await read(world, JANUARY, '300.00');
    await settle(world, plusMs(JANUARY, HOUR));
    for (const [since, billed] of [
      [plusMs(DECEMBER, 10 * DAY), '190.00'],
      [plusMs(DECEMBER, 5 * DAY), '195.00'],
    ] as const) {
      const periods = [
        { from: instant('1970-01-01T00:00:00Z'), to: since, value: { current: 1, voltage: 1 } },
        { from: since, value: { current: 2, voltage: 1 } },
      ];
      await world.commit({ kind: 'archiveChange', change: { ...changeOf('meterPoint:p1', {}), aspects: [{ aspect: 'ratio', periods }] } });
      expect(world.violations()).toEqual([]);
      await world.settlement.review();
      expect((await billsOf(world)).at(-1)?.lines[0]?.quantity).toBe(billed);
      expect(world.violations()).toEqual([]);
    }
  });

  test('a bill that stands although both its registers were misread by as much: it keeps the words that it was issued with', async () => {
    const world = await place();
    await read(world, EVENING, '100.00');
    await read(world, DECEMBER, '200.00');
    await read(world, JANUARY, '300.00');
    await read(world, FEBRUARY, '400.00');
    await settle(world, plusMs(FEBRUARY, HOUR));
    await enter(world, '195.00', DECEMBER);
    await enter(world, '295.00', JANUARY);
    await world.settlement.review();
    const standing = (await billsOf(world)).slice(-4).map(({ kind, lines }) => `${kind} ${lines[0]?.quantity}`);
    expect(standing).toEqual(['credit -100.00', 'bill 95.00', 'credit -100.00', 'bill 105.00']);
    expect(world.violations()).toEqual([]);
  });

  test('an estimate up to a tariff change, by a meter that was taken down and never read again', async () => {
    const world = await place();
    await read(world, EVENING, '100.00');
    await read(world, DECEMBER, '400.00');
    await settle(world, plusMs(DECEMBER, HOUR));
    await read(world, plusMs(DECEMBER, 5 * DAY), '500.00');
    await world.clock.advance(14 * DAY);
    await world.commit({ kind: 'meter', meter: { ...METER, id: asId<MeterId>('m2'), address: '000000000002' } });
    await read(world, plusMs(DECEMBER, 20 * DAY), '10.00');
    await read(world, JANUARY, '70.00');
    await settle(world, plusMs(JANUARY, HOUR));
    const since = plusMs(DECEMBER, 10 * DAY);
    const periods = [
      { from: instant('1970-01-01T00:00:00Z'), to: since, value: { tariff: 'flat' } },
      { from: since, value: { tariff: 'dear' } },
    ];
    await world.commit({
      kind: 'archiveChange',
      change: { ...changeOf('meterPoint:p1', {}), aspects: [{ aspect: 'tariff', periods }] },
    });
    await settle(world, plusMs(JANUARY, 2 * HOUR));
    expect((await billsOf(world)).at(-1)?.provisional.map(({ reason }) => reason)).toContain('last-reading-missing');
    expect(world.violations()).toEqual([]);
  });
});
