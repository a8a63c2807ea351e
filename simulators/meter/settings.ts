/** What writes, time broadcasts and freeze commands do to a meter. */
import { ERROR_BIT, type FreezeMoment, type WriteRequest } from '../../protocols/dlt645/index.ts';
import { readBcd } from '../../protocols/shared/bcd.ts';
import { isMoment, readLocalTime } from '../../protocols/shared/calendar.ts';
import type { Instant } from '../../src/kernel/clock.ts';
import type { LocalTime } from '../../src/kernel/local-time.ts';
import { DAY_MS, type Dial, dialOf, localTimeOf, MINUTE_MS, midnightOf } from './dial.ts';
import { writeParameter } from './parameters.ts';
import { PROFILES } from './profiles.ts';
import type { RelayRights } from './relay-command.ts';
import type { Works } from './works.ts';

/** Function 14; returns the ERR byte where the meter refuses. */
export function writeItem(works: Works, { di, password, value }: WriteRequest, rights: RelayRights, now: Instant): number | undefined {
  const levels: readonly string[] = PROFILES[rights.profile].writeLevels;
  if (!levels.includes(password.slice(0, 2)) || password.slice(2) !== rights.password.slice(2)) return ERROR_BIT.password;
  const shown = works.clock.dialAt(now);
  switch (di) {
    case '04000101':
      return setClock(works, now, withDate(shown, value, 1));
    case '04000102':
      return setClock(works, now, withTime(shown, value));
    case '0400010C': {
      const date = withDate(shown, value, 4);
      return setClock(works, now, date === undefined ? undefined : withTime(date, value.subarray(0, 3)));
    }
    default:
      return writeParameter(works.parameters, di, value) ? undefined : ERROR_BIT.noSuchData;
  }
}

function setClock(works: Works, now: Instant, shown: Dial | undefined): number | undefined {
  if (shown === undefined) return ERROR_BIT.other;
  works.clock.set(now, shown);
  return undefined;
}

/** DD MM YY of the value at `at`, with the time of day that the clock shows. */
function withDate(shown: Dial, value: Uint8Array, at: number): Dial | undefined {
  const [day, month, year] = [readBcd(value, at, 1), readBcd(value, at + 1, 1), readBcd(value, at + 2, 1)];
  if (value.length !== at + 3 || day === undefined || month === undefined || year === undefined) return undefined;
  const date = { ...localTimeOf(shown), year: 2000 + year, month, day };
  return isMoment(date) ? dialOf(date) : undefined;
}

/** ss mm hh of the value, on the day that the clock shows. */
function withTime(shown: Dial, value: Uint8Array): Dial | undefined {
  if (value.length !== 3) return undefined;
  const { year, month, day } = localTimeOf(shown);
  const withDay = Uint8Array.of(...value, ...[day, month, year % 100].map((pair) => Math.floor(pair / 10) * 16 + (pair % 10)));
  const time = readLocalTime(withDay, 0, 'second');
  return time === undefined ? undefined : dialOf(time);
}

const LARGEST_CORRECTION_MS = 5 * MINUTE_MS;
/** No correction from five minutes before midnight to five after. */
const NEAR_MIDNIGHT_MS = 5 * MINUTE_MS;

/** Function 08: obeyed at most once a day, for at most five minutes, away from midnight. */
export function hearTime(works: Works, time: LocalTime, now: Instant): void {
  const shown = works.clock.dialAt(now);
  const target = dialOf(time);
  const sinceMidnight = shown - midnightOf(shown);
  const nearMidnight = sinceMidnight < NEAR_MIDNIGHT_MS || sinceMidnight >= DAY_MS - NEAR_MIDNIGHT_MS;
  const doneToday = works.lastTimeBroadcast !== undefined && midnightOf(works.lastTimeBroadcast) === midnightOf(shown);
  if (nearMidnight || doneToday || Math.abs(target - shown) > LARGEST_CORRECTION_MS) return;
  works.clock.set(now, target);
  works.lastTimeBroadcast = target;
}

/** Function 16: freezes now, or from now on whenever the moment fits; a moment needs its minute. Returns the ERR byte. */
export function freeze(works: Works, at: FreezeMoment, now: Instant): number | undefined {
  if (at.minute !== null) {
    works.freezeAt = at;
    return undefined;
  }
  if (at.month !== null || at.day !== null || at.hour !== null) return ERROR_BIT.other;
  works.freezes.instant.put({ shown: works.clock.dialAt(now), registers: works.counter.registers() });
  return undefined;
}
