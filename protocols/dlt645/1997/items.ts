/** The data of a 1997 DI taken apart into its items. */
import { readValue, type Value } from '../../shared/value.ts';
import type { Field1997, FoundRow1997 } from './catalog.ts';

export interface Item1997 {
  readonly di: string;
  readonly register: string;
  readonly name: string;
  readonly unit: string;
  /** Null where the bytes are missing or no digits: never a zero. */
  readonly value: Value | null;
}

/**
 * Takes the bytes behind a DI apart; a block ends with its data.
 *
 * @returns the items, and as `extra` the bytes that no whole item accounts for
 */
export function decodeItems1997(row: FoundRow1997, data: Uint8Array): { items: readonly Item1997[]; extra: Uint8Array } {
  const choice = choose(row, data.length);
  const items: Item1997[] = [];
  let at = 0;
  for (const field of row.fields) {
    const picture = field.pictures[choice];
    const bytes = picture?.bytes ?? 0;
    const whole = picture !== undefined && at + bytes <= data.length;
    if (!whole && row.openEnded) break;
    items.push(itemOf(field, whole ? readValue(picture, false, data, at) : undefined));
    if (whole) at += bytes;
  }
  return { items, extra: data.slice(at) };
}

/** Which picture the length of the data means: the only one, or the one that it is made of exactly; -1 for none, never a guess. */
function choose({ fields }: FoundRow1997, length: number): number {
  const pictures = fields[0]?.pictures ?? [];
  return pictures.length === 1 ? 0 : pictures.findIndex(({ bytes = 0 }) => length === bytes * fields.length);
}

function itemOf({ di, register, name, unit }: Field1997, value: Value | undefined): Item1997 {
  return { di, register, name, unit, value: value ?? null };
}

/** The longest data that a row can have, for whoever waits for it. */
export function longestData1997({ fields }: FoundRow1997): number {
  return fields.reduce((sum, { pictures }) => sum + Math.max(...pictures.map(({ bytes = 0 }) => bytes)), 0);
}
