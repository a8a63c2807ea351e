import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openSqliteStore, type SqliteStore } from '../../src/store/sqlite/index.ts';
import { EVENING, yuan } from '../support/core-facts.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { ACCOUNT, CUSTOMER as account, given, paymentFacts } from './store-facts.ts';

describe('what is asked in one turn of the loop', () => {
  let store: SqliteStore;
  let dataDir: string;

  beforeEach(async () => {
    dataDir = mkdtempSync(path.join(tmpdir(), 'feikong-store-'));
    store = await openSqliteStore({ dataDir, clock: createManualClock(EVENING) });
    await given(store, { kind: 'account', account: { id: ACCOUNT, state: 'open' } });
  });
  afterEach(async () => {
    await store.close();
    rmSync(dataDir, { recursive: true });
  });

  test('is of one state, and no commit that was acknowledged is missing from it', async () => {
    let acknowledged = 0;
    for (let round = 1; round <= 50; round++) {
      // Asked in the turn of the last answer, and again in the turn of each acknowledgement.
      const before = [1, 2, 3].map(() => store.read('ledgerBalance', { account }));
      await Promise.all(
        [0, 1, 2].map(async (index) => {
          const outcome = await store.commit({ facts: paymentFacts(`${round}-${index}`, '1') });
          expect(outcome.status).toBe('committed');
          acknowledged += 1;
          expect(await store.read('ledgerBalance', { account })).toBeGreaterThanOrEqual(yuan(String(acknowledged)));
        }),
      );
      expect(new Set(await Promise.all(before))).toEqual(new Set([yuan(String((round - 1) * 3))]));
    }
    expect(await store.read('ledgerBalance', { account })).toBe(yuan('150'));
  });
});
