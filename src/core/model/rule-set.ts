import type { Money } from '../../kernel/units.ts';

/** When and how fee control may act: data, dated by its file, each figure with its source in the file's comments. */
export interface RuleSet {
  readonly name: string;
  /** Below it the customer is told. */
  readonly warnBelow: Money;
  /** At or below it the trip flow starts: the overdraft amount, 0 where none is agreed. */
  readonly tripAtOrBelow: Money;
  /** From the delivered stop notice to the earliest trip. */
  readonly graceMs: number;
  /** Local minutes of the day between which a trip may leave; from ≥ to never opens. 0 and 1440 is always. */
  readonly window: { readonly fromMinute: number; readonly toMinute: number };
  /** Weekdays (0 Sunday) on which no trip leaves. */
  readonly noTripWeekdays: readonly number[];
  /** A trip rests on a measured reading younger than this. */
  readonly freshnessMs: number;
  /** How old a proven relay state may be when a trip is decided. */
  readonly relayFreshnessMs: number;
  /** From the command's commit to the deadline in its frame. */
  readonly tripDeadlineMs: number;
  readonly restoreDeadlineMs: number;
  /** How long a relay may take to open after the frame of a trip: one that is still closed then was not moved by it. */
  readonly relaySettleMs: number;
  /** How far a meter's clock may be off when a trip leaves; undefined: the clock is not asked for. */
  readonly relayClockBoundMs: number | undefined;
  /** A restore that is not confirmed by then becomes a case. */
  readonly restoreOverdueMs: number;
  readonly limiter: { readonly perMinute: number; readonly feederPercentPerDay: number; readonly fleetPercentPerDay: number };
  /** Accepts the notices of a simulated notifier as delivered; only for lines that are simulated. */
  readonly simulatedOnly: boolean;
}
