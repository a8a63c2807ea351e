import { drawn, OWN_MONEY_ONLY, received, returned } from '../../../core/ledger/buckets.ts';
import { ownerOf } from '../../../core/ledger/chart.ts';
import {
  customerAccount,
  emergencyAccount,
  isCustomer,
  type JournalEntry,
  type LedgerAccount,
  lateFeeAccount,
  type Posting,
  promotionAccount,
  receivableAccount,
} from '../../../core/model/journal.ts';
import { type AccountId, asId } from '../../../kernel/ids.ts';
import { type Money, NO_MONEY, negateMoney } from '../../../kernel/units.ts';
import type { Book } from './book.ts';
import type { PeriodCharges } from './period-charges.ts';

/**
 * An entry as it is stored: what a charge takes from a customer comes out of his credit in its order, what its correction gives back goes
 * where it came from, and what he pays repays what he owes in its order. Decided here, by whoever writes alone, so that nobody's postings
 * conflict.
 */
export function splitPostings({ kind, key, postings }: JournalEntry, book: Book, charges: PeriodCharges): readonly Posting[] {
  if (!SPLIT.has(kind)) return postings;
  const at = postings.findIndex((posting) => needsSplit(kind, posting, book));
  const whole = postings[at];
  if (whole === undefined) return postings;
  const parts = partsOf(kind, key, whole, book, charges).filter(({ amount }) => amount !== 0n);
  return [...postings.slice(0, at), ...parts, ...postings.slice(at + 1)];
}

const SPLIT: ReadonlySet<JournalEntry['kind']> = new Set(['charge', 'payment', 'assignment', 'rebooking']);

function needsSplit(kind: JournalEntry['kind'], { account, amount }: Posting, book: Book): boolean {
  const isCharge = kind === 'charge';
  if (isCharge && amount > 0n) return isDivided(account, amount, book);
  return isCustomer(account) && amount < 0n === isCharge && book.standing(account).funds !== undefined;
}

/** A correction may give promotional credit back where there ever was some, and beyond what is owed. */
function isDivided(account: LedgerAccount, amount: Money, book: Book): boolean {
  const isOwing = account.startsWith(RECEIVABLE);
  if (!isOwing && !isCustomer(account)) return false;
  return book.of(promotionAccount(payerOf(account))) !== undefined || (isOwing && amount > -book.standing(account).balance);
}

const RECEIVABLE = 'receivable:';
const payerOf = (account: LedgerAccount): AccountId => asId(ownerOf(account) ?? '');

function partsOf(kind: JournalEntry['kind'], key: string, whole: Posting, book: Book, charges: PeriodCharges): readonly Posting[] {
  if (kind !== 'charge') return partsReceived(whole, book);
  return whole.amount < 0n ? partsDrawn(whole, book) : partsReturned(key, whole, book, charges);
}

function partsDrawn({ account, amount }: Posting, book: Book): readonly Posting[] {
  const { balance, funds = OWN_MONEY_ONLY } = book.standing(account);
  const { promotion, emergency, own } = drawn(negateMoney(amount), balance, funds);
  const id = payerOf(account);
  return [
    { account: promotionAccount(id), amount: negateMoney(promotion) },
    { account, amount: negateMoney(own) },
    { account: emergencyAccount(id), amount: negateMoney(emergency) },
  ];
}

function partsReturned(key: string, { account, amount }: Posting, book: Book, charges: PeriodCharges): readonly Posting[] {
  const id = payerOf(account);
  const owed = isCustomer(account) ? NO_MONEY : negateMoney(book.standing(account).balance);
  const { promotion, receivable, own } = returned(amount, charges.before(key, id), owed);
  return [
    { account: promotionAccount(id), amount: promotion },
    { account: receivableAccount(id), amount: receivable },
    { account: customerAccount(id), amount: own },
  ];
}

function partsReceived({ account, amount }: Posting, book: Book): readonly Posting[] {
  const { balance, funds = OWN_MONEY_ONLY } = book.standing(account);
  const { emergency, receivable, lateFee, own } = received(amount, balance, funds);
  const id = payerOf(account);
  return [
    { account: emergencyAccount(id), amount: emergency },
    { account, amount: own },
    { account: receivableAccount(id), amount: receivable },
    { account: lateFeeAccount(id), amount: lateFee },
  ];
}
