import { type Instant, instantOf } from '../../src/kernel/clock.ts';
import { toLocalTime, type Zone } from '../../src/kernel/local-time.ts';
import { type Dial, dialAt, dialOf, QUARTER_MS } from './dial.ts';

export interface MeterClockOptions {
  readonly zone: Zone;
  readonly startedAt: Instant;
  /** How far the meter is ahead (positive) or behind at its start. */
  readonly offsetMs: number;
  /** How much it gains, in millionths. */
  readonly driftPpm: number;
}

/** The meter's own clock: local, without a zone, a little wrong and getting worse until somebody sets it. */
export interface MeterClock {
  dialAt(now: Instant): Dial;
  set(now: Instant, shown: Dial): void;
}

export function createMeterClock({ zone, startedAt, offsetMs, driftPpm }: MeterClockOptions): MeterClock {
  const zoneOffsetAt = createZoneOffset(zone);
  let setAt = startedAt;
  let ahead = offsetMs;
  return {
    dialAt: (now) => dialAt(now + zoneOffsetAt(now) + ahead + Math.round(((now - setAt) * driftPpm) / 1e6)),
    set(now, shown) {
      ahead = shown - now - zoneOffsetAt(now);
      setAt = now;
    },
  };
}

/** Zones change their offset on quarter hours only, and asking the calendar is dear. */
function createZoneOffset(zone: Zone): (at: Instant) => number {
  let knownQuarter: number | undefined;
  let offset = 0;
  return (at) => {
    const quarter = Math.floor(at / QUARTER_MS);
    if (quarter !== knownQuarter) {
      const start = instantOf(quarter * QUARTER_MS);
      offset = dialOf(toLocalTime(start, zone)) - start;
      knownQuarter = quarter;
    }
    return offset;
  };
}
