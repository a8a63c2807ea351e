import { describe, expect, test } from 'vitest';
import { customerAccount } from '../../../../src/core/model/journal.ts';
import { ACTIVE_POWER, ENERGY_TOTAL } from '../../../../src/core/model/register.ts';
import { plusMs } from '../../../../src/kernel/clock.ts';
import { CONTRACT_ASPECTS, CUSTOMER_ASPECTS, changeOf, POINT_ASPECTS } from '../../../support/archive-facts.ts';
import { billingTerms, EVENING, POINT, planOf } from '../../../support/core-facts.ts';
import { createDoor, createWorld, type World } from '../../../support/core-world.ts';

const charges = async (world: World) =>
  (await world.store.read('entries', { account: customerAccount(POINT.accountId), limit: 100 })).items.filter(
    ({ kind }) => kind === 'charge',
  );
const available = async (world: World) => world.situations.of(await world.facts()).available;
const HOUR = 3_600_000;

describe('a poll', () => {
  test('asks for what the tariff rates, and for the power', async () => {
    const world = await createWorld();
    expect(world.metering.registersOf(POINT.id)).toEqual([ENERGY_TOTAL, ACTIVE_POWER]);
  });

  test('stores the reading, what is accrued and the relay together', async () => {
    const world = await createWorld();
    await world.pay('20');
    await world.poll();
    await world.clock.advance(HOUR);
    world.meter.register += 123n;
    world.meter.watts = 1200n;
    await world.poll();
    const facts = await world.facts();
    expect(facts.latestReadings[0]).toMatchObject({ value: 101_230_000n, quality: 'good', measuredAt: plusMs(EVENING, HOUR) });
    expect(facts.accrual).toMatchObject({ accrued: 620_000n, rated: [{ component: 'energy', customer: 620_000n }] });
    expect(facts.relay).toMatchObject({ reported: 'closed', loadSide: 'agrees', keepPower: false });
    expect(await available(world)).toBe(19_380_000n);
    expect(await charges(world)).toEqual([]);
  });

  test('leaves a reading that is not believable out of the charge, however often it comes', async () => {
    const world = await createWorld();
    await world.pay('20');
    await world.poll();
    await world.clock.advance(1000);
    world.meter.register += 90_000n;
    for (let round = 0; round < 5; round++) {
      await world.poll();
      await world.clock.advance(1000);
      const facts = await world.facts();
      expect(facts.latestReadings[0]?.quality).toBe('suspect');
      expect(facts.accrual?.accrued).toBe(0n);
    }
    world.meter.register -= 95_000n;
    await world.poll();
    expect((await world.facts()).latestReadings[0]?.quality).toBe('rejected');
    expect(await available(world)).toBe(20_000_000n);
  });

  test('holds a trip while the newest reading is suspect', async () => {
    const world = await createWorld();
    await world.exhaust();
    await world.clock.advance(1);
    world.meter.register += 900_000n;
    await world.poll();
    expect((await world.facts()).openCommands).toEqual([]);
    const held = (await world.store.read('events', { after: 0, limit: 1000, types: ['decision.hold'] })).at(-1);
    const terms = (held?.data.terms ?? []) as { name: string; verdict: string }[];
    expect(terms.filter(({ verdict }) => verdict !== 'met').map(({ name }) => name)).toEqual(['measured']);
  });

  test.each([
    { contract: 'a complete contract', settlementTime: '每月25日', protection: undefined, tripped: true, unmet: [] },
    { contract: 'an incomplete contract', settlementTime: undefined, protection: undefined, tripped: false, unmet: ['agreement'] },
    {
      contract: 'a contract of a protected customer',
      settlementTime: '每月25日',
      protection: { reason: 'oxygen at home' },
      tripped: false,
      unmet: ['not-protected'],
    },
  ])('with $contract trips: $tripped', async ({ settlementTime, protection, tripped, unmet }) => {
    const world = await createWorld();
    const { settlementTime: _, ...terms } = CONTRACT_ASPECTS.terms;
    await world.commit(
      { kind: 'archiveChange', change: changeOf('customer:c1', CUSTOMER_ASPECTS) },
      {
        kind: 'archiveChange',
        change: changeOf('contract:ht1', {
          ...CONTRACT_ASPECTS,
          terms: settlementTime === undefined ? terms : { ...terms, settlementTime },
        }),
      },
      {
        kind: 'archiveChange',
        change: changeOf('meterPoint:p1', { ...POINT_ASPECTS, ...(protection === undefined ? {} : { protection }) }),
      },
    );
    await world.exhaust();
    await world.poll();
    expect((await world.facts()).openCommands.map(({ action }) => action)).toEqual(tripped ? ['trip'] : []);
    const held = (await world.store.read('events', { after: 0, limit: 1000, types: ['decision.hold', 'decision.trip'] })).at(-1);
    const judged = (held?.data.terms ?? []) as { name: string; verdict: string }[];
    expect(judged.filter(({ verdict }) => verdict !== 'met').map(({ name }) => name)).toEqual(unmet);
  });

  test('tells a hold once, not with every poll', async () => {
    const world = await createWorld({ point: { agreement: false } });
    await world.exhaust();
    const holds = async () => (await world.store.read('events', { after: 0, limit: 1000, types: ['decision.hold'] })).length;
    const before = await holds();
    for (let round = 0; round < 5; round++) await world.poll();
    expect(await holds()).toBe(before + 1);
  });

  test('of a later day posts the day before under its own key', async () => {
    const world = await createWorld();
    await world.pay('20');
    await world.poll();
    await world.clock.advance(HOUR);
    world.meter.register += 200n;
    await world.poll();
    await world.clock.advance(12 * HOUR);
    world.meter.register += 100n;
    await world.poll();
    expect((await charges(world)).map(({ businessDay, balanceAfter }) => [businessDay, balanceAfter])).toEqual([
      ['2026-11-24', 19_000_000n],
    ]);
    expect(await available(world)).toBe(18_500_000n);
  });

  test('that decides a trip posts what is accrued with it', async () => {
    const world = await createWorld();
    await world.exhaust();
    expect(await world.balance()).toBe(1_000_000n);
    await world.poll();
    expect((await world.openCommand()).action).toBe('trip');
    expect(await world.balance()).toBe(-500_000n);
    expect((await world.facts()).account.accrued).toBe(0n);
  });

  test('that waited while a command was read back does not change what is believed of the relay', async () => {
    const world = await createWorld();
    await world.pay('20');
    await world.poll();
    await world.clock.advance(1000);
    const late = { relay: 'open', tripDelayed: false, keepPower: false, evidence: 'old', readAt: EVENING } as const;
    await world.metering.record({ meterPointId: POINT.id, answers: [], relay: { ...late, readAt: plusMs(EVENING, -1) } });
    expect((await world.facts()).relay).toMatchObject({ reported: 'closed', evidence: 'relay=closed' });
    expect((await world.facts()).openCases).toEqual([]);
  });

  test('that is stored after a command was read back says nothing of the relay either', async () => {
    const door = createDoor('reading');
    const world = await createWorld(door);
    await world.exhaust();
    await world.poll();
    door.act = async () => {
      await world.clock.advance(1);
      await world.run();
    };
    await world.clock.advance(1);
    await world.poll();
    expect(door.act).toBeUndefined();
    expect(world.meter.relay).toBe('open');
    expect((await world.facts()).relay).toMatchObject({ reported: 'open', evidence: 'relay=open' });
  });

  test('says where the relay is also after the clock was set back', async () => {
    const world = await createWorld();
    await world.poll();
    world.clock.stepWall(-HOUR);
    world.meter.relay = 'open';
    await world.poll();
    expect((await world.facts()).relay).toMatchObject({ reported: 'open', reportedAt: world.clock.now() });
  });

  test('that finds a relay open which nobody here opened makes it a case, once', async () => {
    const world = await createWorld();
    await world.pay('20');
    world.meter.relay = 'open';
    await world.poll();
    await world.poll();
    expect((await world.facts()).openCases.map(({ kind }) => kind)).toEqual(['relay-unexplained']);
    expect((await world.facts()).openCommands).toEqual([]);
  });

  test('that finds power behind an open relay makes it a case of tampering', async () => {
    const world = await createWorld();
    await world.pay('20');
    world.meter.relay = 'open';
    world.meter.watts = 800n;
    await world.poll();
    expect((await world.facts()).openCases.map(({ kind }) => kind).sort()).toEqual(['relay-unexplained', 'tamper']);
    expect((await world.facts()).relay.loadSide).toBe('contradicts');
  });

  test('ignores a missing value: it is never zero', async () => {
    const world = await createWorld();
    await world.poll();
    const before = await world.facts();
    await world.metering.record({
      meterPointId: POINT.id,
      answers: [{ register: ENERGY_TOTAL, value: undefined, unit: 'kWh', readAt: world.clock.now() }],
      relay: undefined,
    });
    expect((await world.facts()).latestReadings).toEqual(before.latestReadings);
    expect((await world.facts()).accrual).toEqual(before.accrual);
  });

  test('under a new price charges what was used before at the old one', async () => {
    const world = await createWorld();
    await world.pay('20');
    await world.poll();
    await world.clock.advance(HOUR);
    world.meter.register += 200n;
    await world.poll();
    const dearer = planOf('dearer', { energy: '0.5' }, { since: '2026-11-24T13:00:00Z', energy: '2' });
    world.configure({ ...world.terms, ...billingTerms(dearer) });
    await world.clock.advance(HOUR);
    world.meter.register += 100n;
    await world.poll();
    // 2 kWh × 0.5 + 1 kWh × 2.
    expect(await available(world)).toBe(17_000_000n);
  });
});

describe('notices', () => {
  const kinds = async (world: World) => (await world.facts()).notices.map(({ kind }) => kind);

  test('come in their order: a warning, and after its receipt the stop notice, and after its receipt the trip', async () => {
    const world = await createWorld();
    await world.poll();
    await world.pay('1');
    await world.clock.advance(HOUR);
    world.meter.register += 300n;
    await world.poll();
    await world.poll();
    expect(await kinds(world)).toEqual(['low-balance']);
    await world.notices.deliverQueued();
    await world.poll();
    await world.poll();
    expect(await kinds(world)).toEqual(['low-balance', 'stop-pending']);
    expect((await world.facts()).openCommands).toEqual([]);
    await world.notices.deliverQueued();
    await world.poll();
    expect((await world.openCommand()).action).toBe('trip');
  });

  test('come once for each crossing, however the balance moves below', async () => {
    const world = await createWorld();
    await world.pay('12');
    await world.poll();
    for (const use of [300n, 100n, 100n, 100n]) {
      await world.clock.advance(HOUR);
      world.meter.register += use;
      await world.poll();
      await world.notices.deliverQueued();
      await world.pay('0.10');
    }
    expect((await world.facts()).crossing).toMatchObject({ number: 1, below: true });
    expect(await kinds(world)).toEqual(['low-balance']);
    await world.pay('50');
    expect((await world.facts()).crossing).toMatchObject({ number: 1, below: false });
    await world.clock.advance(4 * HOUR);
    world.meter.register += 10_000n;
    await world.poll();
    expect((await world.facts()).crossing).toMatchObject({ number: 2, below: true });
    expect(await kinds(world)).toEqual(['low-balance']);
    const all = await world.store.read('events', { after: 0, limit: 1000, types: ['notice.queued'] });
    expect(all).toHaveLength(2);
  });

  test('are given anew to who paid a little after the stop notice: no trip rests on the old one', async () => {
    const world = await createWorld();
    await world.exhaust();
    await world.pay('2');
    await world.clock.advance(HOUR);
    world.meter.register += 500n;
    await world.poll();
    expect((await world.facts()).openCommands).toEqual([]);
    expect((await world.facts()).crossing?.number).toBe(2);
    await world.notices.deliverQueued();
    await world.poll();
    await world.notices.deliverQueued();
    await world.poll();
    expect((await world.openCommand()).action).toBe('trip');
  });

  test('are not doubled by a payment and a poll at the same time', async () => {
    const world = await createWorld();
    await world.pay('12');
    await world.poll();
    await world.clock.advance(HOUR);
    world.meter.register += 600n;
    await Promise.all([world.poll(), world.pay('0.01'), world.pay('0.01'), world.poll()]);
    expect((await world.facts()).crossing).toMatchObject({ number: 1, below: true });
    expect(await kinds(world)).toEqual(['low-balance']);
  });
});
