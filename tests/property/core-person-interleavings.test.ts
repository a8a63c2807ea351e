import { test } from 'vitest';
import { assertPersonInterleavings } from '../support/core-person-interleavings.ts';

const RUNS = Number(process.env.FEIKONG_RUNS ?? 400);
const SEED = Number(process.env.FEIKONG_SEED ?? Date.now() % 1_000_000);

test(`persons, payments, marks and faults in any order never break what holds for a relay (seed ${SEED})`, async () => {
  await assertPersonInterleavings(RUNS, SEED);
});
