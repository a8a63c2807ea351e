import { test } from 'vitest';
import { assertLedgerFollowsModel } from '../support/ledger-sequences.ts';

const SEED = Number(process.env.FEIKONG_SEED ?? Date.now() % 1_000_000);

test(`1,000 sequences of 200 commands leave the ledger as the model has it (seed ${SEED})`, async () => {
  await assertLedgerFollowsModel({ runs: 1_000, length: 200, seed: SEED });
});
