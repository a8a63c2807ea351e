/**
 * The face of a meter's clock as one number: milliseconds since 1970 *as if its wall time were UTC*. Days, quarter hours
 * and minutes are then plain division, whatever the zone.
 */
import { AppError } from '../../src/kernel/app-error.ts';
import { instantOf } from '../../src/kernel/clock.ts';
import { fromLocalTime, type LocalTime, parseZone, toLocalTime, type Zone } from '../../src/kernel/local-time.ts';

declare const dial: unique symbol;
export type Dial = number & { readonly [dial]: 'dial' };

export const MINUTE_MS = 60_000;
export const QUARTER_MS = 15 * MINUTE_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
export const QUARTERS_A_DAY = 96;

const UTC = zoneNamed('UTC');

export const dialAt = (ms: number): Dial => ms as Dial;
export const dialOf = (local: LocalTime): Dial => dialAt(fromLocalTime(local, UTC));
export const localTimeOf = (shown: Dial): LocalTime => toLocalTime(instantOf(shown), UTC);

export const midnightOf = (shown: Dial): Dial => dialAt(Math.floor(shown / DAY_MS) * DAY_MS);
/** 0..95. */
export const quarterOf = (shown: Dial): number => Math.floor((shown - midnightOf(shown)) / QUARTER_MS);
/** Sunday is 0; 1 January 1970 was a Thursday. */
export const weekdayOf = (shown: Dial): number => (Math.floor(shown / DAY_MS) + 4) % 7;

export function zoneNamed(name: string): Zone {
  const zone = parseZone(name);
  if (zone === undefined) throw new AppError('internal', 'this runtime does not know the time zone', { name });
  return zone;
}
