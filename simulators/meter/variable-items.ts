import type { Instant } from '../../src/kernel/clock.ts';
import { BLOCK, type DataIdentifier } from './data-identifier.ts';
import { bcd, join } from './encode.ts';
import { type Mains, mainsAt } from './mains.ts';
import { type Works, wattsNow } from './works.ts';

interface Quantity {
  readonly bytes: number;
  /** Of the one phase that there is; the total is the same. */
  readonly shows: (mains: Mains) => number;
  /** DI1 = 00 is the total; without it the phases start the block. */
  readonly hasTotal: boolean;
  /** What the phases B and C of a single-phase meter show. */
  readonly absent: 'missing' | 'zero';
}

/** 1 W is 0.0010 kW. */
const POWER_STEP = 10;

const QUANTITIES: ReadonlyMap<number, Quantity> = new Map([
  [0x01, { bytes: 2, shows: ({ decivolts }: Mains) => decivolts, hasTotal: false, absent: 'missing' }],
  [0x02, { bytes: 3, shows: ({ milliamps }: Mains) => milliamps, hasTotal: false, absent: 'missing' }],
  [0x03, { bytes: 3, shows: ({ watts }: Mains) => watts * POWER_STEP, hasTotal: true, absent: 'zero' }],
  [0x04, { bytes: 3, shows: ({ reactiveVar }: Mains) => reactiveVar * POWER_STEP, hasTotal: true, absent: 'zero' }],
  [0x05, { bytes: 3, shows: ({ apparentVa }: Mains) => apparentVa * POWER_STEP, hasTotal: true, absent: 'zero' }],
  [0x06, { bytes: 2, shows: ({ powerFactor }: Mains) => powerFactor, hasTotal: true, absent: 'missing' }],
]);

const PHASES = 3;
const OTHERS = 0x80;

/** Class 02: what the instrument sees now. */
export function readVariable(works: Works, identifier: DataIdentifier, now: Instant): Uint8Array | undefined {
  return variableOf(identifier, mainsAt(works.seed, now, wattsNow(works, works.clock.dialAt(now))));
}

/** What a register of class 02 shows of the mains. */
export function variableOf(identifier: DataIdentifier, mains: Mains): Uint8Array | undefined {
  if (identifier.quantity === OTHERS) return readOther(identifier.text, mains);
  const quantity = QUANTITIES.get(identifier.quantity);
  if (quantity === undefined || identifier.nth !== 0) return undefined;
  const first = quantity.hasTotal ? 0 : 1;
  const { part } = identifier;
  if (part !== BLOCK) return part >= first && part <= PHASES ? onePhase(quantity, part, mains) : undefined;
  return join(...Array.from({ length: PHASES - first + 1 }, (_, index) => onePhase(quantity, first + index, mains)));
}

function onePhase({ bytes, shows, absent }: Quantity, phase: number, mains: Mains): Uint8Array {
  if (phase <= 1) return bcd(bytes, shows(mains));
  return absent === 'zero' ? new Uint8Array(bytes) : new Uint8Array(bytes).fill(0xff);
}

function readOther(di: string, { centihertz, milliamps, watts }: Mains): Uint8Array | undefined {
  switch (di) {
    case '02800001': // neutral current
      return bcd(3, milliamps);
    case '02800002':
      return bcd(2, centihertz);
    case '02800003': // one-minute average power
    case '02800004': // present demand
      return bcd(3, watts * POWER_STEP);
    case '02800007': // 24.5 °C
      return bcd(2, 245);
    case '02800008': // 3.60 V of the clock battery
      return bcd(2, 360);
    case '0280000A':
      return bcd(4, 52_560);
    default:
      return undefined;
  }
}
