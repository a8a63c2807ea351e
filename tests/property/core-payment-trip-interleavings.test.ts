import { test } from 'vitest';
import { assertInterleavings } from '../support/core-interleavings.ts';

const RUNS = 2000;
const SEED = Number(process.env.FEIKONG_SEED ?? Date.now() % 1_000_000);

test(`every interleaving of a payment and a trip ends with supply on, and no trip is sent after the payment (seed ${SEED})`, async () => {
  await assertInterleavings(RUNS, SEED);
});
