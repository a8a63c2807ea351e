import { expect, test } from 'vitest';
import { startNoticeJob } from '../../../src/jobs/notice-job.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { createWorld } from '../../support/core-world.ts';

test('a queued notice is handed out within half a second', async () => {
  const world = await createWorld();
  const job = startNoticeJob({ notices: world.notices, clock: world.clock, logger: silentLogger });
  await world.clock.settle();
  await world.poll();
  await world.clock.advance(500);
  expect((await world.facts()).notices.map(({ kind, state }) => [kind, state])).toEqual([['low-balance', 'delivered']]);
  await job.stop();
});
