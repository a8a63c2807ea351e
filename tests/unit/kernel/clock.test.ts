import { describe, expect, test } from 'vitest';
import { formatInstant, instantOf, parseInstant, plusMs, sleep } from '../../../src/kernel/clock.ts';
import { createManualClock } from '../../support/manual-clock.ts';

describe('instants', () => {
  test('are written in RFC 3339 with Z', () => {
    expect(formatInstant(plusMs(instantOf(0), 1))).toBe('1970-01-01T00:00:00.001Z');
  });

  test('are read with any offset', () => {
    expect(parseInstant('2026-11-24T20:00:00+08:00')).toBe(parseInstant('2026-11-24T12:00:00Z'));
    expect(parseInstant('2028-02-29T00:00Z')).toBe(1_835_395_200_000);
  });

  test.each(['2026-11-24', '2026-11-24T12:00:00', 'yesterday', '2026-13-01T00:00:00Z', '2026-02-30T00:00:00Z', '', '0'])(
    '%o is no instant',
    (text) => {
      expect(parseInstant(text)).toBeUndefined();
    },
  );
});

describe('sleep', () => {
  test('ends when its time has come, and not before', async () => {
    const clock = createManualClock();
    let ended = false;
    const done = sleep(clock, 100).then(() => {
      ended = true;
    });
    await clock.advance(99);
    expect(ended).toBe(false);
    await clock.advance(1);
    await done;
    expect(ended).toBe(true);
  });

  test('ends at once when it is aborted, before or while it sleeps', async () => {
    const clock = createManualClock();
    await sleep(clock, 1e9, AbortSignal.abort());
    const stop = new AbortController();
    const sleeping = sleep(clock, 1e9, stop.signal);
    stop.abort();
    await sleeping;
    expect(clock.monotonicMs()).toBe(0);
  });
});
