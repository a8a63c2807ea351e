/** Register bytes to exact decimals. No float is ever calculated with: a float's bits are an exact binary fraction. */
import { copyOf, toHex } from '../../src/kernel/bytes.ts';
import type { Decimal } from '../../src/kernel/decimal.ts';
import { divideHalfAway } from '../../src/kernel/units.ts';
import { type RegisterRow, TYPE_REGISTERS } from './register-map.ts';

type ValueRow = Pick<RegisterRow, 'type' | 'wordOrder' | 'scale' | 'decimals' | 'missing'>;

/**
 * The value that a row's registers hold.
 *
 * @param data bytes as they travel, the row's own from `at` on
 * @returns undefined where bytes are missing, where they are a mark of the row's, or where a float is no number: never zero
 */
export function readValue(row: ValueRow, data: Uint8Array, at = 0): Decimal | undefined {
  const length = TYPE_REGISTERS[row.type] * 2;
  if (at < 0 || at + length > data.length) return undefined;
  if (row.missing.length > 0 && row.missing.includes(toHex(ordered(row, copyOf(data, at, at + length))))) return undefined;
  if (row.type === 'f32') return readFloat(wordsAt(row, data, at, 2), row.scale, row.decimals);
  const bits = length > EXACT_BYTES ? longAt(row, data, at) : BigInt(wordsAt(row, data, at, length / 2));
  const whole = row.type.startsWith('i') ? BigInt.asIntN(length * 8, bits) : bits;
  const factor = factorOf(row);
  return { unscaled: factor === 1n ? whole : whole * factor, scale: row.decimals };
}

const factors = new WeakMap<ValueRow, bigint>();

/** From a row's raw integer to its value without the point. */
function factorOf(row: ValueRow): bigint {
  const known = factors.get(row);
  if (known !== undefined) return known;
  const factor = row.scale.unscaled * 10n ** BigInt(row.decimals - row.scale.scale);
  factors.set(row, factor);
  return factor;
}

/** A double holds every number of six bytes. */
const EXACT_BYTES = 6;

/** So many registers as one number, in the row's order of words; at most three fit. */
function wordsAt({ wordOrder }: ValueRow, data: Uint8Array, at: number, count: number): number {
  let bits = 0;
  for (let index = 0; index < count; index++) {
    const place = at + 2 * (wordOrder === 'high-first' ? index : count - 1 - index);
    bits = bits * 0x1_0000 + (data[place] ?? 0) * 0x100 + (data[place + 1] ?? 0);
  }
  return bits;
}

/** Four registers as one number. */
function longAt(row: ValueRow, data: Uint8Array, at: number): bigint {
  const [highAt, lowAt] = row.wordOrder === 'high-first' ? [at, at + 4] : [at + 4, at];
  return (BigInt(wordsAt(row, data, highAt, 2)) << 32n) | BigInt(wordsAt(row, data, lowAt, 2));
}

const ordered = ({ wordOrder }: ValueRow, bytes: Uint8Array): Uint8Array => (wordOrder === 'high-first' ? bytes : wordsReversed(bytes));

/** The first of a value's registers last. */
export function wordsReversed(data: Uint8Array): Uint8Array {
  const turned = new Uint8Array(data.length);
  for (let at = 0; at < data.length; at += 2) turned.set(data.subarray(at, at + 2), data.length - 2 - at);
  return turned;
}

const EXPONENT_ALL_ONES = 0xff;
const HIDDEN_BIT = 0x80_0000;
/** Of the last bit of the mantissa where the exponent field is 0. */
const LOWEST_EXPONENT = -149;

/**
 * sign(1) exponent(8) mantissa(23), times the scale, rounded half away from zero to `decimals`. Not a number and
 * infinity are no value.
 *
 * @source IEEE 754, binary32
 */
function readFloat(bits: number, scale: Decimal, decimals: number): Decimal | undefined {
  const field = (bits >>> 23) & 0xff;
  if (field === EXPONENT_ALL_ONES) return undefined;
  const mantissa = BigInt((bits & 0x7f_ffff) | (field === 0 ? 0 : HIDDEN_BIT));
  const exponent = LOWEST_EXPONENT + Math.max(0, field - 1);
  const signed = bits >>> 31 === 1 ? -mantissa : mantissa;
  const numerator = signed * scale.unscaled * 10n ** BigInt(decimals) * 2n ** BigInt(Math.max(0, exponent));
  const divisor = 10n ** BigInt(scale.scale) * 2n ** BigInt(Math.max(0, -exponent));
  return { unscaled: divideHalfAway(numerator, divisor), scale: decimals };
}
