import { expect, test } from 'vitest';
import { OWN_MONEY_ONLY } from '../../../../src/core/ledger/buckets.ts';
import { customerAccount, receivableAccount } from '../../../../src/core/model/journal.ts';
import type { AccountView } from '../../../../src/core/ports/queries.ts';
import { type CutPeriod, leftAfter } from '../../../../src/core/services/last-charge.ts';
import { POINT, yuan } from '../../../support/core-facts.ts';

const OWN = customerAccount(POINT.accountId);
const LATER = receivableAccount(POINT.accountId);
const cut = (moves: readonly string[], [total, promotion]: readonly [string, string] = ['0', '0'], payer = OWN): CutPeriod => ({
  payer,
  moves: moves.map(yuan),
  before: { total: yuan(total), promotion: yuan(promotion) },
});
/** Own money, promotional credit, emergency credit and what is owed for energy. */
const left = (own: string, promotion: string, receivable: string, ...periods: readonly CutPeriod[]): readonly number[] => {
  const funds = { ...OWN_MONEY_ONLY, promotion: yuan(promotion), receivable: yuan(receivable), emergencyLimit: yuan('5') };
  const account = { account: { id: POINT.accountId, state: 'open' }, balance: yuan(own), funds } as AccountView;
  const after = leftAfter(account, periods);
  return [after.own, after.promotion, after.emergency, after.receivable].map((amount) => Number(amount) / 1e6);
};

test.each([
  { what: 'use takes credit, own money and emergency credit', is: left('4', '2', '0', cut(['-9'])), be: [0, 0, -3, 0] },
  // 3 of 10 are left, as much as credit paid; then 2, and 3 − 2 = 1 comes back.
  { what: 'own money comes back before credit', is: left('0', '0', '0', cut(['7', '1'], ['10', '3'])), be: [7, 1, 0, 0] },
  // 6: credit 2, own 4. Then 1 is left of 6, of which credit paid 2.
  { what: 'what was used a moment ago counts', is: left('4', '2', '0', cut(['-6', '5'])), be: [4, 1, 0, 0] },
  // 5 of own money come back, and the next period takes 2 of credit first.
  { what: 'one period gives back and the next takes', is: left('0', '2', '0', cut(['5'], ['8', '0']), cut(['-3'])), be: [4, 0, 0, 0] },
  { what: 'who pays after reading owes more', is: left('4', '2', '-1', cut(['-3'], ['0', '0'], LATER)), be: [4, 2, 0, -4] },
  { what: 'or less, and gets the rest', is: left('4', '2', '-1', cut(['3'], ['9', '0'], LATER)), be: [6, 2, 0, 0] },
])('$what', ({ is, be }) => {
  expect(is).toEqual(be);
});
