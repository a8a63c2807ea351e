import { readBcd, writeBcd } from './bcd.ts';
import { type CalendarFields, isMoment } from './calendar.ts';
import type { MomentField } from './picture.ts';

/** A moment as far as its picture tells it: `2026-11-24T08:15:00`, `08:15:00`, `11-24T08:15`. The weekday is in `fields` only. */
export interface Moment {
  readonly text: string;
  readonly fields: CalendarFields;
  /** The number that rides along with a moment of a table (day table, tariff). */
  readonly number?: number;
}

const CENTURY = 2000;
/** What the letters of a picture stand for; NN is no part of the calendar. */
export const FIELD_NAMES = { YY: 'year', MM: 'month', DD: 'day', WW: 'weekday', hh: 'hour', mm: 'minute', ss: 'second' } as const;
/** What stands before a field in the text, when anything stands before it at all. */
const SEPARATORS: Readonly<Record<MomentField, string>> = { YY: '', MM: '-', DD: '-', WW: '', hh: 'T', mm: ':', ss: ':', NN: ' ' };

/** A moment written with what stands for each of its fields. The weekday is not written. */
export function momentText(layout: readonly MomentField[], digitsOf: (field: MomentField) => string): string {
  return layout
    .filter((field) => field !== 'WW')
    .reduce((text, field) => text + (text === '' ? '' : SEPARATORS[field]) + digitsOf(field), '');
}

/** Reads a moment, its last field first; undefined where a field is no BCD or out of range. */
export function readMoment(bytes: Uint8Array, at: number, layout: readonly MomentField[]): Moment | undefined {
  const fields: { -readonly [name in keyof CalendarFields]: CalendarFields[name] } = {};
  let number: number | undefined;
  for (const [index, field] of layout.entries()) {
    const value = readBcd(bytes, at + layout.length - 1 - index, 1);
    if (value === undefined) return undefined;
    const full = field === 'YY' ? CENTURY + value : value;
    if (field === 'NN') number = value;
    else fields[FIELD_NAMES[field]] = full;
  }
  if (!isMoment(fields)) return undefined;
  const text = momentText(layout, (field) => String(field === 'NN' ? number : fields[FIELD_NAMES[field]]).padStart(2, '0'));
  return number === undefined ? { text, fields } : { text, fields, number };
}

/** Writes a moment, its last field first; false where a field is missing or does not fit. */
export function writeMoment(target: Uint8Array, at: number, layout: readonly MomentField[], moment: Omit<Moment, 'text'>): boolean {
  if (!isMoment(moment.fields)) return false;
  return layout.every((field, index) => {
    const value = field === 'NN' ? moment.number : moment.fields[FIELD_NAMES[field]];
    const pair = field === 'YY' && value !== undefined ? value - CENTURY : value;
    return pair !== undefined && writeBcd(target, at + layout.length - 1 - index, 1, pair);
  });
}
