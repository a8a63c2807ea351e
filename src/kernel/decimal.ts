import { err, ok, type Result } from './result.ts';

/** An exact decimal: `unscaled` × 10^-`scale`. What a codec hands out before a unit is known. */
export interface Decimal {
  readonly unscaled: bigint;
  readonly scale: number;
}

export interface DecimalError {
  readonly code: 'bad-decimal';
  readonly text: string;
  readonly expected: string;
}

const DECIMAL = /^(-?)(\d{1,30})(?:\.(\d{1,20}))?$/;

/** Parses `-12.30`; refuses exponents, signs other than `-`, blanks and missing digits. */
export function parseDecimal(text: string): Result<Decimal, DecimalError> {
  const match = DECIMAL.exec(text);
  if (match === null) return err({ code: 'bad-decimal', text, expected: 'digits with an optional fraction, as 12.30' });
  const [, sign, whole = '', fraction = ''] = match;
  const magnitude = BigInt(whole + fraction);
  return ok({ unscaled: sign === '-' ? -magnitude : magnitude, scale: fraction.length });
}

/** Formats with exactly `scale` decimals: `{ unscaled: 26n, scale: 2 }` is `0.26`. */
export function formatDecimal({ unscaled, scale }: Decimal): string {
  const negative = unscaled < 0n;
  const digits = (negative ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const point = digits.length - scale;
  const text = scale === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`;
  return negative ? `-${text}` : text;
}

/** Formats with no more decimals than it takes, two at least: `{ unscaled: 12300n, scale: 3 }` is `12.30`. */
export function formatTrimmed(decimal: Decimal): string {
  const text = formatDecimal(decimal);
  const shortest = text.length - decimal.scale + 2;
  let end = text.length;
  while (end > shortest && text.charCodeAt(end - 1) === ZERO_DIGIT) end--;
  return text.slice(0, end);
}

const ZERO_DIGIT = 0x30;

/** The unscaled value at another scale; undefined where digits would be lost. */
export function rescale({ unscaled, scale }: Decimal, target: number): bigint | undefined {
  if (target >= scale) return unscaled * powerOfTen(target - scale);
  const divisor = powerOfTen(scale - target);
  return unscaled % divisor === 0n ? unscaled / divisor : undefined;
}

const POWERS = Array.from({ length: 32 }, (_, exponent) => 10n ** BigInt(exponent));
export const powerOfTen = (exponent: number): bigint => POWERS[exponent] ?? 10n ** BigInt(exponent);
