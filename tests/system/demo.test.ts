import { expect, test } from 'vitest';
import { startCli } from '../support/child.ts';
import { playDemo } from './demos.ts';

test.each([1, 2, 3])('the demo story with seed %i is proven step by step', async (seed) => {
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

test('a demo that is stopped in the middle of its story gives everything back and ends with 0', async () => {
  const demo = startCli(['demo']);
  await demo.line((line) => line.startsWith('API page'));
  expect(await demo.stop('SIGTERM')).toBe(0);
  expect(demo.said()).not.toMatch(/rror|\n\s+at /);
});
