import { formatInstant, type Instant, instantOf } from './clock.ts';
import { memoized } from './memo.ts';

declare const zone: unique symbol;
/** An IANA time zone, as `Asia/Shanghai`, checked by `parseZone`. */
export type Zone = string & { readonly [zone]: 'zone' };
declare const day: unique symbol;
/** A business day in a meter point's zone, `YYYY-MM-DD`. */
export type BusinessDay = string & { readonly [day]: 'business-day' };

/** A wall clock without a zone, as a meter keeps it. Month 1..12, day 1..31. */
export interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const MS_PER_DAY = 86_400_000;

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(name: string): Intl.DateTimeFormat {
  const known = formatters.get(name);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-CA', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  formatters.set(name, made);
  return made;
}

/** Undefined where the runtime does not know the zone. */
export function parseZone(name: string): Zone | undefined {
  try {
    formatterOf(name);
    return name as Zone;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

export function toLocalTime(at: Instant, inZone: Zone): LocalTime {
  const wallMs = at + offsetAt(at, inZone);
  const days = Math.floor(wallMs / MS_PER_DAY);
  const seconds = Math.floor((wallMs - days * MS_PER_DAY) / 1_000);
  return { ...dateAfter(days), hour: Math.floor(seconds / 3_600), minute: Math.floor(seconds / 60) % 60, second: seconds % 60 };
}

/** A zone answers slowly, and its clocks are changed a few times a year: its offset is kept for each quarter of an hour. */
const SLOT_MS = 900_000;
const offsetAt = (at: Instant, inZone: Zone): number => slotOffsets(inZone)(Math.floor(at / SLOT_MS)) ?? offsetMs(at, inZone);

/** Undefined where the clocks are changed within the slot. */
const slotOffsets = memoized(64, (inZone: Zone) =>
  memoized(4_096, (slot: number): number | undefined => {
    const from = slot * SLOT_MS;
    const offset = offsetMs(instantOf(from), inZone);
    return offset === offsetMs(instantOf(from + SLOT_MS - 1), inZone) ? offset : undefined;
  }),
);

/** The date so many days after 1970-01-01. */
const dateAfter = memoized(4_096, (days: number): Pick<LocalTime, 'year' | 'month' | 'day'> => {
  const text = formatInstant(instantOf(days * MS_PER_DAY));
  // Years before 0 and after 9999 have a sign and six digits.
  const start = text.indexOf('-', 1);
  return {
    year: Number(text.slice(0, start)),
    month: Number(text.slice(start + 1, start + 3)),
    day: Number(text.slice(start + 4, start + 6)),
  };
});

/** As the zone itself tells it. */
function wallTime(at: Instant, inZone: Zone): LocalTime {
  const fields: Record<string, number> = {};
  for (const { type, value } of formatterOf(inZone).formatToParts(at)) fields[type] = Number(value);
  const { year = 0, month = 0, day: dayOfMonth = 0, hour = 0, minute = 0, second = 0 } = fields;
  return { year, month, day: dayOfMonth, hour, minute, second };
}

/** The instant of a wall time in a zone; in a repeated hour the earlier one, in a skipped hour the same distance behind the gap. */
export function fromLocalTime(local: LocalTime, inZone: Zone): Instant {
  const asUtc = utcOf(local);
  // A zone changes its offset at most once within the two days around: one of the offsets at their ends is the right one.
  const before = offsetMs(instantOf(asUtc - MS_PER_DAY), inZone);
  const after = offsetMs(instantOf(asUtc + MS_PER_DAY), inZone);
  const early = instantOf(asUtc - before);
  const late = instantOf(asUtc - after);
  return offsetMs(early, inZone) !== before && offsetMs(late, inZone) === after ? late : early;
}

function utcOf({ year, month, day: dayOfMonth, hour, minute, second }: LocalTime): number {
  return Date.UTC(year, month - 1, dayOfMonth, hour, minute, second);
}

function offsetMs(at: Instant, inZone: Zone): number {
  return utcOf(wallTime(at, inZone)) - Math.floor(at / 1000) * 1000;
}

const two = (value: number) => String(value).padStart(2, '0');

export const businessDayOf = (at: Instant, inZone: Zone): BusinessDay => dayAfter(Math.floor((at + offsetAt(at, inZone)) / MS_PER_DAY));

const dayAfter = memoized(4_096, (days: number): BusinessDay => {
  const { year, month, day: dayOfMonth } = dateAfter(days);
  return `${year}-${two(month)}-${two(dayOfMonth)}` as BusinessDay;
});

/** The instant at which a business day begins. */
export const startOfDay = (day: BusinessDay, inZone: Zone): Instant => dayStarts(`${day} ${inZone}`);

/** A bill asks for the same days again and again, and a zone answers slowly. */
const dayStarts = memoized(4096, (dayAndZone) => {
  const day = dayAndZone.slice(0, 10) as BusinessDay;
  return fromLocalTime({ ...dateOf(day), hour: 0, minute: 0, second: 0 }, dayAndZone.slice(11) as Zone);
});

/** Year, month 1..12 and day of the month. */
export function dateOf(day: BusinessDay): { readonly year: number; readonly month: number; readonly day: number } {
  return { year: Number(day.slice(0, 4)), month: Number(day.slice(5, 7)), day: Number(day.slice(8, 10)) };
}

export function nextDay(day: BusinessDay): BusinessDay {
  const { year, month, day: dayOfMonth } = dateOf(day);
  if (dayOfMonth < daysInMonth(year, month)) return toBusinessDay(year, month, dayOfMonth + 1);
  return month === 12 ? toBusinessDay(year + 1, 1, 1) : toBusinessDay(year, month + 1, 1);
}

export function previousDay(day: BusinessDay): BusinessDay {
  const { year, month, day: dayOfMonth } = dateOf(day);
  if (dayOfMonth > 1) return toBusinessDay(year, month, dayOfMonth - 1);
  return month === 1 ? toBusinessDay(year - 1, 12, 31) : toBusinessDay(year, month - 1, daysInMonth(year, month - 1));
}

export const toBusinessDay = (year: number, month: number, dayOfMonth: number): BusinessDay =>
  `${String(year).padStart(4, '0')}-${two(month)}-${two(dayOfMonth)}` as BusinessDay;

/** @param month 1..12 */
export const daysInMonth = (year: number, month: number): number => (Date.UTC(year, month, 1) - Date.UTC(year, month - 1, 1)) / MS_PER_DAY;

/** 0 is Sunday. */
export function weekdayOf(day: BusinessDay): number {
  const { year, month, day: dayOfMonth } = dateOf(day);
  // 1 January 1970 was a Thursday.
  return (Date.UTC(year, month - 1, dayOfMonth) / MS_PER_DAY + 4) % 7;
}

/** @param days whole, not below zero */
export function addDays(day: BusinessDay, days: number): BusinessDay {
  let later = day;
  for (let count = 0; count < days; count++) later = nextDay(later);
  return later;
}

/** Whole days from one day to another. */
export function daysBetween(from: BusinessDay, to: BusinessDay): number {
  const [start, end] = [dateOf(from), dateOf(to)];
  return (Date.UTC(end.year, end.month - 1, end.day) - Date.UTC(start.year, start.month - 1, start.day)) / MS_PER_DAY;
}

/** Undefined where the calendar has no such day. */
export function parseBusinessDay(text: string): BusinessDay | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (match === null) return undefined;
  const [year, month, dayOfMonth] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (month < 1 || month > 12 || dayOfMonth < 1 || dayOfMonth > daysInMonth(year, month)) return undefined;
  return text as BusinessDay;
}

/** Minutes since local midnight, 0..1439. */
export function minuteOfDay({ hour, minute }: LocalTime): number {
  return hour * 60 + minute;
}

/** `YYYY-MM-DDThh:mm:ss`, no zone. */
export function formatLocalTime({ year, month, day: dayOfMonth, hour, minute, second }: LocalTime): string {
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(dayOfMonth)}T${two(hour)}:${two(minute)}:${two(second)}`;
}

const LOCAL_TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)$/;

/** The inverse of `formatLocalTime`; undefined where the text is no wall time. */
export function parseLocalTime(text: string): LocalTime | undefined {
  const [year = 0, month = 0, dayOfMonth = 0, hour = 0, minute = 0, second = 0] = LOCAL_TIME.exec(text)?.slice(1).map(Number) ?? [];
  const time = { year, month, day: dayOfMonth, hour, minute, second };
  return formatLocalTime(asLocalTime(utcOf(time))) === text ? time : undefined;
}

function asLocalTime(utcMs: number): LocalTime {
  return toLocalTime(instantOf(utcMs), 'UTC' as Zone);
}
