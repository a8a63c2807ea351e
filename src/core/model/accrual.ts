import type { Instant } from '../../kernel/clock.ts';
import type { AccountId, MeterId, MeterPointId } from '../../kernel/ids.ts';
import type { BusinessDay } from '../../kernel/local-time.ts';
import type { Energy, Money } from '../../kernel/units.ts';
import type { Remark } from './bill.ts';
import type { LedgerAccount } from './journal.ts';
import type { RegisterName } from './register.ts';

/** A good reading that a charge rests on: one of those around a boundary, or the newest. */
export interface ChargePoint {
  readonly meterId: MeterId;
  readonly register: RegisterName;
  readonly at: Instant;
  readonly value: Energy;
}

/** What a component costs, or has been posted of it: cumulative since the period opened. */
export interface ComponentSum {
  readonly component: string;
  /** Whole fen: each bill line rounded once. */
  readonly customer: Money;
  /** 10⁻⁶ yuan. */
  readonly revenue: Money;
}

/** The open billing period of a meter point: everything that its charge is a function of, and what came of it. */
export interface Accrual {
  readonly meterPointId: MeterPointId;
  readonly accountId: AccountId;
  /** What the charge is taken from: the customer's own money, or what he owes where he pays after reading. */
  readonly payer: LedgerAccount;
  /** Opening instant of the period, RFC 3339; part of every entry's key. */
  readonly periodId: string;
  readonly from: Instant;
  /** Where the period ends: it is settled at the registers of that instant. */
  readonly to: Instant;
  /** The next instalment's instant, else `to`. */
  readonly nextBillAt: Instant;
  /** What `points` were picked for: the price plan, the dated facts and the meters. Where it is another one they are picked anew. */
  readonly ground: string;
  readonly points: readonly ChargePoint[];
  /** The newest instant at which every register that is charged by was read: the charge is that of the period so far. */
  readonly latestAt: Instant;
  readonly rated: readonly ComponentSum[];
  readonly posted: readonly ComponentSum[];
  /** The lines in words, for the entry. */
  readonly memo: string;
  /** Why the charge so far is not final. */
  readonly provisional: readonly Remark[];
  /** Why the bill of the period before is not final, until its missing registers arrive. */
  readonly carried: readonly Remark[];
  /** The business day that `latestAt` belongs to: use of an earlier day must be posted first. */
  readonly businessDay: BusinessDay;
  /** Next revision of `businessDay`'s entry. */
  readonly revision: number;
  /** Σ rated − Σ posted, in whole fen. Derived, stored beside what it derives from. */
  readonly accrued: Money;
}
