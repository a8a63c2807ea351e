import { expect, test } from 'vitest';
import { chargedTo } from '../../../../src/core/ledger/charged.ts';
import type { LedgerAccount } from '../../../../src/core/model/journal.ts';
import { asId } from '../../../../src/kernel/ids.ts';
import { yuan } from '../../../support/core-facts.ts';

test('what a period has cost a customer is what its charges took from all of his accounts, less what they gave back', () => {
  const postings = (
    [
      ['promotion:a1', '-3'],
      ['customer:a1', '-5'],
      ['emergency:a1', '-4'],
      ['revenue:energy', '12'],
      ['promotion:a1', '1'],
      ['customer:a1', '9'],
      ['revenue:energy', '-10'],
      ['receivable:a1', '-0.50'],
      ['customer:a2', '-7'],
      ['promotion:a2', '-2'],
    ] as const
  ).map(([account, amount]) => ({ account: account as LedgerAccount, amount: yuan(amount) }));
  // 3 + 5 + 4 − 1 − 9 + 0.50, and of credit 3 − 1; what another paid is his.
  expect(chargedTo(asId('a1'), postings)).toEqual({ total: yuan('2.50'), promotion: yuan('2') });
  expect(chargedTo(asId('a2'), postings)).toEqual({ total: yuan('9'), promotion: yuan('2') });
});
