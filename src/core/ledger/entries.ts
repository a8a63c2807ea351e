/** Balanced entries: what a customer is charged is whole fen, what a component earns is 10⁻⁶ yuan, and the rounding account takes the rest. */
import type { Instant } from '../../kernel/clock.ts';
import type { AccountId, Actor, EntryId } from '../../kernel/ids.ts';
import { addMoney, type Money, NO_MONEY, negateMoney, subtractMoney } from '../../kernel/units.ts';
import type { Accrual, ComponentSum } from '../model/accrual.ts';
import { chargesOf } from '../model/charge-key.ts';
import type { PaidDebts } from '../model/funds.ts';
import {
  cashAccount,
  customerAccount,
  guaranteeAccount,
  isCash,
  isGuarantee,
  type JournalEntry,
  type LedgerAccount,
  lateFeeAccount,
  type Posting,
  ROUNDING_ACCOUNT,
  receivableAccount,
  revenueAccount,
  SUSPENSE_ACCOUNT,
} from '../model/journal.ts';
import type { UndoneSoFar } from '../model/reversal.ts';

export interface EntryStamp {
  readonly id: EntryId;
  readonly at: Instant;
  readonly actor: Actor;
}

export interface Payout {
  readonly accountId: AccountId;
  readonly amount: Money;
  readonly channel: string;
  readonly channelSerial: string;
  readonly channelDate: string;
  readonly memo: string;
}

/** Money in: the customer's credit against the channel's cash. */
export function paymentEntry(
  stamp: EntryStamp,
  payment: {
    readonly accountId: AccountId;
    readonly amount: Money;
    readonly channel: string;
    readonly channelSerial: string;
    readonly channelDate: string;
  },
): JournalEntry {
  const { accountId, amount, channel, channelSerial, channelDate } = payment;
  return {
    ...stamp,
    kind: 'payment',
    key: `payment:${channel}:${channelDate}:${channelSerial}`,
    meterPointId: undefined,
    businessDay: undefined,
    reverses: undefined,
    memo: '',
    postings: [
      { account: customerAccount(accountId), amount },
      { account: cashAccount(channel), amount: negateMoney(amount) },
    ],
  };
}

/** Money out: what was set aside of a customer's credit leaves through a channel. */
export function payoutEntry(stamp: EntryStamp, { accountId, amount, channel, channelSerial, channelDate, memo }: Payout): JournalEntry {
  return {
    ...stamp,
    kind: 'payout',
    key: `payout:${channel}:${channelDate}:${channelSerial}`,
    meterPointId: undefined,
    businessDay: undefined,
    reverses: undefined,
    memo,
    postings: [
      { account: customerAccount(accountId), amount: negateMoney(amount) },
      { account: cashAccount(channel), amount },
    ],
  };
}

/**
 * Posts what is accrued, as one entry for the accrual's business day and revision.
 *
 * @returns the entry and the accrual after it; undefined where no component has moved since the last entry
 */
export function chargeEntry(stamp: EntryStamp, accrual: Accrual): { readonly entry: JournalEntry; readonly accrual: Accrual } | undefined {
  const moved = movedSums(accrual);
  if (moved.length === 0) return undefined;
  const customer = moved.reduce((sum, line) => addMoney(sum, line.customer), NO_MONEY);
  const revenue = moved.reduce((sum, line) => addMoney(sum, line.revenue), NO_MONEY);
  const postings: Posting[] = [
    { account: accrual.payer, amount: negateMoney(customer) },
    ...moved.map((line) => ({ account: revenueAccount(line.component), amount: line.revenue })),
    { account: ROUNDING_ACCOUNT, amount: subtractMoney(customer, revenue) },
  ];
  const entry: JournalEntry = {
    ...stamp,
    kind: 'charge',
    key: `${chargesOf(accrual.meterPointId, accrual.periodId)}${accrual.businessDay}:${accrual.revision}`,
    meterPointId: accrual.meterPointId,
    businessDay: accrual.businessDay,
    reverses: undefined,
    memo: accrual.memo,
    postings: postings.filter(({ amount }) => amount !== 0n),
  };
  return { entry, accrual: { ...accrual, posted: accrual.rated, revision: accrual.revision + 1, accrued: NO_MONEY } };
}

/** What of each component is not posted yet; a component that is charged no more is taken back. */
function movedSums({ rated, posted }: Pick<Accrual, 'rated' | 'posted'>): readonly ComponentSum[] {
  const components = new Set([...rated, ...posted].map(({ component }) => component));
  return [...components]
    .map((component): ComponentSum => {
      const [now, before] = [rated, posted].map((sums) => sums.find((sum) => sum.component === component));
      return {
        component,
        customer: subtractMoney(now?.customer ?? NO_MONEY, before?.customer ?? NO_MONEY),
        revenue: subtractMoney(now?.revenue ?? NO_MONEY, before?.revenue ?? NO_MONEY),
      };
    })
    .filter(({ customer, revenue }) => customer !== 0n || revenue !== 0n);
}

/** Money that came in through a channel, with nobody to credit it to. Its serial is taken as a payment's would be. */
export function suspenseEntry(
  stamp: EntryStamp,
  { amount, channel, channelSerial, channelDate, memo }: Omit<Payout, 'accountId'>,
): JournalEntry {
  return {
    ...stamp,
    ...UNCHARGED,
    kind: 'suspense',
    key: `payment:${channel}:${channelDate}:${channelSerial}`,
    memo,
    postings: [
      { account: SUSPENSE_ACCOUNT, amount },
      { account: cashAccount(channel), amount: negateMoney(amount) },
    ],
  };
}

/** What an entry left in suspense; undefined where it left nothing there. */
export const leftInSuspense = ({ postings }: JournalEntry): Posting | undefined =>
  postings.find(({ account, amount }) => account === SUSPENSE_ACCOUNT && amount > 0n);

/** What a reversal gave back to the channel through which it had come in; a security is no money to credit. */
export const givenBack = ({ kind, postings }: JournalEntry): Posting | undefined =>
  kind === 'reversal' && !postings.some(({ account }) => isGuarantee(account))
    ? postings.find(({ account, amount }) => isCash(account) && amount > 0n)
    : undefined;

/** Credits to whom it belongs what an entry left in suspense, or what a reversal gave back and the channel still has: once for ever. */
export function creditedEntry(
  stamp: EntryStamp,
  kind: 'assignment' | 'rebooking',
  { from, left, accountId, memo }: { readonly from: EntryId; readonly left: Posting; readonly accountId: AccountId; readonly memo: string },
): JournalEntry {
  return {
    ...stamp,
    ...UNCHARGED,
    kind,
    key: `${kind}:${from}`,
    memo,
    postings: [
      { account: customerAccount(accountId), amount: left.amount },
      { account: left.account, amount: negateMoney(left.amount) },
    ],
  };
}

/** A security that came in through a channel. */
export function guaranteeEntry(stamp: EntryStamp, { accountId, amount, channel, channelSerial, channelDate, memo }: Payout): JournalEntry {
  return {
    ...stamp,
    ...UNCHARGED,
    kind: 'guarantee',
    key: `payment:${channel}:${channelDate}:${channelSerial}`,
    memo,
    postings: [
      { account: guaranteeAccount(accountId), amount },
      { account: cashAccount(channel), amount: negateMoney(amount) },
    ],
  };
}

/** What moves between two accounts of ours or of one customer, under a key of the request that asked for it. */
export function moveEntry(
  stamp: EntryStamp,
  kind: 'release' | 'promotion' | 'late-fee' | 'settlement',
  {
    key,
    from,
    to,
    amount,
    memo,
  }: { readonly key: string; readonly from: LedgerAccount; readonly to: LedgerAccount; readonly amount: Money; readonly memo: string },
): JournalEntry {
  return {
    ...stamp,
    ...UNCHARGED,
    kind,
    key: `${kind}:${key}`,
    memo,
    postings: [
      { account: to, amount },
      { account: from, amount: negateMoney(amount) },
    ],
  };
}

/**
 * Own money that lies on an account pays what is owed there.
 *
 * @param version of the account as it stood before: each is paid from once, since every posting moves it
 */
export function settlementEntry(
  stamp: EntryStamp,
  { accountId, version, paid }: { readonly accountId: AccountId; readonly version: number; readonly paid: PaidDebts },
): JournalEntry {
  const postings = [
    { account: customerAccount(accountId), amount: negateMoney(addMoney(paid.receivable, paid.lateFee)) },
    { account: receivableAccount(accountId), amount: paid.receivable },
    { account: lateFeeAccount(accountId), amount: paid.lateFee },
  ];
  return {
    ...stamp,
    ...UNCHARGED,
    kind: 'settlement',
    key: `settlement:${accountId}:${version}`,
    memo: 'Bills and late fees paid from the balance',
    postings: postings.filter(({ amount }) => amount !== NO_MONEY),
  };
}

const UNCHARGED = { meterPointId: undefined, businessDay: undefined, reverses: undefined } as const;

/** Undoes an entry: every posting turned round. */
export function reversalEntry(stamp: EntryStamp, original: JournalEntry): JournalEntry {
  return {
    ...stamp,
    kind: 'reversal',
    key: `reversal:${original.id}`,
    meterPointId: original.meterPointId,
    businessDay: original.businessDay,
    reverses: original.id,
    memo: original.memo,
    postings: original.postings.map(({ account, amount }) => ({ account, amount: negateMoney(amount) })),
  };
}

/** What came in or went out by an entry: the sum of its credits. */
export const totalOf = ({ postings }: Pick<JournalEntry, 'postings'>): Money =>
  postings.reduce((sum, { amount }) => (amount > 0n ? addMoney(sum, amount) : sum), NO_MONEY);

/**
 * Undoes a part of money that came in: what it repaid is owed again last.
 *
 * @param before what of it was undone by earlier parts, and how many they were
 * @param amount whole fen, above zero, no more than is left
 */
export function partialReversalEntry(stamp: EntryStamp, original: JournalEntry, amount: Money, before: UndoneSoFar): JournalEntry {
  const [undone, toUndo] = [creditsUpTo(original, before.undone), creditsUpTo(original, addMoney(before.undone, amount))];
  const back = toUndo.map(
    ({ account, amount: all }, index): Posting => ({ account, amount: subtractMoney(undone[index]?.amount ?? NO_MONEY, all) }),
  );
  const debit = original.postings.find((posting) => posting.amount < 0n);
  return {
    ...reversalEntry(stamp, original),
    key: `reversal:${original.id}:${before.parts + 1}`,
    partOf: totalOf(original),
    postings: [...back.filter((posting) => posting.amount !== 0n), ...(debit === undefined ? [] : [{ account: debit.account, amount }])],
  };
}

/** The credits of an entry that its first `amount` consists of, in the order in which they are undone. */
function creditsUpTo({ postings }: JournalEntry, amount: Money): readonly Posting[] {
  let rest = amount;
  const credits = postings.filter((posting) => posting.amount > 0n).toSorted((one, other) => lastUndone(one) - lastUndone(other));
  return credits.map(({ account, amount: most }) => {
    const taken = most < rest ? most : rest;
    rest = subtractMoney(rest, taken);
    return { account, amount: taken };
  });
}

/** Own money first, then what was paid off: late fee, energy, emergency credit. */
const UNDOING = ['customer:', 'late-fee:', 'receivable:', 'emergency:'];
const lastUndone = ({ account }: Posting): number => UNDOING.findIndex((prefix) => account.startsWith(prefix));
