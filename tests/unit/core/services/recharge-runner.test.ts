import { describe, expect, test } from 'vitest';
import type { RechargeOrder } from '../../../../src/core/services/recharge-service.ts';
import { yuan } from '../../../support/core-facts.ts';
import { createWorld, type World } from '../../../support/core-world.ts';

/** A meter whose purse holds 30 yuan of three purchases, and a recharge of 50 asked for. */
async function asked(more: Partial<RechargeOrder> = {}): Promise<World> {
  const world = await createWorld();
  Object.assign(world.purse, { balance: yuan('30'), count: 3, customer: '000000004711' });
  expect(await world.recharge('50', more)).toMatchObject({ ok: true });
  return world;
}

const openCases = async (world: World) => (await world.facts()).openCases.map(({ kind }) => kind);
const lastStep = async (world: World) => (await world.newestRecharge()).moves.at(-1);

describe('a recharge', () => {
  test('reads the purse, is sent once with the next count, and is confirmed by the count read back', async () => {
    const world = await asked();
    expect(await world.runRecharge()).toBe('sent acknowledged verifying confirmed');
    expect(world.purse.frames).toEqual([{ kind: 'recharge', amount: yuan('50'), count: 4, customer: '000000004711', before: 3 }]);
    const { recharge, moves } = await world.newestRecharge();
    expect(recharge).toMatchObject({ state: 'confirmed', count: 4 });
    expect(moves.map(({ to, purse }) => [to, purse?.balance, purse?.count])).toEqual([
      ['sent', yuan('30'), 3],
      ['acknowledged', undefined, undefined],
      ['verifying', undefined, undefined],
      ['confirmed', yuan('80'), 4],
    ]);
    expect(await openCases(world)).toEqual([]);
  });

  test('whose reply is lost is read back and found there: nothing is sent again', async () => {
    const world = await asked();
    world.purse.fates.push('reply-lost');
    expect(await world.runRecharge()).toBe('sent unknown verifying confirmed');
    expect(world.purse.frames).toHaveLength(1);
  });

  test('that never arrived is sent again with the same count, after an answered read-back', async () => {
    const world = await asked();
    world.purse.fates.push('request-lost');
    expect(await world.runRecharge(2)).toBe('sent unknown verifying queued');
    expect((await lastStep(world))?.reason).toBe('the purchase count is still 3');
    expect(await world.runRecharge()).toBe('sent unknown verifying queued sent acknowledged verifying confirmed');
    expect(world.purse.frames.map(({ count }) => count)).toEqual([4, 4]);
    expect(world.purse.balance).toBe(yuan('80'));
  });

  test('is not sent again while the purse does not answer, whatever the clock says', async () => {
    const world = await asked();
    world.purse.fates.push('request-lost');
    await world.runRecharge(1);
    world.purse.silent = true;
    expect(await world.runRecharge()).toBe('sent unknown');
    await world.clock.advance(3_600_000);
    expect(await world.runRecharge()).toBe('sent unknown');
    expect(await openCases(world)).toEqual(['recharge-failed']);
    world.purse.silent = false;
    expect(await world.runRecharge()).toBe('sent unknown verifying failed');
    expect(world.purse.frames).toHaveLength(1);
  });

  test('whose frame arrives late is found done before another one leaves', async () => {
    const world = await asked();
    world.purse.fates.push('late');
    await world.runRecharge(2);
    world.purse.arrive();
    expect(await world.runRecharge()).toBe('sent unknown verifying queued verifying confirmed');
    expect(world.purse.frames).toHaveLength(1);
  });

  test('that is queued at its deadline is read back once more and has failed', async () => {
    const world = await asked();
    world.purse.fates.push('accepted-and-ignored');
    await world.runRecharge(2);
    await world.clock.advance(3_600_000);
    expect(await world.runRecharge()).toBe('sent acknowledged verifying queued verifying failed');
    expect((await lastStep(world))?.reason).toBe('the purchase count is still 3 at the deadline');
    expect(await openCases(world)).toEqual(['recharge-failed']);
  });

  test('that the meter refuses ends with its reason and a case, and is not tried again', async () => {
    const world = await asked();
    world.purse.fates.push('refused');
    expect(await world.runRecharge()).toBe('sent refused');
    expect((await lastStep(world))?.reason).toBe('meter-refused: ESAM verification failed');
    expect(await openCases(world)).toEqual(['recharge-failed']);
    expect(await world.rechargeRunner.advance((await world.newestRecharge()).recharge)).toBe('ended');
    expect(world.purse.frames).toHaveLength(1);
  });

  test('that fails has a case of its own, also beside one of an earlier recharge', async () => {
    const world = await asked();
    world.purse.fates.push('refused', 'refused');
    await world.runRecharge();
    await world.recharge('60');
    await world.runRecharge();
    expect(await openCases(world)).toEqual(['recharge-failed', 'recharge-failed']);
  });

  test('whose case is open when supply comes back keeps it: that proves nothing about the money', async () => {
    const world = await createWorld();
    await world.exhaust();
    await world.poll();
    await world.run();
    await world.recharge('20');
    await world.runRecharge();
    await world.pay('50');
    await world.run();
    expect(world.meter.relay).toBe('closed');
    expect(await openCases(world)).toEqual(['recharge-failed']);
  });

  test('whose count jumps by somebody else is a case for a person', async () => {
    const world = await asked();
    world.purse.fates.push('reply-lost');
    await world.runRecharge(1);
    world.purse.count = 5;
    expect(await world.runRecharge()).toBe('sent unknown verifying failed');
    expect((await lastStep(world))?.reason).toBe('the purchase count is 5; this recharge makes it 4');
    expect(await openCases(world)).toEqual(['recharge-failed']);
  });

  test.each([
    {
      found: 'another customer',
      purse: { count: 4, customer: '000000000815', balance: yuan('80') },
      reason: 'belongs to another customer',
    },
    {
      found: 'more money than there can be',
      purse: { count: 4, balance: yuan('80.01') },
      reason: 'with this recharge it holds at most 80.00',
    },
  ])('with the right count and $found is not confirmed', async ({ purse, reason }) => {
    const world = await asked();
    world.purse.fates.push('request-lost');
    await world.runRecharge(1);
    Object.assign(world.purse, purse);
    expect(await world.runRecharge()).toBe('sent unknown verifying failed');
    expect((await lastStep(world))?.reason).toContain(reason);
  });

  test('is confirmed where the meter has drawn on the purse meanwhile', async () => {
    const world = await asked();
    world.purse.fates.push('reply-lost');
    await world.runRecharge(1);
    world.purse.balance = yuan('12.34');
    expect(await world.runRecharge()).toBe('sent unknown verifying confirmed');
  });

  test.each([
    { why: 'the count is another than the caller keeps', order: { count: 9 }, reason: 'the purse has 3 purchases; this recharge needs 8' },
    { why: 'the purse is another customer’s', order: { customer: '000000000815' }, reason: 'the purse belongs to another customer' },
    { why: 'the purse was opened before', order: { kind: 'opening' }, reason: 'the purse was opened before: it has 3 purchases' },
  ] as const)('sends nothing where $why', async ({ order, reason }) => {
    const world = await asked(order);
    expect(await world.runRecharge()).toBe('superseded');
    expect((await lastStep(world))?.reason).toBe(reason);
    expect(world.purse.frames).toEqual([]);
    expect(await openCases(world)).toEqual(['recharge-failed']);
  });

  test('waits for a silent meter until its deadline, then ends without a frame', async () => {
    const world = await asked();
    world.purse.silent = true;
    expect(await world.runRecharge()).toBe('suspended');
    expect((await lastStep(world))?.reason).toBe('the purse could not be read: no-reply');
    await world.clock.advance(600_000);
    expect(await world.runRecharge()).toBe('suspended expired');
    expect(world.purse.frames).toEqual([]);
  });

  test('goes on when a silent meter answers again', async () => {
    const world = await asked();
    world.purse.silent = true;
    await world.runRecharge();
    world.purse.silent = false;
    expect(await world.runRecharge()).toBe('suspended queued sent acknowledged verifying confirmed');
  });

  test('gives up at a meter that begins no session: asking again and again would only be counted', async () => {
    const world = await asked();
    world.purse.suspended = true;
    expect(await world.runRecharge()).toBe('superseded');
    expect((await lastStep(world))?.reason).toContain('remote control is suspended');
  });

  test('that an earlier process sent is read back', async () => {
    const world = await asked();
    const { recharge } = await world.newestRecharge();
    const purse = { balance: yuan('30'), count: 3 };
    const at = world.clock.now();
    await world.commit({
      kind: 'rechargeMove',
      move: { rechargeId: recharge.id, from: 'queued', to: 'sent', at, reason: 'earlier', evidence: undefined, purse, count: 4 },
    });
    Object.assign(world.purse, { balance: yuan('80'), count: 4 });
    expect(await world.runRecharge()).toBe('sent unknown verifying confirmed');
    expect(world.purse.frames).toEqual([]);
  });
});

test('an opening is the first purchase of a new purse', async () => {
  const world = await createWorld();
  await world.recharge('20', { kind: 'opening' });
  expect(await world.runRecharge()).toBe('sent acknowledged verifying confirmed');
  expect(world.purse).toMatchObject({ balance: yuan('20'), count: 1, customer: '000000004711' });
});

test('a purse that was never opened takes no recharge', async () => {
  const world = await createWorld();
  await world.recharge('20');
  expect(await world.runRecharge()).toBe('superseded');
  expect((await lastStep(world))?.reason).toBe('the purse has no purchase yet: it is opened first');
});
