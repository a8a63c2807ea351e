import { describe, expect, test } from 'vitest';
import { customerAccount } from '../../../../src/core/model/journal.ts';
import type { Store } from '../../../../src/core/ports/store.ts';
import { asId } from '../../../../src/kernel/ids.ts';
import { POINT, yuan } from '../../../support/core-facts.ts';
import { createDoor, createWorld, pathOf, type World } from '../../../support/core-world.ts';

const entriesOf = async (world: World) =>
  (await world.store.read('entries', { account: customerAccount(POINT.accountId), limit: 100 })).items;
describe('a payment', () => {
  test('is posted once and answers with the balance after it', async () => {
    const world = await createWorld();
    const paid = await world.pay('12.34');
    expect(paid).toMatchObject({
      ok: true,
      value: { replayed: false, value: { amount: 12_340_000n, balanceAfter: 12_340_000n, restoreCommandId: undefined, state: 'posted' } },
    });
    expect((await entriesOf(world)).map(({ kind, key }) => [kind, key])).toEqual([['payment', 'payment:bank:2026-11-24:p1-1']]);
  });

  test('with the same key and content answers what happened the first time', async () => {
    const world = await createWorld();
    const first = await world.pay('10', { channelSerial: 'S', idempotencyKey: 'K' });
    await world.pay('5');
    const again = await world.pay('10', { channelSerial: 'S', idempotencyKey: 'K' });
    expect(again).toEqual(first.ok && { ok: true, value: { ...first.value, replayed: true } });
    expect(await world.balance()).toBe(15_000_000n);
  });

  test('with another key but the channel’s own serial is the same payment', async () => {
    const world = await createWorld();
    const first = await world.pay('10', { channelSerial: 'S', idempotencyKey: 'K1' });
    const again = await world.pay('10', { channelSerial: 'S', idempotencyKey: 'K2' });
    expect(again).toEqual(first.ok && { ok: true, value: { ...first.value, replayed: true } });
    expect(await world.balance()).toBe(10_000_000n);
  });

  test('with a used key or serial and other content is refused', async () => {
    const world = await createWorld();
    await world.pay('10', { channelSerial: 'S', idempotencyKey: 'K' });
    const mismatch = { ok: false, error: { code: 'idempotency-mismatch' } };
    expect(await world.pay('11', { channelSerial: 'S', idempotencyKey: 'K' })).toEqual(mismatch);
    expect(await world.pay('10', { channelSerial: 'T', idempotencyKey: 'K' })).toEqual(mismatch);
    expect(await world.pay('11', { channelSerial: 'S', idempotencyKey: 'L' })).toEqual(mismatch);
    expect(await world.balance()).toBe(10_000_000n);
  });

  test('of another channel or date is another payment', async () => {
    const world = await createWorld();
    await world.pay('10', { channelSerial: 'S' });
    await world.pay('10', { channelSerial: 'S', channel: 'post' });
    await world.pay('10', { channelSerial: 'S', channelDate: '2026-11-25' });
    expect(await world.balance()).toBe(30_000_000n);
  });

  test('of a key that a command used is refused', async () => {
    const world = await createWorld();
    await world.poll();
    await world.commands.request({
      meterId: asId('m1'),
      action: 'trip',
      reason: 'works',
      expiresAt: undefined,
      idempotencyKey: 'K',
      actor: asId('zhang'),
    });
    expect(await world.pay('10', { idempotencyKey: 'K' })).toEqual({ ok: false, error: { code: 'idempotency-mismatch' } });
  });

  test('that is still running is in progress for the next with its key, and is posted once', async () => {
    const world = await createWorld();
    const [first, second] = await Promise.all([
      world.pay('10', { channelSerial: 'S', idempotencyKey: 'K' }),
      world.pay('10', { channelSerial: 'S', idempotencyKey: 'K' }),
    ]);
    expect(first?.ok).toBe(true);
    expect(second).toEqual({ ok: false, error: { code: 'in-progress' } });
    expect(await world.balance()).toBe(10_000_000n);
  });

  test('delivered fifty times at once under fifty keys is posted once', async () => {
    const world = await createWorld();
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, index) => world.pay('10', { channelSerial: 'S', idempotencyKey: `K${index}` })),
    );
    expect(outcomes.filter((outcome) => outcome.ok && !outcome.value.replayed)).toHaveLength(1);
    expect(outcomes.filter(({ ok }) => !ok)).toEqual([]);
    expect(await world.balance()).toBe(10_000_000n);
  });

  test('for an account that is not there is not found', async () => {
    const world = await createWorld();
    expect(await world.pay('10', { accountId: asId('nobody') })).toEqual({ ok: false, error: { code: 'not-found' } });
  });

  test('for a place that is no longer configured is money all the same', async () => {
    const world = await createWorld();
    world.points.clear();
    expect((await world.pay('10')).ok).toBe(true);
    expect(await world.balance()).toBe(10_000_000n);
  });
});

describe('a payment and supply', () => {
  test('voids a queued trip in the same batch', async () => {
    const world = await createWorld();
    await world.exhaust();
    await world.poll();
    const trip = await world.openCommand();
    expect([trip.action, trip.state]).toEqual(['trip', 'queued']);
    const paid = await world.pay('20');
    expect(paid.ok && paid.value.value.restoreCommandId).toBeUndefined();
    expect(pathOf((await world.command(trip.id)).moves)).toBe('superseded');
    await world.run();
    expect(world.meter.frames).toEqual([]);
  });

  test('after a proven trip sets off the restore and names it', async () => {
    const world = await createWorld();
    await world.exhaust();
    await world.poll();
    await world.run();
    expect(world.meter.relay).toBe('open');
    const paid = await world.pay('20');
    const restore = await world.openCommand();
    expect(restore).toMatchObject({ action: 'close', cause: 'money', state: 'queued' });
    expect(paid.ok && paid.value.value.restoreCommandId).toBe(restore.id);
    await world.run();
    expect(world.meter.relay).toBe('closed');
    expect((await world.command(restore.id)).command.state).toBe('confirmed');
  });

  test('that leaves the account exhausted restores nothing', async () => {
    const world = await createWorld();
    await world.exhaust();
    await world.poll();
    await world.run();
    const paid = await world.pay('0.50');
    expect(paid.ok && paid.value.value.restoreCommandId).toBeUndefined();
    expect((await world.facts()).openCommands).toEqual([]);
  });

  test('meets a trip whose frame leaves while it is being posted: it looks again and queues the restore', async () => {
    const door = createDoor('payment');
    const world = await createWorld(door);
    await world.exhaust();
    await world.poll();
    door.act = () => world.run(1);
    const paid = await world.pay('20');
    expect(world.meter.frames.map(({ action }) => action)).toEqual(['trip']);
    expect(paid.ok && paid.value.value.restoreCommandId).toBeDefined();
    await world.run();
    expect(world.meter.relay).toBe('closed');
  });

  test('meets a trip that is decided and sent while it is being posted, which it did not see at all', async () => {
    const door = createDoor('payment');
    const world = await createWorld(door);
    await world.exhaust();
    door.act = async () => {
      await world.poll();
      await world.run(1);
    };
    const paid = await world.pay('20');
    expect(world.meter.frames.map(({ action }) => action)).toEqual(['trip']);
    expect(paid.ok && paid.value.value.restoreCommandId).toBeDefined();
  });

  test('is posted even where what it rests on keeps moving, and the decision follows it', async () => {
    let moving = 0;
    const restless = (store: Store): Store => ({
      ...store,
      async commit(batch) {
        if (batch.facts.some(({ kind }) => kind === 'payment') && moving > 0) {
          moving -= 1;
          await store.commit({ facts: [{ kind: 'relayDesired', meterId: asId('m1'), desired: 'open', at: world.clock.now() }] });
        }
        return store.commit(batch);
      },
    });
    const world = await createWorld({ around: restless });
    await world.exhaust();
    await world.poll();
    await world.run();
    moving = 100;
    expect((await world.pay('20')).ok).toBe(true);
    expect(await world.balance()).toBe(yuan('19.50'));
    expect((await world.openCommand()).action).toBe('close');
  });
});
