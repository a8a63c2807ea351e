import type { Instant } from '../../kernel/clock.ts';
import type { AccountId, BillId, ContractId, CustomerId, EntryId, MeterPointId } from '../../kernel/ids.ts';
import type { BusinessDay } from '../../kernel/local-time.ts';
import type { Money } from '../../kernel/units.ts';
import type { ComponentSum } from './accrual.ts';
import type { Remark } from './bill.ts';
import type { LedgerAccount } from './journal.ts';

/** A line as it is printed: exact figures as decimal text. */
export interface PrintedLine {
  readonly component: string;
  /** At most 6 decimals. */
  readonly quantity: string;
  /** At most 8 decimals. */
  readonly price: string;
  /** Yuan, not rounded, at most 14 decimals. */
  readonly exact: string;
  /** Where 14 decimals do not hold it, as `1/3`. */
  readonly exactFraction?: string;
  /** Yuan in whole fen. */
  readonly amount: string;
  readonly sources: readonly string[];
}

/**
 * - `instalment`: the use of the period so far, less what earlier instalments billed
 * - `bill`: the whole period, less its instalments
 * - `credit`: takes a bill back that turned out wrong; a new one comes with it
 */
export type BillKind = 'instalment' | 'bill' | 'credit';

/** What a customer was asked for. Never changed: a mistake is answered by a credit and a new bill. */
export interface IssuedBill {
  readonly id: BillId;
  readonly kind: BillKind;
  readonly meterPointId: MeterPointId;
  readonly accountId: AccountId;
  /** What the charge was taken from. */
  readonly payer: LedgerAccount;
  readonly contractId: ContractId | undefined;
  readonly customerId: CustomerId | undefined;
  /** Units that collections are told for; empty where unknown. */
  readonly district: string;
  readonly feeder: string;
  readonly tariff: string;
  readonly customerClass: string;
  readonly periodId: string;
  readonly from: Instant;
  /** The instant of the registers that it is billed at. */
  readonly to: Instant;
  /** The month that it belongs to, as `2026-10`: the one in which the period ends, its last instant counted. */
  readonly month: string;
  readonly issuedAt: Instant;
  /** The last day on which it can be paid without a late fee. */
  readonly dueOn: BusinessDay;
  readonly lines: readonly PrintedLine[];
  /** What earlier instalments of the period billed: it is not asked for again. */
  readonly billedBefore: Money;
  /** Of the lines, less `billedBefore`; of a credit below zero. */
  readonly total: Money;
  readonly provisional: readonly Remark[];
  /** The bill that is taken back, or that this one stands in the place of. */
  readonly corrects: BillId | undefined;
  /** What is posted of the period with it. */
  readonly posted: readonly ComponentSum[];
  /** Business day and next revision of a later posting to the period. */
  readonly businessDay: BusinessDay;
  readonly revision: number;
  /** The entry that was posted with it; undefined where nothing was left to post. */
  readonly entryId: EntryId | undefined;
}

/** With the number that the store gives: without gaps, in the order of issue. */
export interface NumberedBill extends IssuedBill {
  readonly number: string;
}

/** The ids of those that a credit took back. */
export const takenBack = (bills: readonly { readonly kind: BillKind; readonly corrects: string | undefined }[]): ReadonlySet<string> =>
  new Set(bills.flatMap(({ kind, corrects }) => (kind === 'credit' && corrects !== undefined ? [corrects] : [])));
