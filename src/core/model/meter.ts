import type { Instant } from '../../kernel/clock.ts';
import type { AccountId, LineId, MeterId, MeterPointId } from '../../kernel/ids.ts';
import type { Zone } from '../../kernel/local-time.ts';
import type { Power } from '../../kernel/units.ts';

/** The physical instrument. Secrets (passwords) stay in the configuration and never enter the store. */
export interface Meter {
  readonly id: MeterId;
  readonly meterPointId: MeterPointId;
  readonly lineId: LineId;
  /** Registry name of the driver, as `dlt645-2007`. */
  readonly protocol: string;
  readonly address: string;
}

/** The place that is supplied and billed; outlives the meter hanging there. */
export interface MeterPoint {
  readonly id: MeterPointId;
  readonly accountId: AccountId;
  readonly zone: Zone;
  /** Feeder name, for the trip limiter. */
  readonly feeder: string;
  /** CT × PT, whole numbers. */
  readonly currentRatio: bigint;
  readonly voltageRatio: bigint;
  /** The most that the connection can carry, on the meter's side of the ratio: use beyond it is not believable. */
  readonly maxPower: Power;
  readonly tariff: string;
  readonly ruleSet: string;
  /** How supply comes back, as the contract says. */
  readonly restoreBy: 'close' | 'arm';
  /** A signed fee-control agreement is on file. */
  readonly agreement: boolean;
  /** The list of customers that must not be tripped. */
  readonly keepPower: boolean;
}

/** How long a meter hung at a meter point. */
export interface MeterSpan {
  readonly meterId: MeterId;
  readonly from: Instant;
  /** Undefined while it hangs there. */
  readonly to: Instant | undefined;
}

/** The supply switch; `armed` waits for the customer's button. */
export type RelayState = 'closed' | 'open' | 'armed' | 'unknown';

/** What the load side says of the relay's report. */
export type LoadSide = 'agrees' | 'silent' | 'contradicts';

/** What the meter says of its relay when it is asked. */
export interface RelayReport {
  readonly relay: RelayState;
  /** Commanded open and still closed: the meter delays the trip. */
  readonly tripDelayed: boolean;
  /** The meter's own keep-power flag: false where such a meter has none, undefined where it has one that was not read. */
  readonly keepPower: boolean | undefined;
  /** The raw word, as `dlt645:04000503=0050`. */
  readonly evidence: string;
  readonly readAt: Instant;
}

/** What we believe of a relay, and why. */
export interface RelayBelief {
  readonly meterId: MeterId;
  /** What the last decision wants; undefined before the first. */
  readonly desired: 'closed' | 'open' | undefined;
  readonly reported: RelayState;
  readonly reportedAt: Instant | undefined;
  readonly evidence: string | undefined;
  readonly keepPower: boolean | undefined;
  readonly loadSide: LoadSide;
}
