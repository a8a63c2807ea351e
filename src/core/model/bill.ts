import type { Instant } from '../../kernel/clock.ts';
import type { BusinessDay, Zone } from '../../kernel/local-time.ts';
import type { Rational } from '../../kernel/rational.ts';
import type { Energy, Money } from '../../kernel/units.ts';
import type { PriceBand } from './price-plan.ts';
import type { RegisterName } from './register.ts';

/** In force from `from` until before `to`, or until the next one begins. */
export interface Dated {
  readonly from: Instant;
  readonly to: Instant | undefined;
}

/** The meter that hung at the meter point, with the registers it came and went with. */
export interface MeterFact extends Dated {
  readonly meter: string;
  readonly first: ReadonlyMap<RegisterName, Energy>;
  readonly final: ReadonlyMap<RegisterName, Energy>;
  /** Whole digits of its registers. */
  readonly digits: number;
  readonly decimals: number;
  /** The most it can carry; what passes more within a roll-over is no roll-over. */
  readonly maximumKw: Rational | undefined;
}

export interface RatioFact extends Dated {
  /** CT × PT. */
  readonly ratio: bigint;
}
export interface CapacityFact extends Dated {
  readonly kva: Rational;
}
/** Where nothing is contracted the measured demand is charged. */
export interface DemandFact extends Dated {
  readonly contractedKw: Rational | undefined;
  readonly measuredKw: Rational | undefined;
}
export interface AllowanceFact extends Dated {
  /** Where it differs from the price plan's. */
  readonly perMonth: Energy | undefined;
}

/** An accepted register value. */
export interface RegisterReading {
  readonly id: string | undefined;
  readonly meter: string;
  readonly register: RegisterName;
  readonly at: Instant;
  readonly value: Energy;
  readonly supersedes: Superseded | undefined;
  /** When we heard of it: it counts in no posting before. */
  readonly heardAt: Instant;
}
/** What a correction takes the place of, among the readings of its meter and register. */
export type Superseded =
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'value'; readonly value: Energy }
  | { readonly kind: 'at'; readonly at: Instant };

/** Use of the period before, after the ratio: as stated, else as the readings of its time show it. */
export type PreviousPeriod = PreviousUse | { readonly from: Instant; readonly to: Instant };
export interface PreviousUse {
  readonly quantity: Energy;
  readonly bands: ReadonlyMap<PriceBand, Energy>;
}

/** Everything but the prices that a charge is a function of. */
export interface BillingFacts {
  readonly zone: Zone;
  readonly customerClass: string;
  readonly period: { readonly from: Instant; readonly to: Instant };
  readonly previousPeriod: PreviousPeriod | undefined;
  /** Use of the step year before the period, after the ratio, where readings do not show it. */
  readonly yearToDate: Energy | undefined;
  /** Losses are added to what is metered on the low side only. */
  readonly meteringSide: 'low' | 'high';
  readonly meters: readonly MeterFact[];
  readonly ratios: readonly RatioFact[];
  readonly capacities: readonly CapacityFact[];
  readonly demands: readonly DemandFact[];
  readonly largeFamily: readonly AllowanceFact[];
  readonly free: readonly AllowanceFact[];
  readonly opened: readonly Dated[];
}

export interface BillLine {
  readonly component: string;
  /** kWh, kVA or kW months, or the yuan that a power factor adjusts. */
  readonly quantity: Rational;
  readonly price: Rational;
  /** Yuan: quantity × price. */
  readonly exact: Rational;
  /** Whole fen: `exact`, rounded once. */
  readonly amount: Money;
  /** Where the quantity comes from, for a person; put into words when it is asked for. */
  readonly sources: () => readonly string[];
}

/** Why a figure is not final, or not believed, and the rule that was followed. */
export interface Remark {
  readonly reason: string;
  readonly rule: string;
  readonly detail: string;
}

export interface Bill {
  readonly lines: readonly BillLine[];
  readonly total: Money;
  readonly provisional: readonly Remark[];
  /** Odd, yet final. */
  readonly suspect: readonly Remark[];
}

/** What one component is posted on one business day. */
export interface DayPosting {
  readonly businessDay: BusinessDay;
  readonly component: string;
  /** Whole fen. */
  readonly customer: Money;
  readonly revenue: Money;
  /** customer − revenue. */
  readonly rounding: Money;
}
