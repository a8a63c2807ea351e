/** Whether a meter takes a new value of a parameter, and what it says where it doesn't. */
import { ERROR_BIT } from '../../protocols/dlt645/index.ts';
import { isSettable, type Parameters, TARIFF_PRICE_BYTES } from './parameters.ts';
import { TARIFFS } from './tou.ts';
import { ENTRY_BYTES, tableEntries } from './tou-tables.ts';

const SEASON_TABLE = /^040[12]0000$/;
const DAY_TABLE = /^040[12]000[1-8]$/;
const MOST_SEASONS = 14;
const MOST_SLOTS = 14;

/** Returns the ERR byte, or undefined where the value is taken. */
export function putParameter(parameters: Parameters, di: string, value: Uint8Array): number | undefined {
  if (!isSettable(di)) return ERROR_BIT.noSuchData;
  const error = misfitOf(di, value, parameters.get(di)?.length ?? 0);
  if (error === undefined) parameters.set(di, value);
  return error;
}

function misfitOf(di: string, value: Uint8Array, bytes: number): number | undefined {
  if (SEASON_TABLE.test(di) && value.length > MOST_SEASONS * ENTRY_BYTES) return ERROR_BIT.seasons;
  if (DAY_TABLE.test(di) && value.length > MOST_SLOTS * ENTRY_BYTES) return ERROR_BIT.daySlots;
  if (di === '040502FF' && value.length > TARIFFS * TARIFF_PRICE_BYTES) return ERROR_BIT.tariffs;
  if (value.length !== bytes) return ERROR_BIT.other;
  if (DAY_TABLE.test(di) && tableEntries(value).some(([, , tariff = 0]) => tariff < 1 || tariff > TARIFFS)) return ERROR_BIT.tariffs;
  return undefined;
}
