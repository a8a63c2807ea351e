import { expect, test } from 'vitest';
import { createOccupancy } from '../../../../src/transports/bus/occupancy.ts';

test('occupancy counts an exchange that still runs, and forgets what the window has left behind', () => {
  const occupancy = createOccupancy(60_000, 0);
  occupancy.mark(true, 0);
  expect(occupancy.share(15_000)).toBeCloseTo(1, 6);
  occupancy.mark(false, 30_000);
  expect(occupancy.share(60_000)).toBeCloseTo(0.5, 1);
  expect(occupancy.share(75_000)).toBeCloseTo(0.25, 1);
  expect(occupancy.share(200_000)).toBe(0);
});
