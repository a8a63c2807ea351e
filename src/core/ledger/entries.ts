/** Balanced entries: what a customer is charged is whole fen, what a component earns is 10⁻⁶ yuan, and the rounding account takes the rest. */
import type { Instant } from '../../kernel/clock.ts';
import type { AccountId, Actor, EntryId } from '../../kernel/ids.ts';
import { addMoney, type Money, NO_MONEY, negateMoney, subtractMoney } from '../../kernel/units.ts';
import type { Accrual, ComponentSum } from '../model/accrual.ts';
import { cashAccount, customerAccount, type JournalEntry, type Posting, ROUNDING_ACCOUNT, revenueAccount } from '../model/journal.ts';

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
    key: `charge:${accrual.meterPointId}:${accrual.periodId}:${accrual.businessDay}:${accrual.revision}`,
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
