import type { Instant } from '../../kernel/clock.ts';
import type { AccountId, Actor, EntryId, MeterPointId } from '../../kernel/ids.ts';
import type { BusinessDay } from '../../kernel/local-time.ts';
import type { Money } from '../../kernel/units.ts';

declare const ledgerAccount: unique symbol;
/** An account of the chart (`core/ledger/chart.ts`): `customer:ID`, `receivable:ID`, `cash:CHANNEL`, `revenue:COMPONENT`, `rounding`. */
export type LedgerAccount = string & { readonly [ledgerAccount]: 'ledger-account' };

export const customerAccount = (id: AccountId): LedgerAccount => `customer:${id}` as LedgerAccount;
export const isCustomer = (account: LedgerAccount): boolean => account.startsWith('customer:');
/** What a contract that pays after reading owes, below zero. */
export const receivableAccount = (id: AccountId): LedgerAccount => `receivable:${id}` as LedgerAccount;
/** What late payment costs, below zero while it is owed; never mixed with energy (F11). */
export const lateFeeAccount = (id: AccountId): LedgerAccount => `late-fee:${id}` as LedgerAccount;
/** Taken in as a security, given back as own money. */
export const guaranteeAccount = (id: AccountId): LedgerAccount => `guarantee:${id}` as LedgerAccount;
export const isGuarantee = (account: LedgerAccount): boolean => account.startsWith('guarantee:');
/** Given, used before own money, and never paid out. */
export const promotionAccount = (id: AccountId): LedgerAccount => `promotion:${id}` as LedgerAccount;
/** Emergency credit that was used, below zero; repaid first (F94). */
export const emergencyAccount = (id: AccountId): LedgerAccount => `emergency:${id}` as LedgerAccount;
export const cashAccount = (channel: string): LedgerAccount => `cash:${channel}` as LedgerAccount;
export const isCash = (account: LedgerAccount): boolean => account.startsWith('cash:');
export const revenueAccount = (component: string): LedgerAccount => `revenue:${component}` as LedgerAccount;
export const ROUNDING_ACCOUNT = 'rounding' as LedgerAccount;
/** Money that came in and that nobody could be found for. */
export const SUSPENSE_ACCOUNT = 'suspense' as LedgerAccount;
/** The other side of promotional credit. */
export const PROMOTION_GRANTED_ACCOUNT = 'promotion-granted' as LedgerAccount;

/** One line of an entry. Positive is credit: it raises what a customer has. */
export interface Posting {
  readonly account: LedgerAccount;
  readonly amount: Money;
}

export const ENTRY_KINDS = [
  'payment',
  'charge',
  'reversal',
  'payout',
  'suspense',
  'assignment',
  'rebooking',
  'guarantee',
  'release',
  'promotion',
  'late-fee',
  'settlement',
] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

/** One balanced, immutable business fact. */
export interface JournalEntry {
  readonly id: EntryId;
  readonly kind: EntryKind;
  /** Posted once, for ever; `docs/ledger.md` has the key of each kind. */
  readonly key: string;
  readonly at: Instant;
  readonly actor: Actor;
  readonly meterPointId: MeterPointId | undefined;
  readonly businessDay: BusinessDay | undefined;
  /** The entry that this one undoes. */
  readonly reverses: EntryId | undefined;
  /** Of a reversal of a part: what the entry that it undoes moved in all. */
  readonly partOf?: Money | undefined;
  /** Of a charge: the lines it rests on, readable by an auditor. */
  readonly memo: string;
  readonly postings: readonly Posting[];
}

/** What one entry does to one account. */
export interface AccountMove extends Pick<JournalEntry, 'id' | 'kind' | 'key' | 'at' | 'businessDay' | 'memo'> {
  readonly seq: number;
  readonly amount: Money;
}
