import { describe, expect, test } from 'vitest';
import { customerAccount } from '../../../../src/core/model/journal.ts';
import { POINT } from '../../../support/core-facts.ts';
import { createWorld, type World } from '../../../support/core-world.ts';

const HOUR = 3_600_000;
const charges = async (world: World) =>
  (await world.store.read('entries', { account: customerAccount(POINT.accountId), limit: 100 })).items.filter(
    ({ kind }) => kind === 'charge',
  );
/** Four hours before midnight in Shanghai, 2 kWh used today. */
const used = async () => {
  const world = await createWorld();
  await world.pay('20');
  await world.poll();
  await world.clock.advance(HOUR);
  world.meter.register += 200n;
  await world.poll();
  return world;
};

describe('the end of a business day', () => {
  test('posts nothing before local midnight', async () => {
    const world = await used();
    await world.clock.advance(3 * HOUR - 1);
    expect(await world.charges.closeDays()).toBe(0);
    expect(await charges(world)).toEqual([]);
  });

  test('posts the day once, under its own key', async () => {
    const world = await used();
    await world.clock.advance(3 * HOUR);
    expect(await world.charges.closeDays()).toBe(1);
    expect(await world.charges.closeDays()).toBe(0);
    expect((await charges(world)).map(({ key, balanceAfter }) => [key, balanceAfter])).toEqual([
      ['charge:p1:2026-11-24T12:00:00.000Z:2026-11-24:0', 19_000_000n],
    ]);
  });

  test('leaves nothing for the first poll of the next day to post again', async () => {
    const world = await used();
    await world.clock.advance(3 * HOUR);
    await world.charges.closeDays();
    world.meter.register += 100n;
    await world.poll();
    expect(await charges(world)).toHaveLength(1);
    expect((await world.facts()).accrual).toMatchObject({ businessDay: '2026-11-25', revision: 0, accrued: 500_000n });
  });

  test('runs beside a poll of the next day without posting twice', async () => {
    const world = await used();
    await world.clock.advance(3 * HOUR);
    await Promise.all([world.charges.closeDays(), world.poll(), world.charges.closeDays()]);
    expect(await charges(world)).toHaveLength(1);
    expect(await world.balance()).toBe(19_000_000n);
  });

  test('catches up days that were missed', async () => {
    const world = await used();
    await world.clock.advance(72 * HOUR);
    expect(await world.charges.closeDays()).toBe(1);
    expect(await world.balance()).toBe(19_000_000n);
  });

  test('passes over a place that is no longer configured', async () => {
    const world = await used();
    world.points.clear();
    await world.clock.advance(24 * HOUR);
    expect(await world.charges.closeDays()).toBe(0);
  });
});
