/** What writes, time broadcasts and freeze commands do to a meter. */
import { ERROR_BIT, type FreezeMoment, type WriteRequest } from '../../protocols/dlt645/index.ts';
import { readBcd } from '../../protocols/shared/bcd.ts';
import { isMoment, readLocalTime } from '../../protocols/shared/calendar.ts';
import type { Instant } from '../../src/kernel/clock.ts';
import type { LocalTime } from '../../src/kernel/local-time.ts';
import { ACT } from './acts.ts';
import { changeoversOf, isChangeoverTime } from './changeovers.ts';
import { DAY_MS, type Dial, dialOf, localTimeOf, MINUTE_MS, midnightOf } from './dial.ts';
import { diBytes } from './encode.ts';
import { putParameter } from './parameter-writes.ts';
import { PROFILES } from './profiles.ts';
import type { RelayRights } from './relay-command.ts';
import { allDayTables, tariffsOn } from './tou-tables.ts';
import type { Works } from './works.ts';

/** Whether a password may program: its level, its digits, and the key where the meter has one. Returns the ERR byte where not. */
export function programmingError(works: Works, password: string, { profile }: Pick<RelayRights, 'profile'>): number | undefined {
  const levels: readonly string[] = PROFILES[profile].writeLevels;
  const right = levels.includes(password.slice(0, 2)) && password.slice(2) === works.password.slice(2);
  return right && works.programming !== 'locked' ? undefined : ERROR_BIT.password;
}

/** Function 14; returns the ERR byte where the meter refuses. */
export function writeItem(works: Works, request: WriteRequest, rights: RelayRights, now: Instant): number | undefined {
  const { di, password, operator } = request;
  const sealedOnly: readonly string[] = PROFILES[rights.profile].sealedParameters;
  const denied = programmingError(works, password, rights) ?? (sealedOnly.includes(di) ? ERROR_BIT.password : undefined);
  if (denied !== undefined) return denied;
  const shown = works.clock.dialAt(now);
  const tables = DAY_TABLE_DI.test(di) ? allDayTables(works.parameters) : undefined;
  const error = put(works, request, now);
  if (error !== undefined) return error;
  works.acts.note(ACT.programming, shown, operator, programmed(di));
  if (tables !== undefined) works.acts.note(ACT.dayTables, shown, operator, tables);
  if (isChangeoverTime(di)) works.changeovers = changeoversOf(works.parameters);
  if (TOU_DI.test(di)) works.tariffs = tariffsOn(works.parameters, works.tou, shown);
  return undefined;
}

const DAY_TABLE_DI = /^040[12]000[1-8]$/;
const TOU_DI = /^040[12]000[0-8]$/;
const PROGRAMMED_DIS = 10;

/** One DI of ten that a record has room for. */
function programmed(di: string): Uint8Array {
  const body = new Uint8Array(PROGRAMMED_DIS * 4).fill(0xff);
  body.set(diBytes(di));
  return body;
}

function put(works: Works, { di, value, operator }: WriteRequest, now: Instant): number | undefined {
  const shown = works.clock.dialAt(now);
  switch (di) {
    case '04000101':
      return setClock(works, now, withDate(shown, value, 1), operator);
    case '04000102':
      return setClock(works, now, withTime(shown, value), operator);
    case '0400010C': {
      const date = withDate(shown, value, 4);
      return setClock(works, now, date === undefined ? undefined : withTime(date, value.subarray(0, 3)), operator);
    }
    default:
      return putParameter(works.parameters, di, value);
  }
}

function setClock(works: Works, now: Instant, shown: Dial | undefined, operator: string): number | undefined {
  if (shown === undefined) return ERROR_BIT.other;
  works.acts.noteClock(works.clock.dialAt(now), shown, operator);
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
