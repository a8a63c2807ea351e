/**
 * Pictures: the standards' own notation for what a register holds. Byte length, scale and kind derive from the picture,
 * so they cannot disagree.
 *
 *     XXXXXX.XX  NNNN     a BCD number: two digits a byte, decimals after the point
 *     YYMMDDhhmm  DDhh    a moment, two digits a field; WW is the weekday, NN a number that rides along
 *     BCD×6               a code of 12 digits, no quantity
 *     ASCII×32            text, its last character first, padded with NUL
 *     BITS×2              a bit field
 *     RAW×50  RAW         bytes without a meaning here; RAW alone takes all there are
 */
import { AppError } from '../../src/kernel/app-error.ts';

export type Picture =
  | { readonly kind: 'number'; readonly bytes: number; readonly scale: number }
  | { readonly kind: 'moment'; readonly bytes: number; readonly fields: readonly MomentField[] }
  | { readonly kind: 'digits' | 'text' | 'bits'; readonly bytes: number }
  /** Without a length it takes all bytes that are left. */
  | { readonly kind: 'raw'; readonly bytes: number | undefined };

export type MomentField = 'YY' | 'MM' | 'DD' | 'WW' | 'hh' | 'mm' | 'ss' | 'NN';

const NUMBER = /^([XN]+)(?:\.([XN]+))?$/;
const MOMENT = /^(?:YY|MM|DD|WW|hh|mm|ss|NN)+$/;
const SIZED = /^(BCD|ASCII|BITS)×(\d+)$/;
const RAW = /^RAW(?:×(\d+))?$/;
const SIZED_KINDS = { BCD: 'digits', ASCII: 'text', BITS: 'bits' } as const;

const parsed = new Map<string, Picture>();

/** Parses a picture of a protocol table; one that no rule fits is a mistake in the table. */
export function parsePicture(picture: string): Picture {
  const known = parsed.get(picture);
  if (known !== undefined) return known;
  const made = parseNumber(picture) ?? parseMoment(picture) ?? parseSized(picture);
  if (made === undefined) throw new AppError('internal', 'a protocol table holds a picture that nobody can read', { picture });
  parsed.set(picture, made);
  return made;
}

function parseNumber(picture: string): Picture | undefined {
  const [, whole = '', fraction = ''] = NUMBER.exec(picture) ?? [];
  const digits = whole.length + fraction.length;
  return digits === 0 || digits % 2 !== 0 ? undefined : { kind: 'number', bytes: digits / 2, scale: fraction.length };
}

function parseMoment(picture: string): Picture | undefined {
  if (!MOMENT.test(picture)) return undefined;
  const fields = (picture.match(/../g) ?? []) as MomentField[];
  return { kind: 'moment', bytes: fields.length, fields };
}

function parseSized(picture: string): Picture | undefined {
  const [, word, count] = SIZED.exec(picture) ?? [];
  if (word !== undefined) return { kind: SIZED_KINDS[word as keyof typeof SIZED_KINDS], bytes: Number(count) };
  const raw = RAW.exec(picture);
  return raw === null ? undefined : { kind: 'raw', bytes: raw[1] === undefined ? undefined : Number(raw[1]) };
}
