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
  const choice = choose(row, data);
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

/** Some meters end their data with it; no digits can hold it. */
const CLOSING = 0xaa;

/**
 * Which picture the length of the data means: the only one, the one that all items make, or of a block that lacks items
 * the only one that some make; -1 for none, never a guess.
 */
function choose({ fields, openEnded }: FoundRow1997, data: Uint8Array): number {
  const pictures = fields[0]?.pictures ?? [];
  if (pictures.length === 1) return 0;
  const length = data.at(-1) === CLOSING ? data.length - 1 : data.length;
  const whole = pictures.findIndex(({ bytes = 0 }) => length === bytes * fields.length);
  if (whole >= 0 || !openEnded) return whole;
  const some = pictures.filter(({ bytes = 0 }) => length > 0 && length % bytes === 0 && length < bytes * fields.length);
  const [only, ...others] = some;
  return only === undefined || others.length > 0 ? -1 : pictures.indexOf(only);
}

function itemOf({ di, register, name, unit }: Field1997, value: Value | undefined): Item1997 {
  return { di, register, name, unit, value: value ?? null };
}

/** The longest data that a row can have, for whoever waits for it. */
export function longestData1997({ fields }: FoundRow1997): number {
  return fields.reduce((sum, { pictures }) => sum + Math.max(...pictures.map(({ bytes = 0 }) => bytes)), 0);
}
