/** Other meter points that a trip frame left for of late, and the sizes that the trip limiter compares them with. */
export interface LimiterCounts {
  readonly sentLastMinute: number;
  readonly sentOnFeederToday: number;
  readonly sentToday: number;
  readonly metersOnFeeder: number;
  readonly meters: number;
}
