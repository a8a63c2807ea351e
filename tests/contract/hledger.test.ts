import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/kernel/clock.ts';
import { exportHledger, openSqliteStore } from '../../src/store/sqlite/index.ts';
import { requirePart } from '../support/require-part.ts';
import { archive, chargeEntry, given, paymentFacts } from './store-facts.ts';

test('hledger finds the same balances in the exported journal', async (context) => {
  const hledger = requirePart('hledger', context);
  const dataDir = mkdtempSync(path.join(tmpdir(), 'feikong-hledger-'));
  try {
    const store = await openSqliteStore({ dataDir, clock: systemClock });
    await given(store, ...archive, ...paymentFacts('1', '100.00'), { kind: 'entry', entry: chargeEntry });
    await given(store, ...paymentFacts('serial with  blanks; and a mark', '0.01'));
    await store.close();
    const balances = execFileSync(hledger, ['-f', '-', 'balance', '--flat', '--no-total', '-O', 'csv'], {
      input: exportHledger(dataDir),
      encoding: 'utf8',
    });
    expect(balances.trim().split('\n')).toEqual([
      '"account","balance"',
      '"cash:bank","-100.010000 CNY"',
      '"customer:a1","98.340000 CNY"',
      '"revenue:energy","1.666667 CNY"',
      '"rounding","0.003333 CNY"',
    ]);
  } finally {
    rmSync(dataDir, { recursive: true });
  }
});
