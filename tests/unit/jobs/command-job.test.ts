import { describe, expect, test } from 'vitest';
import { startCommandJob } from '../../../src/jobs/command-job.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { EVENING } from '../../support/core-facts.ts';
import { createWorld, type World, type WorldOptions } from '../../support/core-world.ts';

const running = async (act: (world: World) => Promise<void>, options: WorldOptions = {}) => {
  const world = await createWorld(options);
  await world.exhaust();
  await world.poll();
  const job = startCommandJob({ ...world, logger: silentLogger });
  try {
    await act(world);
  } finally {
    await job.stop();
  }
};

describe('the command loop', () => {
  test('drives a trip to its proof, and the restore that a payment sets off', () =>
    running(async (world) => {
      await world.clock.advance(2000);
      expect(world.meter.relay).toBe('open');
      await world.pay('20');
      await world.clock.advance(1000);
      expect(world.meter.relay).toBe('closed');
      expect((await world.facts()).openCommands).toEqual([]);
      expect(world.meter.frames.map(({ action }) => action)).toEqual(['trip', 'close']);
    }));

  test('asks a silent meter less and less often, and sends nothing', () =>
    running(async (world) => {
      let asked = 0;
      world.meter.silent = true;
      world.meters.hop = (what, when) => {
        if (what === 'readRelay' && when === 'before') asked += 1;
      };
      await world.clock.advance(60_000);
      expect(asked).toBeGreaterThan(5);
      expect(asked).toBeLessThan(14);
      expect(world.meter.frames).toEqual([]);
    }));

  test('commands a stuck relay again less and less often', () =>
    running(
      async (world) => {
        world.meter.fates.push(...Array.from({ length: 20 }, () => 'accepted-and-stuck' as const));
        await world.clock.advance(60_000);
        // After 0, 0.25, 0.75, 1.75, 3.75, 7.75, 15.75 and 31.75 s.
        expect(world.meter.frames).toHaveLength(8);
      },
      { rules: { relaySettleMs: 0 } },
    ));

  test('repeats no trip while its relay may still open', () =>
    running(async (world) => {
      world.meter.fates.push(...Array.from({ length: 20 }, () => 'accepted-and-stuck' as const));
      await world.clock.advance(10_000);
      expect(world.meter.frames).toHaveLength(1);
      await world.clock.advance(50_000);
      // Read back until 15.75 s after each frame, and sent again after 0.25, 0.5 and 1 s more: after 0, 16, 32.25 and 49 s.
      expect(world.meter.frames).toHaveLength(4);
    }));

  test('takes up what an earlier process sent, by reading it back', async () => {
    const world = await createWorld();
    await world.exhaust();
    await world.poll();
    const trip = await world.openCommand();
    await world.commit({
      kind: 'commandMove',
      move: { commandId: trip.id, from: 'queued', to: 'sent', at: EVENING, reason: 'earlier', evidence: undefined },
    });
    world.meter.relay = 'open';
    const job = startCommandJob({ ...world, logger: silentLogger });
    await world.clock.advance(2000);
    await job.stop();
    expect((await world.command(trip.id)).command.state).toBe('confirmed');
    expect(world.meter.frames).toEqual([]);
  });
});
