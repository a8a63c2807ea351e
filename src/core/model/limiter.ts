/** Trips whose `sent` was committed of late, and the sizes that the trip limiter compares them with. */
export interface LimiterCounts {
  readonly sentLastMinute: number;
  readonly sentOnFeederToday: number;
  readonly sentToday: number;
  readonly metersOnFeeder: number;
  readonly meters: number;
}
