/** What the data of both years have in common. */
import { AppError } from '../../src/kernel/app-error.ts';
import { readDigits, writeDigits } from '../shared/bcd.ts';
import { hexReversed } from '../shared/hex.ts';
import { ADDRESS_BYTES } from './link/address.ts';

/** A whole frame whose data is not what its function needs. */
export interface MessageError {
  readonly code: 'bad-data';
  readonly expected: string;
}

export const PASSWORD_BYTES = 4;
/** ss mm hh DD MM YY. */
export const TIME_BYTES = 6;

/** Reads PA P0 P1 P2 as `LLPPPPPP`: the level, then the password as its digits are written down. */
export function readPassword(data: Uint8Array, at: number): string {
  return hexReversed(data, at, 1) + hexReversed(data, at + 1, PASSWORD_BYTES - 1);
}

/** Writes `LLPPPPPP` as PA P0 P1 P2. */
export function writePassword(target: Uint8Array, at: number, password: string): void {
  const fits = writeDigits(target, at, 1, password.slice(0, 2)) && writeDigits(target, at + 1, PASSWORD_BYTES - 1, password.slice(2));
  if (!fits) throw new AppError('bad-data', 'a meter password has 8 digits: level, then password');
}

/** Six bytes of an address as 12 digits; undefined where they are not BCD. */
export function readAddressDigits(data: Uint8Array): string | undefined {
  return readDigits(data, 0, ADDRESS_BYTES);
}

/** The address of one meter: neither AA, which stands for several, nor 99…99, which calls everybody. */
const NAMES_ONE_METER = /^(?!9{12})\d{12}$/;

export function namesOneMeter(address: string): boolean {
  return NAMES_ONE_METER.test(address);
}
