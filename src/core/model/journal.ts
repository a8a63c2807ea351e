import type { Instant } from '../../kernel/clock.ts';
import type { AccountId, Actor, EntryId, MeterPointId } from '../../kernel/ids.ts';
import type { BusinessDay } from '../../kernel/local-time.ts';
import type { Money } from '../../kernel/units.ts';

declare const ledgerAccount: unique symbol;
/** An account of the chart: `customer:ID`, `receivable:ID`, `cash:CHANNEL`, `revenue:COMPONENT`, `rounding`. */
export type LedgerAccount = string & { readonly [ledgerAccount]: 'ledger-account' };

export const customerAccount = (id: AccountId): LedgerAccount => `customer:${id}` as LedgerAccount;
export const isCustomer = (account: LedgerAccount): boolean => account.startsWith('customer:');
/** What a contract that pays after reading owes, below zero. */
export const receivableAccount = (id: AccountId): LedgerAccount => `receivable:${id}` as LedgerAccount;
export const cashAccount = (channel: string): LedgerAccount => `cash:${channel}` as LedgerAccount;
export const revenueAccount = (component: string): LedgerAccount => `revenue:${component}` as LedgerAccount;
export const ROUNDING_ACCOUNT = 'rounding' as LedgerAccount;

/** One line of an entry. Positive is credit: it raises what a customer has. */
export interface Posting {
  readonly account: LedgerAccount;
  readonly amount: Money;
}

/** One balanced, immutable business fact. */
export interface JournalEntry {
  readonly id: EntryId;
  readonly kind: 'payment' | 'charge' | 'reversal' | 'payout';
  /** Posted once, for ever: `payment:CHANNEL:DATE:SERIAL`, `charge:POINT:PERIOD:DAY:REVISION`, `reversal:ENTRY`, `payout:CHANNEL:DATE:SERIAL`. */
  readonly key: string;
  readonly at: Instant;
  readonly actor: Actor;
  readonly meterPointId: MeterPointId | undefined;
  readonly businessDay: BusinessDay | undefined;
  /** The entry that this one undoes. */
  readonly reverses: EntryId | undefined;
  /** Of a charge: the lines it rests on, readable by an auditor. */
  readonly memo: string;
  readonly postings: readonly Posting[];
}

/** What one entry does to one account. */
export interface AccountMove extends Pick<JournalEntry, 'id' | 'kind' | 'key' | 'at' | 'businessDay' | 'memo'> {
  readonly seq: number;
  readonly amount: Money;
}
