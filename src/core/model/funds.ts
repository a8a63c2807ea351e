import type { AccountId } from '../../kernel/ids.ts';
import type { Money } from '../../kernel/units.ts';

/** What is agreed of an account's credit and of its debts. */
export interface CreditTerms {
  readonly accountId: AccountId;
  /** Emergency credit: how far it may be used, whole fen, not below zero. */
  readonly emergencyLimit: Money;
  /** Whole percent of each payment that goes to debts, 0..100 (F97). */
  readonly recoveryShare: number;
}

/** What a billing period has cost a customer so far, whatever of his paid it. */
export interface ChargedSoFar {
  readonly total: Money;
  /** Of it what promotional credit paid and did not come back. */
  readonly promotion: Money;
}

/** What an account has besides its own money, and what it owes. */
export interface Funds {
  /** Promotional credit, not below zero. */
  readonly promotion: Money;
  /** Emergency credit that was used, not above zero. */
  readonly emergency: Money;
  readonly emergencyLimit: Money;
  /** Owed for energy, not above zero. */
  readonly receivable: Money;
  /** Owed for late payment, not above zero. */
  readonly lateFee: Money;
  readonly recoveryShare: number;
}

/** What of debts is paid, not below zero. */
export interface PaidDebts {
  readonly receivable: Money;
  readonly lateFee: Money;
}
