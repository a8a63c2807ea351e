import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { storeArchive } from '../../../../src/core/services/archive-service.ts';
import { plusMs } from '../../../../src/kernel/clock.ts';
import { openSqliteStore, type SqliteStore } from '../../../../src/store/sqlite/index.ts';
import { CONTRACT_ASPECTS, changeOf } from '../../../support/archive-facts.ts';
import { EVENING, METER, POINT } from '../../../support/core-facts.ts';
import { createManualClock } from '../../../support/manual-clock.ts';

let store: SqliteStore;
beforeEach(async () => {
  store = await openSqliteStore({ dataDir: 'none', inMemory: true, clock: createManualClock(EVENING) });
});
afterEach(() => store.close());

const LATER = plusMs(EVENING, 60_000);
const start = (point: Partial<typeof POINT> = {}, now = EVENING) =>
  storeArchive(
    store,
    [{ account: { id: POINT.accountId, state: 'open' }, meterPoint: { ...POINT, ...point }, meter: METER, openingPayment: undefined }],
    now,
  );
const factsOf = async (aspect: string) =>
  ((await store.read('archiveView', { subject: 'meterPoint:p1' }))?.facts ?? [])
    .filter((fact) => fact.aspect === aspect)
    .map(({ from, to, value }) => [from, to, value]);
const said = (subject: 'meterPoint:p1' | 'contract:ht1', aspects: Parameters<typeof changeOf>[1]) =>
  store.commit({ facts: [{ kind: 'archiveChange', change: changeOf(subject, aspects) }] });

describe('what the configuration says', () => {
  test('holds since ever, and is said once', async () => {
    await start();
    const events = (await store.read('events', { after: 0, limit: 100 })).length;
    await start({}, LATER);
    expect(await store.read('events', { after: 0, limit: 100 })).toHaveLength(events);
    expect(await factsOf('ratio')).toEqual([[0, undefined, { current: 1, voltage: 1 }]]);
    expect(await factsOf('place')).toEqual([[0, undefined, { feeder: 'feeder-1' }]]);
    expect(await factsOf('protection')).toEqual([]);
  });

  test('holds from the start at which it changed, and what held before stays', async () => {
    await start({ keepPower: true });
    await start({ currentRatio: 40n, keepPower: false }, LATER);
    expect(await factsOf('ratio')).toEqual([
      [0, LATER, { current: 1, voltage: 1 }],
      [LATER, undefined, { current: 40, voltage: 1 }],
    ]);
    expect(await factsOf('protection')).toEqual([[0, LATER, { reason: 'keepPower of the configuration' }]]);
  });

  test('changes nothing where a person or an import has spoken, and says where', async () => {
    await start();
    await said('meterPoint:p1', { ratio: { current: 30, voltage: 1 } });
    expect(await start({ currentRatio: 40n }, LATER)).toEqual([{ meterPointId: 'p1', aspect: 'ratio' }]);
    expect(await factsOf('ratio')).toEqual([[0, undefined, { current: 30, voltage: 1 }]]);
    expect((await store.read('meter', { meterId: METER.id }))?.meterPoint.currentRatio).toBe(30n);
  });

  test('yields to the account of the contract, and leaves a closed account closed', async () => {
    await start();
    await store.commit({ facts: [{ kind: 'account', account: { id: 'a2' as never, state: 'closed' } }] });
    await said('contract:ht1', { parties: { ...CONTRACT_ASPECTS.parties, accountId: 'a2' as never } });
    await said('meterPoint:p1', { contract: { contractId: 'ht1' as never } });
    await start({}, LATER);
    expect((await store.read('meter', { meterId: METER.id }))?.meterPoint.accountId).toBe('a2');
    expect((await store.read('account', { accountId: 'a2' as never }))?.account.state).toBe('closed');
  });
});
