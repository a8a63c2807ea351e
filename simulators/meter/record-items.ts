import { BLOCK, type DataIdentifier } from './data-identifier.ts';
import { dialAt } from './dial.ts';
import { bcd, digits, energies, join, moment } from './encode.ts';
import type { Frozen, Shelf } from './history.ts';
import type { RelayRecord, Works } from './works.ts';

const TIMED = 0x00;
const INSTANT = 0x01;
const DAILY = 0x06;
const FREEZE_TIME = 0x00;
const FREEZE_FORWARD_ACTIVE = 0x01;

/** Class 05: when the registers were frozen, and what they showed then. */
export function readFreeze({ freezes }: Works, { quantity, part, nth }: DataIdentifier): Uint8Array | undefined {
  const shelf = shelfOf(freezes, quantity);
  const frozen = shelf?.last(nth);
  if (frozen === undefined) return undefined;
  if (part === FREEZE_TIME) return moment(frozen.shown, 'minute');
  return part === FREEZE_FORWARD_ACTIVE ? energies(frozen.registers) : undefined;
}

function shelfOf(freezes: Works['freezes'], quantity: number): Shelf<Frozen> | undefined {
  switch (quantity) {
    case TIMED:
      return freezes.timed;
    case INSTANT:
      return freezes.instant;
    case DAILY:
      return freezes.daily;
    default:
      return undefined;
  }
}

const RECORD_COUNT = '000001';
const LAST_ENERGY_PART = 0x08;
/** What a record shows that was never written. */
const NEVER: RelayRecord = { shown: dialAt(0), operator: '00000000', registers: [0, 0, 0, 0, 0] };

/** Classes 1D (trips) and 1E (closings): how many, and of each of the last ones the time, the operator and six energies. */
export function readRelayRecord(shelf: Shelf<RelayRecord>, { text, quantity, part, nth }: DataIdentifier): Uint8Array | undefined {
  if (text.endsWith(RECORD_COUNT)) return bcd(3, shelf.count());
  if (quantity !== 0 || nth < 1 || nth > RELAY_RECORDS_KEPT) return undefined;
  const parts = partsOf(shelf.last(nth) ?? NEVER);
  if (part === BLOCK) return join(...parts);
  return part >= 1 && part <= LAST_ENERGY_PART ? parts[part - 1] : undefined;
}

export const RELAY_RECORDS_KEPT = 10;

/** Time, operator, forward active, reverse active and the four reactive quadrants, of which the household has none. */
function partsOf(record: RelayRecord): readonly Uint8Array[] {
  const time = record === NEVER ? bcd(6, 0) : moment(record.shown, 'second');
  const none = bcd(4, 0);
  return [time, digits(record.operator), energies(record.registers.slice(0, 1)), none, none, none, none, none];
}
