import { AppError } from '../../../src/kernel/app-error.ts';
import { digitValue, hexHalf, hexWord } from '../../shared/hex.ts';

export const ADDRESS_BYTES = 6;
/** Everybody; nobody answers. Time and freeze only. */
export const BROADCAST_ADDRESS = '999999999999';
const OPEN_PAIR = 'AA';

/** The 12 digits of the six bytes at `at`, which travel lowest pair first; never throws. */
export function addressAt(bytes: Uint8Array, at: number): string {
  const [a0 = 0, a1 = 0, a2 = 0, a3 = 0, a4 = 0, a5 = 0] = [
    bytes[at],
    bytes[at + 1],
    bytes[at + 2],
    bytes[at + 3],
    bytes[at + 4],
    bytes[at + 5],
  ];
  return hexHalf((a5 << 8) | a4) + hexWord((a3 << 24) | (a2 << 16) | (a1 << 8) | a0);
}

/** Writes 12 digits as six bytes, lowest pair first; anything but 12 upper-case hex digits is a broken promise. */
export function writeAddress(target: Uint8Array, at: number, address: string): void {
  if (address.length !== ADDRESS_BYTES * 2) throw badAddress(address);
  for (let index = 0; index < ADDRESS_BYTES; index++) {
    const high = digitValue(address.charCodeAt(index * 2));
    const low = digitValue(address.charCodeAt(index * 2 + 1));
    if (high < 0 || low < 0) throw badAddress(address);
    target[at + ADDRESS_BYTES - 1 - index] = high * 16 + low;
  }
}

/**
 * Whether the meter that answered is one that was asked: equal digit pairs, or AA in the asked address, which may stand
 * for high pairs only.
 */
export function addressMatches(asked: string, answered: string): boolean {
  if (asked === answered) return true;
  if (asked.length !== answered.length) return false;
  let open = 0;
  while (open < asked.length && asked.startsWith(OPEN_PAIR, open)) open += OPEN_PAIR.length;
  return asked.slice(open) === answered.slice(open);
}

function badAddress(address: string): AppError {
  return new AppError('bad-address', 'a DL/T 645 address has 12 digits', { address });
}
