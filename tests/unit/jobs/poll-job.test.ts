import { describe, expect, test } from 'vitest';
import { startPollJob } from '../../../src/jobs/poll-job.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { err } from '../../../src/kernel/result.ts';
import { METER, POINT } from '../../support/core-facts.ts';
import { createWorld } from '../../support/core-world.ts';

const polled = async () => {
  const world = await createWorld();
  const outcomes: string[] = [];
  const job = startPollJob({
    meters: [{ meterId: METER.id, meterPointId: POINT.id, intervalMs: 1000 }],
    gateway: world.meters.gateway,
    metering: world.metering,
    clock: world.clock,
    logger: silentLogger,
    onPolled: (_, outcome) => outcomes.push(outcome),
  });
  return { world, outcomes, job };
};

describe('the poll loop', () => {
  test('polls a meter at its interval and records what it says', async () => {
    const { world, outcomes, job } = await polled();
    await world.clock.advance(3500);
    await job.stop();
    expect(outcomes).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect((await world.facts()).latestReadings[0]?.value).toBe(100_000_000n);
  });

  test('goes on past a meter that is silent', async () => {
    const { world, outcomes, job } = await polled();
    await world.clock.settle();
    world.meter.silent = true;
    await world.clock.advance(2000);
    world.meter.silent = false;
    await world.clock.advance(1000);
    await job.stop();
    expect(outcomes).toEqual(['ok', 'no-reply', 'no-reply', 'ok']);
  });

  test('never asks a meter twice at a time', async () => {
    const { world, outcomes, job } = await polled();
    let answer: (() => void) | undefined;
    await world.clock.settle();
    world.meters.hop = (what, when) =>
      what === 'read' && when === 'before' ? new Promise<void>((resolve) => (answer = resolve)) : undefined;
    await world.clock.advance(10_000);
    expect(outcomes).toEqual(['ok']);
    world.meters.hop = () => undefined;
    answer?.();
    await world.clock.settle();
    // The one that was late, and the one that fell due meanwhile: not the eight that were missed.
    expect(outcomes).toEqual(['ok', 'ok', 'ok']);
    await job.stop();
  });

  test('withdraws what waits for its line when it is stopped', async () => {
    const world = await createWorld();
    const outcomes: string[] = [];
    const job = startPollJob({
      meters: [{ meterId: METER.id, meterPointId: POINT.id, intervalMs: 900_000 }],
      gateway: {
        ...world.meters.gateway,
        readRegisters: (_meter, _registers, { signal }) =>
          new Promise((resolve) => signal?.addEventListener('abort', () => resolve(err({ code: 'cancelled', sent: false })))),
      },
      metering: world.metering,
      clock: world.clock,
      logger: silentLogger,
      onPolled: (_, outcome) => outcomes.push(outcome),
    });
    await world.clock.settle();
    await job.stop();
    expect(outcomes).toEqual(['cancelled']);
  });
});
