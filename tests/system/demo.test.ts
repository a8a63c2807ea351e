import { expect, test } from 'vitest';
import { playDemo } from './demos.ts';

test.each([1, 2, 3])('the demo story with seed %i is proven step by step', { timeout: 60_000 }, async (seed) => {
  const { answer } = await playDemo(seed);
  expect(answer).toMatchObject({
    trip: { confirmed: true },
    restore: { confirmed: true },
    journalBalanced: true,
    invariants: { violations: 0 },
  });
  expect(answer.meters).toBeGreaterThanOrEqual(24);
  expect(answer.warned.length).toBeGreaterThan(0);
  expect(answer.trip.evidence).toMatch(/^dlt645:04000503=/);
});
