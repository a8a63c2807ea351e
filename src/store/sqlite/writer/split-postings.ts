import { drawn, OWN_MONEY_ONLY, received } from '../../../core/ledger/buckets.ts';
import {
  customerAccount,
  emergencyAccount,
  isCustomer,
  type JournalEntry,
  lateFeeAccount,
  type Posting,
  promotionAccount,
  receivableAccount,
} from '../../../core/model/journal.ts';
import { type AccountId, asId } from '../../../kernel/ids.ts';
import { negateMoney, subtractMoney } from '../../../kernel/units.ts';
import type { Book } from './book.ts';

/**
 * An entry as it is stored: what a charge takes from a customer comes out of his credit in its order, and what he pays repays what he owes
 * in its order. Decided here, by whoever writes alone, so that nobody's postings conflict.
 */
export function splitPostings({ kind, postings }: JournalEntry, book: Book): readonly Posting[] {
  if (!SPLIT.has(kind)) return postings;
  const at = postings.findIndex((posting) => needsSplit(kind, posting, book));
  const whole = postings[at];
  if (whole === undefined) return postings;
  const parts = partsOf(kind, whole, book).filter(({ amount }) => amount !== 0n);
  return [...postings.slice(0, at), ...parts, ...postings.slice(at + 1)];
}

const SPLIT: ReadonlySet<JournalEntry['kind']> = new Set(['charge', 'payment', 'assignment', 'rebooking']);

function needsSplit(kind: JournalEntry['kind'], { account, amount }: Posting, book: Book): boolean {
  const isCharge = kind === 'charge';
  if (isCustomer(account)) return amount < 0n === isCharge && book.standing(account).funds !== undefined;
  // A correction that gives back more than is owed.
  return isCharge && amount > 0n && account.startsWith(RECEIVABLE) && amount > -book.standing(account).balance;
}

const RECEIVABLE = 'receivable:';
const OWN = 'customer:';

function partsOf(kind: JournalEntry['kind'], { account, amount }: Posting, book: Book): readonly Posting[] {
  const { balance, funds = OWN_MONEY_ONLY } = book.standing(account);
  if (account.startsWith(RECEIVABLE)) {
    const owed = negateMoney(balance);
    return [
      { account, amount: owed },
      { account: customerAccount(asId(account.slice(RECEIVABLE.length))), amount: subtractMoney(amount, owed) },
    ];
  }
  const id = asId<AccountId>(account.slice(OWN.length));
  if (kind === 'charge') {
    const { promotion, emergency, own } = drawn(negateMoney(amount), balance, funds);
    return [
      { account: promotionAccount(id), amount: negateMoney(promotion) },
      { account, amount: negateMoney(own) },
      { account: emergencyAccount(id), amount: negateMoney(emergency) },
    ];
  }
  const { emergency, receivable, lateFee, own } = received(amount, balance, funds);
  return [
    { account: emergencyAccount(id), amount: emergency },
    { account, amount: own },
    { account: receivableAccount(id), amount: receivable },
    { account: lateFeeAccount(id), amount: lateFee },
  ];
}
