/** The data of a DI taken apart into its items and put together again. */
import { AppError } from '../../../src/kernel/app-error.ts';
import { readValue, type Value, writeValue } from '../../shared/value.ts';
import type { Field, FoundRow } from './catalog/find.ts';
import type { Unit } from './catalog/row.ts';

export interface Item {
  readonly di: string;
  readonly register: string;
  readonly name: string;
  readonly unit: Unit;
  /** Null where the bytes are missing, FF, EE or otherwise no value. */
  readonly value: Value | null;
  /** Of a demand: when it occurred; null where the bytes are no date. */
  readonly time?: Value | null;
}

export interface DecodedItems {
  readonly items: readonly Item[];
  /** Bytes beyond what the row says: some meters end a block with AA or FF, some send more than the standard. */
  readonly extra: Uint8Array;
}

const NO_BYTES = new Uint8Array(0);

/**
 * Takes the bytes behind a DI apart.
 *
 * Items follow one another without separators; a block has as many as its length makes. Where the data is too short
 * for the row, the items that it cannot hold come without a value and what is left over is `extra`.
 */
export function decodeItems(row: FoundRow, data: Uint8Array): DecodedItems {
  const items: Item[] = [];
  let at = 0;
  let whole = true;
  for (const declared of row.fields) {
    const field = fitted(declared, data.length - at);
    const end = at + (fieldBytes(field) ?? data.length - at);
    whole &&= end <= data.length;
    if (!whole && row.openEnded) break;
    items.push(whole ? decodeItem(field, data, at) : missingItem(field));
    if (whole) at = end;
  }
  return { items, extra: at === data.length ? NO_BYTES : data.slice(at) };
}

/** The field as the meter has it, where it is shorter in some. */
function fitted(field: Field, bytesLeft: number): Field {
  return field.shorter?.bytes === bytesLeft ? { ...field, picture: field.shorter } : field;
}

function decodeItem(field: Field, data: Uint8Array, at: number): Item {
  const { di, register, name, unit, signed, picture, time } = field;
  const value = readValue(picture, signed, data, at) ?? null;
  if (time === undefined) return { di, register, name, unit, value };
  return { di, register, name, unit, value, time: readValue(time, false, data, at + (picture.bytes ?? 0)) ?? null };
}

/** The item of a field whose bytes are not there. */
function missingItem({ di, register, name, unit, time }: Field): Item {
  return time === undefined ? { di, register, name, unit, value: null } : { di, register, name, unit, value: null, time: null };
}

/** Bytes of one field; undefined where it takes all that are left. */
export function fieldBytes({ picture, time }: Field): number | undefined {
  return picture.bytes === undefined ? undefined : picture.bytes + (time?.bytes ?? 0);
}

/** The longest data that a row can have, for whoever waits for it; undefined where its length is open. */
export function longestData({ fields }: FoundRow): number | undefined {
  return fields.reduce<number | undefined>((sum, field) => {
    const size = fieldBytes(field);
    return sum === undefined || size === undefined ? undefined : sum + size;
  }, 0);
}

/** What is to be written in one field; null writes what stands for "not set", mostly FF. */
export type FieldValue = Pick<Item, 'value' | 'time'>;

/**
 * Puts items together as a meter sends them. Fewer than the row has only where its data may end early.
 *
 * @param before what the meter holds: a field that has no value in it and shall have none keeps its bytes
 */
export function encodeItems(row: FoundRow, values: readonly FieldValue[], before?: Uint8Array): Uint8Array {
  if (values.length > row.fields.length || (values.length < row.fields.length && !row.openEnded)) {
    throw new AppError('bad-data', 'a row takes as many values as it has fields', { di: row.di, values: values.length });
  }
  let at = 0;
  const pieces = values.flatMap((value, index) => {
    const field = row.fields[index];
    if (field === undefined) return [];
    const piece = encodeField(asKept(field, value, before?.subarray(at)), value, before?.subarray(at));
    at += piece.reduce((sum, bytes) => sum + bytes.length, 0);
    return piece;
  });
  const data = new Uint8Array(at);
  at = 0;
  for (const piece of pieces) {
    data.set(piece, at);
    at += piece.length;
  }
  return data;
}

/** The field as long as the meter has it; where the value does not fit into that, as the row says. */
function asKept(field: Field, { value }: FieldValue, before: Uint8Array | undefined): Field {
  const kept = before === undefined ? field : fitted(field, before.length);
  const isTooLong = value?.kind === 'number' && value.decimal.unscaled >= 100n ** BigInt(kept.picture.bytes ?? 0);
  return isTooLong ? field : kept;
}

function encodeField(field: Field, { value, time }: FieldValue, before: Uint8Array | undefined): readonly Uint8Array[] {
  const bytes = value === null ? unsetBytes(field, before) : writeValue(field.picture, field.signed, value);
  return field.time === undefined ? [bytes] : [bytes, writeValue(field.time, false, time ?? undefined)];
}

/** What stands for "no value" in a field: as the meter writes it, else as the row says; nothing where its length is open. */
function unsetBytes({ picture, signed, unset }: Field, before: Uint8Array | undefined): Uint8Array {
  const length = picture.bytes ?? 0;
  const isHeld = before !== undefined && before.length >= length && readValue(picture, signed, before, 0) === undefined;
  return isHeld ? before.slice(0, length) : new Uint8Array(length).fill(unset);
}
