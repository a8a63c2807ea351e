import { AppError } from '../../../src/kernel/app-error.ts';
import { readDigits, writeDigits } from '../../shared/bcd.ts';
import { hexReversed, hexWord } from '../../shared/hex.ts';

/** A whole frame whose data is not what its function needs. */
export interface MessageError {
  readonly code: 'bad-data';
  readonly expected: string;
}

export const DI_BYTES = 4;
export const PASSWORD_BYTES = 4;
export const OPERATOR_BYTES = 4;

/** The DI at the head of the data as 8 upper-case hex digits, DI3 first. */
export function diAt(data: Uint8Array): string {
  const [di0 = 0, di1 = 0, di2 = 0, di3 = 0] = [data[0], data[1], data[2], data[3]];
  return hexWord((di3 << 24) | (di2 << 16) | (di1 << 8) | di0);
}

/** Writes a DI, DI0 first. */
export function writeDi(target: Uint8Array, di: string): void {
  const value = Number.parseInt(di, 16);
  if (di.length !== DI_BYTES * 2 || Number.isNaN(value)) throw new AppError('bad-data', 'a DI has 8 hex digits', { di });
  for (let index = 0; index < DI_BYTES; index++) target[index] = value >>> (index * 8);
}

/** Reads PA P0 P1 P2 as `LLPPPPPP`: the level, then the password as its digits are written down. */
export function readPassword(data: Uint8Array, at: number): string {
  return hexReversed(data, at, 1) + hexReversed(data, at + 1, PASSWORD_BYTES - 1);
}

/** Writes `LLPPPPPP` as PA P0 P1 P2. */
export function writePassword(target: Uint8Array, at: number, password: string): void {
  const fits = writeDigits(target, at, 1, password.slice(0, 2)) && writeDigits(target, at + 1, PASSWORD_BYTES - 1, password.slice(2));
  if (!fits) throw new AppError('bad-data', 'a meter password has 8 digits: level, then password');
}

/** Reads the operator code C0..C3 as 8 hex digits, most significant first. */
export function readOperator(data: Uint8Array, at: number): string {
  return hexReversed(data, at, OPERATOR_BYTES);
}

export function writeOperator(target: Uint8Array, at: number, operator: string): void {
  if (!writeDigits(target, at, OPERATOR_BYTES, operator)) throw new AppError('bad-data', 'an operator code has 8 digits', { operator });
}

/** Six bytes of an address as 12 digits; undefined where they are not BCD. */
export function readAddressDigits(data: Uint8Array): string | undefined {
  return readDigits(data, 0, 6);
}
