import { expect, test } from 'vitest';
import { startDayEndJob } from '../../../src/jobs/day-end-job.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { createWorld } from '../../support/core-world.ts';

test('the day end posts the day that is over, within a minute of local midnight', async () => {
  const world = await createWorld();
  await world.pay('20');
  await world.poll();
  await world.clock.advance(3_600_000);
  world.meter.register += 200n;
  await world.poll();
  const job = startDayEndJob({ charges: world.charges, lateFees: world.lateFees, clock: world.clock, logger: silentLogger });
  await world.clock.advance(3 * 3_600_000 - 60_000);
  expect(await world.balance()).toBe(20_000_000n);
  await world.clock.advance(120_000);
  expect(await world.balance()).toBe(19_000_000n);
  await job.stop();
});
