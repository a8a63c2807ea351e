import type { LocalTime } from '../../src/kernel/local-time.ts';
import { readBcd, writeBcd } from './bcd.ts';

/** What a meter tells of a moment; a field that its format lacks is undefined. Weekday: Sunday 0; some meters say 7. */
export interface CalendarFields {
  readonly year?: number;
  readonly month?: number;
  readonly day?: number;
  readonly weekday?: number;
  readonly hour?: number;
  readonly minute?: number;
  readonly second?: number;
}

/** Meters keep two digits of the year; all of them count from 2000. */
const CENTURY = 2000;
const DAYS_IN_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** Whether every field that is there lies in its range and the day exists; a 29 February needs its leap year where the year is known. */
export function isMoment({ year, month, day, weekday = 0, hour = 0, minute = 0, second = 0 }: CalendarFields): boolean {
  if (weekday > 7 || hour > 23 || minute > 59 || second > 59) return false;
  if (month === undefined) return day === undefined || (day >= 1 && day <= 31);
  const days = DAYS_IN_MONTH[month - 1];
  if (days === undefined || day === undefined || day < 1 || day > days) return false;
  return !(month === 2 && day === 29 && year !== undefined && !isLeapYear(year));
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Reads `[ss] mm hh DD MM YY` at `at`; undefined where it is no date (all zero, FF, 30 February). */
export function readLocalTime(bytes: Uint8Array, at: number, precision: 'second' | 'minute'): LocalTime | undefined {
  const first = precision === 'second' ? at + 1 : at;
  const second = precision === 'second' ? readBcd(bytes, at, 1) : 0;
  const minute = readBcd(bytes, first, 1);
  const hour = readBcd(bytes, first + 1, 1);
  const day = readBcd(bytes, first + 2, 1);
  const month = readBcd(bytes, first + 3, 1);
  const year = readBcd(bytes, first + 4, 1);
  if (second === undefined || minute === undefined || hour === undefined) return undefined;
  if (day === undefined || month === undefined || year === undefined) return undefined;
  const time = { year: CENTURY + year, month, day, hour, minute, second };
  return isMoment(time) ? time : undefined;
}

/** Writes `[ss] mm hh DD MM YY` at `at`; false where it is no date of 2000..2099. */
export function writeLocalTime(target: Uint8Array, at: number, time: LocalTime, precision: 'second' | 'minute'): boolean {
  const { year, month, day, hour, minute, second } = time;
  if (year < CENTURY || !isMoment(time)) return false;
  const fields = precision === 'second' ? [second, minute, hour, day, month, year - CENTURY] : [minute, hour, day, month, year - CENTURY];
  return fields.every((field, index) => writeBcd(target, at + index, 1, field));
}
