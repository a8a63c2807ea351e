import type { Instant } from '../../kernel/clock.ts';
import type { MeterPointId } from '../../kernel/ids.ts';
import type { BusinessDay } from '../../kernel/local-time.ts';
import type { Energy, ExactMoney, Money, Price } from '../../kernel/units.ts';
import type { RegisterName } from './register.ts';

/** One bill line of the open period so far: cumulative, exact, not rounded. */
export interface ChargeLine {
  readonly component: string;
  readonly register: RegisterName;
  /** Use since the period opened, after the ratio. */
  readonly quantity: Energy;
  readonly price: Price;
  readonly exact: ExactMoney;
}

/** What of one bill line has been posted: whole fen to the customer, 10⁻⁶ yuan to the component. */
export interface PostedLine {
  readonly component: string;
  readonly customer: Money;
  readonly revenue: Money;
}

export interface RegisterValue {
  readonly register: RegisterName;
  readonly value: Energy;
}

/** The open billing period of a meter point: everything that its charge is a function of. */
export interface Accrual {
  readonly meterPointId: MeterPointId;
  /** Opening instant of the period, RFC 3339; part of every entry's key. */
  readonly periodId: string;
  readonly opening: readonly RegisterValue[];
  readonly latest: readonly RegisterValue[];
  readonly latestAt: Instant;
  readonly lines: readonly ChargeLine[];
  readonly posted: readonly PostedLine[];
  /** The business day that `latest` belongs to: use of an earlier day must be posted first. */
  readonly businessDay: BusinessDay;
  /** Next revision of `businessDay`'s entry. */
  readonly revision: number;
  /** Σ rounded lines − Σ posted, in whole fen. Derived, stored beside what it derives from. */
  readonly accrued: Money;
}
