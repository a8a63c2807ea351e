import { hexReversed } from './hex.ts';

/** Packed BCD as meters send it: two digits a byte, the lowest byte first. */

const BYTE_OF_PAIR = 100;
/** Seven bytes are 14 digits, the most that a double holds exactly together with any sum of them. */
export const LONGEST_BCD_BYTES = 7;

/**
 * The integer of `length` BCD bytes at `at`, lowest byte first.
 *
 * @returns undefined where a byte is absent or a nibble is above 9 (FF, EE and noise are no numbers)
 */
export function readBcd(bytes: Uint8Array, at: number, length: number, topMask = 0xff): number | undefined {
  let value = 0;
  for (let index = length - 1; index >= 0; index--) {
    let byte = bytes[at + index];
    if (byte === undefined) return undefined;
    if (index === length - 1) byte &= topMask;
    const low = byte & 0x0f;
    const high = byte >> 4;
    if (low > 9 || high > 9) return undefined;
    value = value * BYTE_OF_PAIR + high * 10 + low;
  }
  return value;
}

/** Writes a non-negative integer as `length` BCD bytes, lowest byte first; false where it does not fit. */
export function writeBcd(target: Uint8Array, at: number, length: number, value: number): boolean {
  let rest = value;
  for (let index = 0; index < length; index++) {
    const pair = rest % BYTE_OF_PAIR;
    target[at + index] = Math.floor(pair / 10) * 16 + (pair % 10);
    rest = Math.floor(rest / BYTE_OF_PAIR);
  }
  return rest === 0 && value >= 0;
}

/** The digits of BCD bytes, most significant first, for codes that are no quantities; undefined where one is no digit. */
export function readDigits(bytes: Uint8Array, at: number, length: number): string | undefined {
  const digits = hexReversed(bytes, at, length);
  return digits.length === length * 2 && /^\d*$/.test(digits) ? digits : undefined;
}

/** Writes digits (most significant first, two a byte) lowest byte first; false where one is no digit or the count differs. */
export function writeDigits(target: Uint8Array, at: number, length: number, digits: string): boolean {
  if (digits.length !== length * 2 || !/^\d*$/.test(digits)) return false;
  for (let index = 0; index < length; index++) {
    target[at + length - 1 - index] = Number.parseInt(digits.slice(index * 2, index * 2 + 2), 16);
  }
  return true;
}
