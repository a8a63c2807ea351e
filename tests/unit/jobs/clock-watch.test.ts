import { describe, expect, test } from 'vitest';
import { startClockWatch } from '../../../src/jobs/clock-watch.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { createWorld } from '../../support/core-world.ts';

const MINUTE = 60_000;
const watched = async (beforeStartMs = 0) => {
  const world = await createWorld();
  await world.pay('20');
  world.clock.stepWall(beforeStartMs);
  const watch = await startClockWatch({ store: world.store, clock: world.clock, logger: silentLogger });
  const marks = async () => (await world.facts()).marks.map(({ kind }) => kind);
  return { world, watch, marks };
};

describe('the clock watch', () => {
  test.each([5 * MINUTE + 1, -5 * MINUTE - 1])('freezes trips when wall time jumps by %i ms', async (jumpMs) => {
    const { world, watch, marks } = await watched();
    await world.clock.advance(10_000);
    world.clock.stepWall(jumpMs);
    await world.clock.advance(5000);
    expect(await marks()).toEqual(['clock-jumped']);
    await watch.stop();
  });

  test('lets a jump of five minutes pass', async () => {
    const { world, watch, marks } = await watched();
    await world.clock.advance(10_000);
    world.clock.stepWall(5 * MINUTE);
    await world.clock.advance(10_000);
    expect(await marks()).toEqual([]);
    await watch.stop();
  });

  test('lifts the freeze after fifteen minutes of agreement, and not before', async () => {
    const { world, watch, marks } = await watched();
    world.clock.stepWall(60 * MINUTE);
    await world.clock.advance(5000);
    await world.clock.advance(15 * MINUTE);
    expect(await marks()).toEqual(['clock-jumped']);
    await world.clock.advance(5000);
    expect(await marks()).toEqual([]);
    await watch.stop();
  });

  test('freezes at start when the clock lies before the last commit', async () => {
    const { watch, marks } = await watched(-1000);
    expect(await marks()).toEqual(['clock-jumped']);
    await watch.stop();
  });

  test('starts quietly when the clock has gone on', async () => {
    const { watch, marks } = await watched(72 * 60 * MINUTE);
    expect(await marks()).toEqual([]);
    await watch.stop();
  });
});
