import type { BusinessDay } from '../../kernel/local-time.ts';
import type { Rational } from '../../kernel/rational.ts';
import type { Money } from '../../kernel/units.ts';

/** Dated: in force from its day on. */
export interface LateFeeRate {
  readonly from: BusinessDay;
  readonly classes: readonly string[];
  /** Share of the principal for a day in the year of the charge, and for a day in a later year. */
  readonly sameYear: Rational;
  readonly laterYears: Rational;
  readonly minimum: Money;
}

export interface LateFeeInput {
  readonly customerClass: string;
  /** Whole fen. */
  readonly principal: Money;
  /** The last day on which it could be paid without a fee. */
  readonly due: BusinessDay;
  /** The last day that counts. */
  readonly until: BusinessDay;
  readonly payments: readonly { readonly day: BusinessDay; readonly amount: Money }[];
  /** By contract, in place of the dated rates. */
  readonly rate: Rational | undefined;
  /** By contract: never more than this. */
  readonly cap: Money | undefined;
}

/** Days in a row with one principal and one rate. */
export interface LateFeeStretch {
  /** First and last day, both counted. */
  readonly from: BusinessDay;
  readonly to: BusinessDay;
  readonly days: number;
  readonly principal: Money;
  readonly rate: Rational;
  readonly exact: Rational;
}

export interface LateFee {
  readonly stretches: readonly LateFeeStretch[];
  readonly days: number;
  readonly exact: Rational;
  /** Whole fen, with the minimum and the cap. */
  readonly amount: Money;
  readonly note: 'minimum' | 'cap' | undefined;
  readonly principalLeft: Money;
  /** What payments beyond the principal have paid of it. */
  readonly feePaid: Money;
}
