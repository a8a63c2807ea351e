/** What charges take from a customer. Pure. */
import type { AccountId } from '../../kernel/ids.ts';
import { money, negateMoney } from '../../kernel/units.ts';
import type { ChargedSoFar } from '../model/funds.ts';
import { customerAccount, emergencyAccount, type Posting, promotionAccount, receivableAccount } from '../model/journal.ts';

/** @param postings of all charges of one billing period, whoever they charge */
export function chargedTo(accountId: AccountId, postings: readonly Posting[]): ChargedSoFar {
  const given = promotionAccount(accountId);
  const paying = new Set([given, customerAccount(accountId), emergencyAccount(accountId), receivableAccount(accountId)]);
  const [total, promotion] = [
    sumOf(postings.filter(({ account }) => paying.has(account))),
    sumOf(postings.filter(({ account }) => account === given)),
  ];
  return { total: negateMoney(total), promotion: negateMoney(promotion) };
}

const sumOf = (postings: readonly Posting[]) => money(postings.reduce((sum, { amount }) => sum + amount, 0n));
