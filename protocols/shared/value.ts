import { AppError } from '../../src/kernel/app-error.ts';
import { type Decimal, formatDecimal } from '../../src/kernel/decimal.ts';
import { LONGEST_BCD_BYTES, readBcd, readDigits, writeBcd, writeDigits } from './bcd.ts';
import { hexReversed } from './hex.ts';
import { type Moment, readMoment, writeMoment } from './moment.ts';
import type { Picture } from './picture.ts';

/** What a register held. Where bytes are missing, FF, EE or otherwise no digits there is no value at all: never a zero. */
export type Value =
  | { readonly kind: 'number'; readonly decimal: Decimal }
  | ({ readonly kind: 'moment' } & Moment)
  | { readonly kind: 'digits' | 'text'; readonly text: string }
  | { readonly kind: 'bits'; readonly bits: number; readonly bytes: number }
  /** In the order of the line, low byte first. */
  | { readonly kind: 'raw'; readonly bytes: Uint8Array };

/** The sign lives in the top bit of the top byte, and only where the register has one. */
const SIGN = 0x80;
const UNSIGNED_TOP = 0x7f;

/** Reads the value of a picture at `at`; undefined where there is none. Never throws. */
export function readValue(picture: Picture, signed: boolean, bytes: Uint8Array, at: number): Value | undefined {
  switch (picture.kind) {
    case 'number': {
      const decimal = readDecimal(bytes, at, picture.bytes, picture.scale, signed);
      return decimal === undefined ? undefined : { kind: 'number', decimal };
    }
    case 'moment': {
      const moment = readMoment(bytes, at, picture.fields);
      return moment === undefined ? undefined : { kind: 'moment', ...moment };
    }
    case 'digits': {
      const text = readDigits(bytes, at, picture.bytes);
      return text === undefined ? undefined : { kind: 'digits', text };
    }
    case 'text':
      return readText(bytes, at, picture.bytes);
    case 'bits':
      return readBits(bytes, at, picture.bytes);
    case 'raw':
      return { kind: 'raw', bytes: bytes.slice(at, picture.bytes === undefined ? undefined : at + picture.bytes) };
  }
}

function readDecimal(bytes: Uint8Array, at: number, length: number, scale: number, signed: boolean): Decimal | undefined {
  if (length > LONGEST_BCD_BYTES) return undefined;
  const magnitude = readBcd(bytes, at, length, signed ? UNSIGNED_TOP : 0xff);
  if (magnitude === undefined) return undefined;
  const negative = signed && ((bytes[at + length - 1] ?? 0) & SIGN) !== 0;
  return { unscaled: BigInt(negative ? -magnitude : magnitude), scale };
}

/** Text travels its last character first, padded with NUL; anything but printable ASCII is no text. */
function readText(bytes: Uint8Array, at: number, length: number): Value | undefined {
  if (bytes.length < at + length) return undefined;
  const text = String.fromCharCode(...bytes.slice(at, at + length).reverse()).replaceAll(/^\0+|\0+$/g, '');
  return /^[ -~]*$/.test(text) ? { kind: 'text', text } : undefined;
}

/** What meters send in the place of a value that they do not have. */
const MISSING = [0xff, 0xee];

/** One byte may well have all its bits set; a longer field that is FF or EE throughout is a register that is not there. */
function isMissingField(bytes: Uint8Array, at: number, length: number): boolean {
  return length > 1 && MISSING.some((mark) => bytes.subarray(at, at + length).every((byte) => byte === mark));
}

function readBits(bytes: Uint8Array, at: number, length: number): Value | undefined {
  if (bytes.length < at + length || isMissingField(bytes, at, length)) return undefined;
  let bits = 0;
  for (let index = length - 1; index >= 0; index--) bits = bits * 256 + (bytes[at + index] ?? 0);
  return { kind: 'bits', bits, bytes: length };
}

/** Writes a value as its picture says; a value that does not fit is a broken promise. `undefined` writes FF, "no value". */
export function writeValue(picture: Picture, signed: boolean, value: Value | undefined): Uint8Array {
  if (value?.kind === 'raw' && picture.kind === 'raw') return value.bytes;
  const bytes = new Uint8Array(picture.bytes ?? 0);
  if (value === undefined) return bytes.fill(0xff);
  if (!fitsInto(bytes, picture, signed, value)) throw new AppError('bad-data', 'a value does not fit its picture', { picture, value });
  return bytes;
}

function fitsInto(target: Uint8Array, picture: Picture, signed: boolean, value: Value): boolean {
  if (picture.kind === 'number' && value.kind === 'number') return writeDecimal(target, picture.scale, signed, value.decimal);
  if (picture.kind === 'moment' && value.kind === 'moment') return writeMoment(target, 0, picture.fields, value);
  if (picture.kind === 'digits' && value.kind === 'digits') return writeDigits(target, 0, target.length, value.text);
  if (picture.kind === 'text' && value.kind === 'text') return writeText(target, value.text);
  if (picture.kind === 'bits' && value.kind === 'bits') return writeBits(target, value.bits);
  return false;
}

function writeDecimal(target: Uint8Array, scale: number, signed: boolean, { unscaled, scale: given }: Decimal): boolean {
  const negative = unscaled < 0n;
  if (given !== scale || (negative && !signed)) return false;
  if (!writeBcd(target, 0, target.length, Number(negative ? -unscaled : unscaled))) return false;
  const top = target.at(-1) ?? 0;
  if (signed && (top & SIGN) !== 0) return false;
  if (negative) target[target.length - 1] = top | SIGN;
  return true;
}

function writeText(target: Uint8Array, text: string): boolean {
  if (text.length > target.length || !/^[ -~]*$/.test(text)) return false;
  for (let index = 0; index < text.length; index++) target[target.length - 1 - index] = text.charCodeAt(index);
  return true;
}

function writeBits(target: Uint8Array, bits: number): boolean {
  let rest = bits;
  for (let index = 0; index < target.length; index++) {
    target[index] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return rest === 0;
}

/** The value as people and JSON read it: an exact decimal, a date, text, or upper-case hex with the most significant byte first. */
export function formatValue(value: Value): string {
  switch (value.kind) {
    case 'number':
      return formatDecimal(value.decimal);
    case 'moment':
    case 'digits':
    case 'text':
      return value.text;
    case 'bits':
      return formatBits(value.bits, value.bytes);
    case 'raw':
      return hexReversed(value.bytes);
  }
}

function formatBits(bits: number, bytes: number): string {
  const digits = bits.toString(16).toUpperCase();
  return digits.padStart(bytes * 2, '0');
}
