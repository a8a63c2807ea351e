import { AppError } from '../../../src/kernel/app-error.ts';
import { writeDigits } from '../../shared/bcd.ts';
import { hexReversed, hexWord } from '../../shared/hex.ts';

export const DI_BYTES = 4;
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

/** Reads the operator code C0..C3 as 8 hex digits, most significant first. */
export function readOperator(data: Uint8Array, at: number): string {
  return hexReversed(data, at, OPERATOR_BYTES);
}

export function writeOperator(target: Uint8Array, at: number, operator: string): void {
  if (!writeDigits(target, at, OPERATOR_BYTES, operator)) throw new AppError('bad-data', 'an operator code has 8 digits', { operator });
}
