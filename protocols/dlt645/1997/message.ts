import { AppError } from '../../../src/kernel/app-error.ts';
import { hexReversed } from '../../shared/hex.ts';

export const DI_BYTES = 2;

/** The DI at the head of the data as 4 upper-case hex digits, DI1 first. */
export function diAt(data: Uint8Array): string {
  return hexReversed(data, 0, DI_BYTES);
}

const DI_HEX = /^[0-9A-F]{4}$/;

/** A DI, DI0 first, and what follows it. */
export function withDi(di: string, rest: Uint8Array): Uint8Array {
  if (!DI_HEX.test(di)) throw new AppError('bad-data', 'a DI of 1997 has 4 hex digits', { di });
  const data = new Uint8Array(DI_BYTES + rest.length);
  const value = Number.parseInt(di, 16);
  data[0] = value;
  data[1] = value >>> 8;
  data.set(rest, DI_BYTES);
  return data;
}
