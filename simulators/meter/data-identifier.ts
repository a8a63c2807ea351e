/** A DI taken apart: DI3 class, DI2 quantity, DI1 tariff, phase or sub-item, DI0 settlement day or n-th last. */
export interface DataIdentifier {
  readonly text: string;
  readonly class: number;
  readonly quantity: number;
  readonly part: number;
  readonly nth: number;
}

/** FF in DI1 or DI0: the whole run at once. */
export const BLOCK = 0xff;

/** @param di 8 hex digits, DI3 first */
export function identify(di: string): DataIdentifier {
  const all = Number.parseInt(di, 16);
  return { text: di, class: all >>> 24, quantity: (all >>> 16) & 0xff, part: (all >>> 8) & 0xff, nth: all & 0xff };
}
