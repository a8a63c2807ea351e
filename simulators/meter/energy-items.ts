import { BLOCK, type DataIdentifier } from './data-identifier.ts';
import { bcd, energies } from './encode.ts';
import type { Registers } from './energy-counter.ts';
import { SETTLEMENTS_KEPT } from './history.ts';
import { TARIFFS } from './tou.ts';
import type { Works } from './works.ts';

const COMBINED_ACTIVE = 0x00;
const FORWARD_ACTIVE = 0x01;
const REVERSE_ACTIVE = 0x02;
const PURSE = 0x90;
/** Total and four tariffs: the last part that a single read may name. */
const LAST_PART = TARIFFS;
const NOTHING: Registers = [0, 0, 0, 0, 0];
/** Energy left, and energy and money overdrawn: there is never any. */
const EMPTY: ReadonlySet<string> = new Set(['00900100', '00900101', '00900201']);
const MONEY_LEFT = '00900200';

/**
 * Class 00: registers now and as of the last settlements. The household exports nothing, so combined is forward and
 * reverse is zero. FF in both places runs through the settlements, each with its total and tariffs: 260 bytes, more than
 * one reply holds.
 */
export function readEnergy(works: Works, { text, quantity, part, nth }: DataIdentifier): Uint8Array | undefined {
  if (text === MONEY_LEFT) return bcd(4, Number(works.purse.amountFen));
  if (quantity === PURSE) return EMPTY.has(text) ? bcd(4, 0) : undefined;
  if (quantity !== COMBINED_ACTIVE && quantity !== FORWARD_ACTIVE && quantity !== REVERSE_ACTIVE) return undefined;
  if ((part > LAST_PART && part !== BLOCK) || (nth > SETTLEMENTS_KEPT && nth !== BLOCK)) return undefined;
  const days = nth === BLOCK ? Array.from({ length: SETTLEMENTS_KEPT + 1 }, (_, index) => index) : [nth];
  return energies(
    days.flatMap((day) => {
      const registers = quantity === REVERSE_ACTIVE ? NOTHING : registersOf(works, day);
      return part === BLOCK ? registers : [registers[part] ?? 0];
    }),
  );
}

function registersOf(works: Works, settlement: number): Registers {
  return settlement === 0 ? works.counter.registers() : (works.settlements.last(settlement)?.registers ?? NOTHING);
}
