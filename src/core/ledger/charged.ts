/** What charges have taken from a customer. Pure. */
import type { AccountId } from '../../kernel/ids.ts';
import { addMoney, type Money, NO_MONEY, negateMoney } from '../../kernel/units.ts';
import type { ChargedSoFar } from '../model/funds.ts';
import {
  customerAccount,
  emergencyAccount,
  type LedgerAccount,
  type Posting,
  promotionAccount,
  receivableAccount,
} from '../model/journal.ts';

/** @param postings of all charges of one billing period, whoever they charge */
export function chargedTo(accountId: AccountId, postings: readonly Posting[]): ChargedSoFar {
  const promotion = promotionAccount(accountId);
  const others = [customerAccount(accountId), emergencyAccount(accountId), receivableAccount(accountId)];
  return { total: takenFrom([promotion, ...others], postings), promotion: takenFrom([promotion], postings) };
}

const takenFrom = (accounts: readonly LedgerAccount[], postings: readonly Posting[]): Money =>
  negateMoney(postings.reduce((sum, { account, amount }) => (accounts.includes(account) ? addMoney(sum, amount) : sum), NO_MONEY));
