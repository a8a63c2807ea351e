import { describe, expect, test } from 'vitest';
import { startLoop } from '../../../src/jobs/loop.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const counted = (restMs: number, fails: (round: number) => boolean = () => false) => {
  const clock = createManualClock();
  const rounds: number[] = [];
  const loop = startLoop({
    name: 'test',
    clock,
    logger: silentLogger,
    async round() {
      rounds.push(clock.monotonicMs());
      if (fails(rounds.length)) throw new RangeError('a round that fails');
      return restMs;
    },
  });
  return { clock, rounds, loop };
};

describe('a loop', () => {
  test('rests as long as its round says', async () => {
    const { clock, rounds, loop } = counted(100);
    await clock.advance(250);
    await loop.stop();
    expect(rounds).toEqual([0, 100, 200]);
  });

  test('is woken from its rest', async () => {
    const { clock, rounds, loop } = counted(1000);
    await clock.advance(10);
    loop.wake();
    await clock.settle();
    await loop.stop();
    expect(rounds).toEqual([0, 10]);
  });

  test('does not lose a call that comes while it works', async () => {
    const clock = createManualClock();
    let rounds = 0;
    const loop = startLoop({
      name: 'test',
      clock,
      logger: silentLogger,
      async round() {
        rounds += 1;
        await Promise.resolve();
        if (rounds === 1) loop.wake();
        return 1000;
      },
    });
    await clock.settle();
    await loop.stop();
    expect(rounds).toBe(2);
  });

  test('outlives a round that fails, and rests before the next', async () => {
    const { clock, rounds, loop } = counted(100, (round) => round === 1);
    await clock.advance(1050);
    await loop.stop();
    expect(rounds).toEqual([0, 1000]);
  });

  test('stops out of its rest and runs no round after that', async () => {
    const { clock, rounds, loop } = counted(100);
    await clock.settle();
    await loop.stop();
    await clock.advance(1000);
    expect(rounds).toEqual([0]);
  });
});
