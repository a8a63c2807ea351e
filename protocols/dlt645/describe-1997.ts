/** What a frame of the 1997 edition holds, in plain words and strings. */
import { hexReversed } from '../shared/hex.ts';
import { formatValue } from '../shared/value.ts';
import { type FoundRow1997, findRow1997 } from './1997/catalog.ts';
import { FUNCTION_1997 } from './1997/functions.ts';
import { decodeItems1997 } from './1997/items.ts';
import type { ItemDescription, Told } from './description.ts';
import { functionOf, isAbnormal, isReply } from './link/control.ts';
import type { Frame } from './link/frame.ts';

/** DI0 DI1 at the head of the data. */
const DI_BYTES = 2;
/** DI0 DI1 PA P0 P1 P2, then what is written. */
const VALUE_AT = 6;
const ONE_ERROR_BYTE = 1;

const NOTHING: Told = { items: [], extra: null };

/** Functions whose requests and answers carry passwords: their data is never shown. */
const SECRET: ReadonlySet<number> = new Set([FUNCTION_1997.write, FUNCTION_1997.changePassword, FUNCTION_1997.clearDemand]);
const READS: ReadonlySet<number> = new Set([FUNCTION_1997.read, FUNCTION_1997.readNext, FUNCTION_1997.reread]);

/**
 * Tells the data of a verified frame.
 *
 * @source DL/T 645-1997, application layer
 */
export function tell1997({ control, data }: Frame): Told {
  const functionCode = functionOf(control);
  if (isReply(control) && isAbnormal(control)) return data.length === ONE_ERROR_BYTE ? NOTHING : raw(data);
  if (READS.has(functionCode) && data.length >= DI_BYTES) return isReply(control) ? tellRead(data) : tellAsked(data);
  if (functionCode === FUNCTION_1997.write && !isReply(control) && data.length >= VALUE_AT) return tellWrite(data);
  return SECRET.has(functionCode) ? NOTHING : raw(data);
}

function tellRead(data: Uint8Array): Told {
  const di = hexReversed(data, 0, DI_BYTES);
  const value = data.subarray(DI_BYTES);
  const row = findRow1997(di);
  if (row === undefined) return { items: [{ ...askedItem(di, row), value: hexReversed(value) }], extra: null };
  const { items, extra } = decodeItems1997(row, value);
  return { items: items.map((item) => ({ ...item, value: item.value === null ? null : formatValue(item.value) })), extra: orNull(extra) };
}

function tellAsked(data: Uint8Array): Told {
  const di = hexReversed(data, 0, DI_BYTES);
  return { items: [askedItem(di, findRow1997(di))], extra: orNull(data.subarray(DI_BYTES)) };
}

function tellWrite(data: Uint8Array): Told {
  const di = hexReversed(data, 0, DI_BYTES);
  const passwordLevel = hexReversed(data, DI_BYTES, 1);
  const write = { passwordLevel, operator: null, value: hexReversed(data.subarray(VALUE_AT)) };
  return { items: [askedItem(di, findRow1997(di))], extra: null, write };
}

function askedItem(di: string, row: FoundRow1997 | undefined): ItemDescription {
  return { di, register: row?.register ?? `dlt645:${di}`, name: row?.name ?? null, value: null, unit: row?.unit ?? '' };
}

function raw(data: Uint8Array): Told {
  return { items: [], extra: orNull(data) };
}

function orNull(bytes: Uint8Array): string | null {
  return bytes.length === 0 ? null : hexReversed(bytes);
}
