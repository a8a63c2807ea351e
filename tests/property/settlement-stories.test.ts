import { test } from 'vitest';
import { assertSettlementStories } from '../support/settlement-stories.ts';

const RUNS = Number(process.env.FEIKONG_RUNS ?? 15);
const SEED = Number(process.env.FEIKONG_SEED ?? Date.now() % 1_000_000);

test(`whatever happens to a meter point, its bills, its journal and its registers agree (seed ${SEED})`, async () => {
  await assertSettlementStories(RUNS, SEED);
});
