/** Exact fractions, for products and shares that no fixed number of decimals holds: a day of a month, a percentage of an amount. */
import { type Decimal, formatTrimmed, powerOfTen } from './decimal.ts';
import { divideHalfAway } from './units.ts';

/** In lowest terms; the denominator is positive. */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

export const ZERO: Rational = { numerator: 0n, denominator: 1n };

/** @param denominator never zero */
export function rational(numerator: bigint, denominator = 1n): Rational {
  if (denominator === 1n) return { numerator, denominator };
  const sign = denominator < 0n ? -1n : 1n;
  const divisor = greatestCommonDivisor(numerator < 0n ? -numerator : numerator, denominator * sign);
  return { numerator: (numerator * sign) / divisor, denominator: (denominator * sign) / divisor };
}

function greatestCommonDivisor(left: bigint, right: bigint): bigint {
  let [larger, smaller] = [left, right];
  while (smaller !== 0n) [larger, smaller] = [smaller, larger % smaller];
  return larger === 0n ? 1n : larger;
}

export const rationalOf = ({ unscaled, scale }: Decimal): Rational => rational(unscaled, powerOfTen(scale));
export const add = (left: Rational, right: Rational): Rational =>
  left.denominator === right.denominator
    ? rational(left.numerator + right.numerator, left.denominator)
    : rational(left.numerator * right.denominator + right.numerator * left.denominator, left.denominator * right.denominator);
export const subtract = (left: Rational, right: Rational): Rational => add(left, { ...right, numerator: -right.numerator });
export const times = (left: Rational, right: Rational): Rational =>
  rational(left.numerator * right.numerator, left.denominator * right.denominator);
export const sum = (values: readonly Rational[]): Rational => values.reduce(add, ZERO);
export const isZero = ({ numerator }: Rational): boolean => numerator === 0n;

/** The value in 10^-`scale`, half away from zero. */
export const roundTo = ({ numerator, denominator }: Rational, scale: number): bigint =>
  divideHalfAway(numerator * powerOfTen(scale), denominator);

/** Whether `scale` decimals hold it without rounding. */
export const isExactAt = ({ numerator, denominator }: Rational, scale: number): boolean =>
  (numerator * powerOfTen(scale)) % denominator === 0n;

/** Decimal with at least two and at most `scale` decimals, half away from zero. */
export const formatRational = (value: Rational, scale: number): string => formatTrimmed({ unscaled: roundTo(value, scale), scale });
