import { describe, expect, test } from 'vitest';
import { customerAccount } from '../../../../src/core/model/journal.ts';
import { ENERGY_TOTAL } from '../../../../src/core/model/register.ts';
import type { InstallationOrder } from '../../../../src/core/services/meter-installations.ts';
import { type Instant, plusMs } from '../../../../src/kernel/clock.ts';
import { type Actor, asId, type MeterId, type MeterPointId } from '../../../../src/kernel/ids.ts';
import { money } from '../../../../src/kernel/units.ts';
import { instant, kwh, METER, POINT, readingOf } from '../../../support/core-facts.ts';
import { createWorld, type World } from '../../../support/core-world.ts';

const DAY = 86_400_000;
const OLD = METER.id;
const NEW = asId<MeterId>('m-new');
const DECEMBER = instant('2026-11-30T16:00:00Z');
const CHANGED = instant('2026-11-26T02:00:00Z');
const CONFIGURED = instant('2026-11-28T02:00:00Z');
const ACTOR = asId<Actor>('engineer');
const OTHER = asId<MeterPointId>('p2');

let keys = 0;
const correct = (world: World, places: InstallationOrder['places'], more: Partial<InstallationOrder> = {}) =>
  world.installations.correct({ places, reason: 'work order 7', idempotencyKey: `k-${++keys}`, actor: ACTOR, ...more });
const hung = (meterId: MeterId, from?: Instant) => ({ meterId, from });
const at = (meterPointId: MeterPointId, ...meters: readonly ReturnType<typeof hung>[]) => ({ meterPointId, meters });

async function moveTo(world: World, instantOfIt: Instant): Promise<void> {
  if (world.clock.now() < instantOfIt) await world.clock.advance(instantOfIt - world.clock.now());
}

async function enter(world: World, meterId: MeterId, value: string, measuredAt: Instant): Promise<void> {
  const order = { meterId, register: ENERGY_TOTAL, value: kwh(value), measuredAt, reason: 'work order 7' };
  const outcome = await world.readingEntry.enter({ ...order, idempotencyKey: `e-${++keys}`, actor: ACTOR });
  expect(outcome).toMatchObject({ ok: true });
}

/** A meter was replaced on the 26th, the configuration says so on the 28th; its first register of the polls is 5 kWh. */
async function replacedLate(): Promise<World> {
  const world = await createWorld({ rules: { freshnessMs: 90 * DAY }, point: { maxPower: POINT.maxPower } });
  await world.pay('1000');
  await world.commit({ kind: 'reading', reading: readingOf('100', world.clock.now()) });
  await poll(world, '100.00', world.clock.now());
  await moveTo(world, CONFIGURED);
  await world.commit({ kind: 'meter', meter: { ...METER, id: NEW, address: '000000000009' } });
  return world;
}

async function poll(world: World, value: string, readAt: Instant): Promise<void> {
  await moveTo(world, readAt);
  const answer = { register: ENERGY_TOTAL, value: { unscaled: BigInt(value.replace('.', '')), scale: 2 }, unit: 'kWh', readAt };
  await world.metering.record({ meterPointId: POINT.id, answers: [answer], relay: undefined });
}

describe('a meter that was replaced before the configuration said so', () => {
  test('is charged from when it came, and what was settled is corrected', async () => {
    const world = await replacedLate();
    await poll(world, '5.00', plusMs(CONFIGURED, 3_600_000));
    await poll(world, '30.00', DECEMBER);
    await world.clock.advance(DAY);
    expect(await world.settlement.run()).toBe(1);
    expect(
      await world.installations.correct({
        places: [at(POINT.id, hung(OLD), hung(NEW, CHANGED))],
        reason: 'work order 7',
        idempotencyKey: 'late',
        actor: ACTOR,
      }),
    ).toMatchObject({
      ok: true,
      value: {
        replayed: false,
        value: [
          {
            spans: [
              { meterId: OLD, to: CHANGED },
              { meterId: NEW, from: CHANGED, to: undefined },
            ],
          },
        ],
      },
    });
    await enter(world, OLD, '150.00', CHANGED);
    await enter(world, NEW, '2.00', CHANGED);
    await world.settlement.review();
    const bills = await world.store.read('billsOfPoint', { meterPointId: POINT.id });
    // (150 − 100) + (30 − 2) = 78 kWh × 0.5 = 39.00.
    expect(bills.at(-1)).toMatchObject({ kind: 'bill', total: 39_000_000n, provisional: [] });
    expect(bills.map(({ kind }) => kind)).toContain('credit');
    expect(await world.store.read('ledgerBalance', { account: customerAccount(POINT.accountId) })).toBe(961_000_000n);
  });

  test('is charged so in the open period too', async () => {
    const world = await replacedLate();
    await correct(world, [at(POINT.id, hung(OLD), hung(NEW, CHANGED))]);
    await enter(world, OLD, '150.00', CHANGED);
    await enter(world, NEW, '2.00', CHANGED);
    await poll(world, '12.00', plusMs(CONFIGURED, 3_600_000));
    // 50 + 10 kWh × 0.5, of which the days that are over are posted.
    const { account } = await world.facts();
    expect(account.balance - account.accrued).toBe(970_000_000n);
  });
});

describe('what is said of meters', () => {
  test('trips nobody before a register was charged by it', async () => {
    const world = await replacedLate();
    await poll(world, '5.00', plusMs(CONFIGURED, 3_600_000));
    const doubts = async () => world.situations.of(await world.facts()).provisional.map(({ reason }) => reason);
    expect(await doubts()).not.toContain('corrected');
    await correct(world, [at(POINT.id, hung(OLD), hung(NEW, CHANGED))]);
    expect(await doubts()).toContain('corrected');
    // As a review of what was settled decides: with the accrual that stands.
    const facts = await world.facts();
    const { decision } = world.decisions.decide(facts, { accrual: facts.accrual, credit: money(-2_000_000_000n) });
    expect(decision.terms.find(({ name }) => name === 'charge-measured')).toMatchObject({
      verdict: 'unknown',
      proof: expect.stringContaining('corrected (charged-at-next-poll)'),
    });
    await poll(world, '6.00', plusMs(CONFIGURED, 7_200_000));
    expect(await doubts()).not.toContain('corrected');
  });

  test('is on record with what was believed before', async () => {
    const world = await replacedLate();
    await correct(world, [at(POINT.id, hung(OLD), hung(NEW, CHANGED))]);
    const events = await world.store.read('events', { after: 0, limit: 1_000, types: ['archive.changed'] });
    expect(events.at(-1)).toMatchObject({
      subject: `meterPoint:${POINT.id}`,
      data: {
        actor: ACTOR,
        reason: 'work order 7',
        meters: [
          { meterId: OLD, from: 0 },
          { meterId: NEW, from: CHANGED },
        ],
        before: [
          { meterId: OLD, from: 0 },
          { meterId: NEW, from: CONFIGURED },
        ],
      },
    });
  });

  test('is said once for a key', async () => {
    const world = await replacedLate();
    const places = [at(POINT.id, hung(OLD), hung(NEW, CHANGED))];
    await correct(world, places, { idempotencyKey: 'once' });
    expect(await correct(world, places, { idempotencyKey: 'once' })).toMatchObject({
      ok: true,
      value: { replayed: true, value: [{ meterPointId: POINT.id }] },
    });
    expect(await correct(world, [at(POINT.id, hung(NEW))], { idempotencyKey: 'once' })).toEqual({
      ok: false,
      error: { code: 'idempotency-mismatch' },
    });
  });

  test('is put right together for two that were taken for each other', async () => {
    const world = await withSwap();
    const alone = await correct(world, [at(POINT.id, hung(OLD), hung(NEW, CHANGED))]);
    expect(alone).toMatchObject({
      ok: false,
      error: { code: 'not-installable', expected: expect.stringContaining('at one place at a time') },
    });
    const both = await correct(world, [at(POINT.id, hung(NEW)), at(OTHER, hung(OLD))]);
    expect(both).toMatchObject({ ok: true });
    const after = await world.store.read('installedMeters', { meterPointIds: [], meterIds: [OLD, NEW] });
    expect(after.map(({ meterPointId, spans }) => [meterPointId, spans])).toEqual([
      [POINT.id, [{ meterId: NEW, from: 0, to: undefined }]],
      [OTHER, [{ meterId: OLD, from: 0, to: undefined }]],
    ]);
  });

  test.each([
    ['another one than hangs now as the last one', [at(POINT.id, hung(NEW, undefined), hung(OLD, CHANGED))], 'm-new as the last one'],
    ['a second one without its instant', [at(POINT.id, hung(OLD), hung(NEW))], 'an instant from which m-new hung there'],
    ['an order that is none', [at(POINT.id, hung(OLD, CHANGED), hung(NEW, CHANGED))], 'after the one before it'],
    ['the future', [at(POINT.id, hung(OLD), hung(NEW, instant('2027-01-01T00:00:00Z')))], 'an instant that has come'],
    ['a meter that never hung anywhere', [at(POINT.id, hung(asId('m-none')), hung(NEW, CHANGED))], 'no meter m-none ever did'],
    ['a place twice', [at(POINT.id, hung(OLD), hung(NEW, CHANGED)), at(POINT.id, hung(NEW))], 'each meter point once'],
  ])('is refused: %s', async (_, places, expected) => {
    const world = await replacedLate();
    expect(await correct(world, places)).toMatchObject({
      ok: false,
      error: { code: 'not-installable', expected: expect.stringContaining(expected) },
    });
    const [kept] = await world.store.read('installedMeters', { meterPointIds: [POINT.id], meterIds: [] });
    expect(kept?.spans.at(-1)).toEqual({ meterId: NEW, from: CONFIGURED, to: undefined });
  });

  test('is refused for a place that nobody knows', async () => {
    const world = await replacedLate();
    expect(await correct(world, [at(asId('p-none'), hung(OLD))])).toMatchObject({ ok: false, error: { code: 'not-found' } });
  });
});

/** The configuration had them the wrong way round, until it was put right. */
async function withSwap(): Promise<World> {
  const world = await createWorld();
  const other = { ...METER, id: NEW, address: '000000000009', meterPointId: OTHER };
  await world.commit({ kind: 'meterPoint', meterPoint: { ...POINT, id: OTHER } }, { kind: 'meter', meter: other });
  await moveTo(world, CONFIGURED);
  await world.commit(
    { kind: 'meter', meter: { ...other, meterPointId: POINT.id } },
    { kind: 'meter', meter: { ...METER, meterPointId: OTHER } },
  );
  return world;
}
