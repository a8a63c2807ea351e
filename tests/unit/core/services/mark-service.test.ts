import { afterEach, beforeEach, expect, test } from 'vitest';
import type { MarkOrder } from '../../../../src/core/services/mark-service.ts';
import { asId } from '../../../../src/kernel/ids.ts';
import { POINT } from '../../../support/core-facts.ts';
import { createDoor, createWorld, type World } from '../../../support/core-world.ts';

let world: World;
const lockOut: MarkOrder = { of: 'meterPoint', id: POINT.id, kind: 'lock-out', reason: 'a crew is at work', actor: asId('foreman') };
const marks = () => world.store.read('marks', {});

beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.store.close());

/** Tripped for money: the trip is sent, and its relay was read back as open. */
async function tripped(): Promise<void> {
  await world.exhaust();
  await world.poll();
  await world.run();
}

test('a lock-out is shown with who has set it, and lifted on record', async () => {
  expect(await world.marks.set(lockOut)).toMatchObject({ ok: true });
  expect(await marks()).toEqual([
    { subject: 'meterPoint:p1', kind: 'lock-out', since: world.clock.now(), actor: 'foreman', reason: 'a crew is at work' },
  ]);
  expect(await world.marks.lift({ ...lockOut, reason: 'the crew has left' })).toEqual({ ok: true, value: undefined });
  expect(await marks()).toEqual([]);
  const [lifted] = await world.store.read('events', { after: 0, limit: 10, types: ['mark.lifted'] });
  expect(lifted).toMatchObject({ subject: 'meterPoint:p1', actor: 'foreman', data: { kind: 'lock-out', reason: 'the crew has left' } });
});

test('under a lock-out a payment closes nothing; lifted, supply comes back at once', async () => {
  await tripped();
  await world.marks.set(lockOut);
  await world.pay('500.00');
  expect((await world.facts()).openCommands).toEqual([]);
  await world.marks.lift(lockOut);
  expect((await world.facts()).openCommands).toMatchObject([{ action: 'close', state: 'queued' }]);
});

test('a payment that comes while a lock-out is lifted finds it lifted', async () => {
  await world.store.close();
  const door = createDoor('payment');
  world = await createWorld(door);
  await tripped();
  await world.marks.set(lockOut);
  const paid = await world.pay('1.00');
  if (paid.ok) await world.reverse(paid.value.value.entryId);
  door.act = () => world.marks.lift(lockOut);
  await world.pay('1.00');
  expect(door.act).toBeUndefined();
  expect((await world.facts()).openCommands).toMatchObject([{ action: 'close', state: 'queued' }]);
});

test('a dispute of the account holds its trip until it is lifted', async () => {
  const dispute: MarkOrder = { ...lockOut, of: 'account', id: POINT.accountId, kind: 'disputed', reason: 'bill 7' };
  await world.marks.set(dispute);
  await world.exhaust();
  await world.poll();
  expect((await world.facts()).openCommands).toEqual([]);
  await world.marks.lift(dispute);
  expect((await world.facts()).openCommands).toMatchObject([{ action: 'trip', state: 'queued' }]);
});

test('nothing is marked that is not there', async () => {
  expect(await world.marks.set({ ...lockOut, id: 'p404' })).toEqual({ ok: false, error: { code: 'not-found' } });
  expect(await world.marks.lift({ ...lockOut, of: 'account', id: 'a404', kind: 'disputed' })).toEqual({
    ok: false,
    error: { code: 'not-found' },
  });
});
