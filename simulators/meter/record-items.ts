import { BLOCK, type DataIdentifier } from './data-identifier.ts';
import { dialAt } from './dial.ts';
import { bcd, digits, energies, join, moment } from './encode.ts';
import type { Shelf } from './history.ts';
import type { FreezeOccasion, RelayRecord, Works } from './works.ts';

/** DI2: what made the meter freeze its registers. */
const OCCASIONS: ReadonlyMap<number, FreezeOccasion> = new Map([
  [0x00, 'timed'],
  [0x01, 'instant'],
  [0x02, 'seasonSet'],
  [0x03, 'dayTableSet'],
  [0x04, 'hourly'],
  [0x05, 'priceSet'],
  [0x06, 'daily'],
  [0x07, 'stepBlocks'],
]);
const FREEZE_TIME = 0x00;
const FREEZE_FORWARD_ACTIVE = 0x01;
const FREEZE_REVERSE_ACTIVE = 0x02;

/** Class 05: when the registers were frozen, and what they showed then. The household gives nothing back. */
export function readFreeze({ freezes }: Works, { quantity, part, nth }: DataIdentifier): Uint8Array | undefined {
  const occasion = OCCASIONS.get(quantity);
  const frozen = occasion === undefined ? undefined : freezes[occasion].last(nth);
  if (occasion === undefined || frozen === undefined) return undefined;
  // Each hour the totals only.
  const registers = occasion === 'hourly' ? frozen.registers.slice(0, 1) : frozen.registers;
  const forward = energies(registers);
  const reverse = new Uint8Array(forward.length);
  switch (part) {
    case FREEZE_TIME:
      return moment(frozen.shown, 'minute');
    case FREEZE_FORWARD_ACTIVE:
      return forward;
    case FREEZE_REVERSE_ACTIVE:
      return reverse;
    case BLOCK:
      return occasion === 'hourly' ? join(moment(frozen.shown, 'minute'), forward, reverse) : undefined;
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
