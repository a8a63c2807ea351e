/** From the text of a value, as `formatValue` writes it, back to the value: what people and programs say when they write one. */
import { fromHex } from '../../src/kernel/bytes.ts';
import { parseDecimal, rescale } from '../../src/kernel/decimal.ts';
import { err, ok, type Result } from '../../src/kernel/result.ts';
import { type CalendarFields, isMoment } from './calendar.ts';
import { FIELD_NAMES, momentText } from './moment.ts';
import type { MomentField, Picture } from './picture.ts';
import type { Value } from './value.ts';

export interface TextMisfit {
  readonly code: 'bad-value-text';
  readonly expected: string;
}

const misfit = (expected: string) => err<TextMisfit>({ code: 'bad-value-text', expected });

/**
 * Reads the text of a value. Decimals may have fewer places than the picture, never more.
 *
 * @errors bad-value-text, with what the picture takes; never throws
 */
export function parseValue(picture: Picture, signed: boolean, text: string): Result<Value, TextMisfit> {
  switch (picture.kind) {
    case 'number':
      return parseNumber(picture, signed, text);
    case 'moment':
      return parseMoment(picture.fields, text);
    case 'digits':
      return new RegExp(`^\\d{${picture.bytes * 2}}$`).test(text) ? ok({ kind: 'digits', text }) : misfit(`${picture.bytes * 2} digits`);
    case 'text':
      if (text.length <= picture.bytes && /^[ -~]*$/.test(text)) return ok({ kind: 'text', text });
      return misfit(`at most ${picture.bytes} characters of ASCII`);
    case 'bits':
      if (!new RegExp(`^[0-9A-Fa-f]{${picture.bytes * 2}}$`).test(text)) return misfit(`${picture.bytes * 2} hex digits`);
      return ok({ kind: 'bits', bits: Number.parseInt(text, 16), bytes: picture.bytes });
    case 'raw':
      return parseRaw(picture.bytes, text);
  }
}

function parseNumber({ bytes, scale }: Extract<Picture, { kind: 'number' }>, signed: boolean, text: string): Result<Value, TextMisfit> {
  const places = scale === 0 ? 'without a fraction' : `with at most ${scale} decimals`;
  const expected = `a number of at most ${bytes * 2 - scale} digits ${places}${signed ? '' : ', not negative'}`;
  const decimal = parseDecimal(text);
  const unscaled = decimal.ok ? rescale(decimal.value, scale) : undefined;
  if (unscaled === undefined || (unscaled < 0n && !signed)) return misfit(expected);
  const magnitude = unscaled < 0n ? -unscaled : unscaled;
  // The sign takes the top bit, so the first digit ends at 7.
  const limit = 10n ** BigInt(bytes * 2) - (signed ? 2n * 10n ** BigInt(bytes * 2 - 1) : 0n);
  return magnitude < limit ? ok({ kind: 'number', decimal: { unscaled, scale } }) : misfit(expected);
}

/** Each field as its digits; a weekday follows from its date and is not written. */
function parseMoment(layout: readonly MomentField[], text: string): Result<Value, TextMisfit> {
  const example = momentText(layout, (field) => EXAMPLE[field]);
  const expected = `a moment as ${example}`;
  const shape = momentText(layout, (field) => PATTERN[field]);
  const found = new RegExp(`^${shape}$`).exec(text);
  if (found === null) return misfit(expected);
  const fields: { -readonly [name in keyof CalendarFields]: CalendarFields[name] } = {};
  let number: number | undefined;
  for (const [index, field] of layout.filter((one) => one !== 'WW').entries()) {
    const value = Number(found[index + 1]);
    if (field === 'NN') number = value;
    else fields[FIELD_NAMES[field]] = value;
  }
  if (!isMoment(fields)) return misfit(expected);
  if (layout.includes('WW')) fields.weekday = weekdayOf(fields);
  const shown = momentText(layout, (field) => String(field === 'NN' ? number : fields[FIELD_NAMES[field]]).padStart(2, '0'));
  return ok({ kind: 'moment', text: shown, fields, ...(number === undefined ? {} : { number }) });
}

const PATTERN: Readonly<Record<MomentField, string>> = {
  YY: '(20\\d\\d)',
  MM: '(\\d\\d)',
  DD: '(\\d\\d)',
  WW: '',
  hh: '(\\d\\d)',
  mm: '(\\d\\d)',
  ss: '(\\d\\d)',
  NN: '(\\d{1,2})',
};
const EXAMPLE: Readonly<Record<MomentField, string>> = { YY: '2026', MM: '11', DD: '24', WW: '', hh: '08', mm: '15', ss: '00', NN: '2' };

/** Shifted so that March begins the year. Sunday is 0. @source Gauss's rule of the calendar in Sakamoto's form */
const MONTH_SHIFT = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4] as const;

function weekdayOf({ year = 0, month = 1, day = 1 }: CalendarFields): number {
  const shifted = month < 3 ? year - 1 : year;
  const leaps = Math.floor(shifted / 4) - Math.floor(shifted / 100) + Math.floor(shifted / 400);
  return (shifted + leaps + (MONTH_SHIFT[month - 1] ?? 0) + day) % 7;
}

/** Hex is written with its most significant byte first, as it is shown. */
function parseRaw(bytes: number | undefined, text: string): Result<Value, TextMisfit> {
  const read = fromHex(text);
  if (read === undefined || (bytes !== undefined && read.length !== bytes)) {
    return misfit(bytes === undefined ? 'pairs of hex digits' : `${bytes * 2} hex digits`);
  }
  return ok({ kind: 'raw', bytes: read.toReversed() });
}
