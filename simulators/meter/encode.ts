/** How a meter lays its values out: BCD, the lowest byte first. */

import { writeBcd, writeDigits } from '../../protocols/shared/bcd.ts';
import { writeLocalTime } from '../../protocols/shared/calendar.ts';
import { AppError } from '../../src/kernel/app-error.ts';
import { type Dial, localTimeOf, weekdayOf } from './dial.ts';
import type { Registers } from './energy-counter.ts';

const ENERGY_BYTES = 4;

/** A whole number in so many bytes; one that does not fit is a broken promise. */
export function bcd(length: number, value: number): Uint8Array {
  const bytes = new Uint8Array(length);
  if (!writeBcd(bytes, 0, length, value)) throw new AppError('bad-data', 'a meter value does not fit its register', { length, value });
  return bytes;
}

/** Registers as XXXXXX.XX, one behind the other. */
export function energies(registers: Registers): Uint8Array {
  const bytes = new Uint8Array(registers.length * ENERGY_BYTES);
  for (let index = 0; index < registers.length; index++) writeBcd(bytes, index * ENERGY_BYTES, ENERGY_BYTES, registers[index] ?? 0);
  return bytes;
}

export function digits(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length / 2);
  if (!writeDigits(bytes, 0, bytes.length, text)) throw new AppError('bad-data', 'a meter code has an even count of digits', { text });
  return bytes;
}

/** A DI as it travels, DI0 first. */
export function diBytes(di: string): Uint8Array {
  return Uint8Array.from([6, 4, 2, 0], (at) => Number.parseInt(di.slice(at, at + 2), 16));
}

/** Text, its last character first, padded with NUL. */
export function text(length: number, characters: string): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < characters.length; index++) bytes[characters.length - 1 - index] = characters.charCodeAt(index);
  return bytes;
}

/** YYMMDDhhmmss, or YYMMDDhhmm. */
export function moment(shown: Dial, precision: 'second' | 'minute'): Uint8Array {
  const bytes = new Uint8Array(precision === 'second' ? 6 : 5);
  writeLocalTime(bytes, 0, localTimeOf(shown), precision);
  return bytes;
}

/** YYMMDDWW. */
export function dateWithWeekday(shown: Dial): Uint8Array {
  const { year, month, day } = localTimeOf(shown);
  return join(bcd(1, weekdayOf(shown)), bcd(1, day), bcd(1, month), bcd(1, year % 100));
}

/** hhmmss. */
export function timeOfDay(shown: Dial): Uint8Array {
  const { hour, minute, second } = localTimeOf(shown);
  return join(bcd(1, second), bcd(1, minute), bcd(1, hour));
}

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
