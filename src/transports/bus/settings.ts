import type { Priority } from './exchange.ts';

/** The bounds of one bus; every figure has a default that suits a DL/T 645 line. */
export interface BusSettings {
  /** The longest that a meter may think before its first byte. */
  readonly replyDelayMs: number;
  /** What timers, adapters and our own scheduling may add to a computed wait. */
  readonly marginMs: number;
  /** How often a repeatable exchange is sent again after silence or garbage. */
  readonly repeats: number;
  /** Waiting exchanges of each priority; one more is refused. */
  readonly queueLimits: Readonly<Record<Priority, number>>;
  /** Unanswered attempts in a row after which a meter counts as silent. */
  readonly silentAfter: number;
  /** The first wait before a silent meter is probed; it doubles with each probe that fails, up to `lastProbeMs`. */
  readonly firstProbeMs: number;
  readonly lastProbeMs: number;
  /** Time spent on probing, as a share of the time that is left to everything else. A probe may be paid ahead: healthy meters lose less than 5 %. */
  readonly probeShare: number;
  /** A probe that has waited this long on a full line goes before scheduled reads; `probeShare` still bounds it. */
  readonly probePatienceMs: number;
  /** What `occupancy` looks back on. */
  readonly occupancyWindowMs: number;
}

/** @source DL/T 645-2007: reply delay 20 to 500 ms */
export const DEFAULT_BUS_SETTINGS: BusSettings = {
  replyDelayMs: 500,
  marginMs: 30,
  repeats: 1,
  queueLimits: { restore: 256, trip: 256, 'on-demand': 256, scheduled: 1024, 'back-fill': 256, probe: 64 },
  silentAfter: 4,
  firstProbeMs: 10_000,
  lastProbeMs: 600_000,
  probeShare: 0.04,
  probePatienceMs: 10_000,
  occupancyWindowMs: 60_000,
};
