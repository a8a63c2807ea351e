/** Meter status words 1 to 7 (DI 04000501..07): bit fields with named bits. */

type BitNames = Readonly<Record<number, string>>;

const PHASE_WORD: BitNames = {
  0: 'voltage-loss',
  1: 'under-voltage',
  2: 'over-voltage',
  3: 'current-loss',
  4: 'over-current',
  5: 'overload',
  6: 'flow-reversed',
  7: 'phase-off',
  8: 'current-break',
};

/**
 * The names of the bits by word. Word 1 b8–b15 and word 3 b6–b15 are not in the base standard; bits whose meaning
 * differs between makers (word 3 b10, b11) say which set is in use and are no ground for a decision.
 */
const WORDS: Readonly<Record<number, BitNames>> = {
  1: {
    1: 'block-demand',
    2: 'clock-battery-low',
    3: 'outage-battery-low',
    4: 'active-reverse',
    5: 'reactive-reverse',
    8: 'control-circuit-error',
    9: 'esam-error',
    12: 'program-error',
    13: 'memory-error',
    14: 'overdraft',
    15: 'clock-error',
  },
  2: {
    0: 'active-reverse-a',
    1: 'active-reverse-b',
    2: 'active-reverse-c',
    4: 'reactive-reverse-a',
    5: 'reactive-reverse-b',
    6: 'reactive-reverse-c',
  },
  3: {
    0: 'second-day-tables',
    3: 'programming-permitted',
    4: 'relay-open',
    5: 'second-seasons',
    6: 'open-commanded',
    7: 'pre-trip-alarm',
    10: 'second-prices',
    11: 'second-step-blocks',
    12: 'keep-power',
    13: 'authenticated',
    14: 'local-account-closed',
    15: 'remote-account-closed',
  },
  4: PHASE_WORD,
  5: PHASE_WORD,
  6: PHASE_WORD,
  7: {
    0: 'voltage-sequence',
    1: 'current-sequence',
    2: 'voltage-unbalance',
    3: 'current-unbalance',
    4: 'auxiliary-loss',
    5: 'power-down',
    6: 'demand-over',
    7: 'power-factor-low',
    8: 'severe-current-unbalance',
    9: 'meter-cover-open',
    10: 'terminal-cover-open',
  },
};

/** The names of the bits that are set in a status word 1..7. */
export function statusBits(word: number, bits: number): readonly string[] {
  return Object.entries(WORDS[word] ?? {}).flatMap(([bit, name]) => (((bits >> Number(bit)) & 1) === 1 ? [name] : []));
}

/** The bits that the names stand for; a name that the word does not have stands for none. */
export function statusWord(word: number, names: Iterable<string>): number {
  const wanted = new Set(names);
  return Object.entries(WORDS[word] ?? {}).reduce((bits, [bit, name]) => (wanted.has(name) ? bits | (1 << Number(bit)) : bits), 0);
}

/** What status word 3 says about the relay and the account. */
export interface RelayStatus {
  /** Where the relay stands. */
  readonly open: boolean;
  /** What it was last told. Open but told to close: waits for the customer's button. Closed but told to open: a delayed trip. */
  readonly openCommanded: boolean;
  readonly preTripAlarm: boolean;
  /** Power preservation: a trip is refused. */
  readonly keepPower: boolean;
  readonly supply: 'mains' | 'auxiliary' | 'battery' | 'unknown';
  readonly prepayment: 'none' | 'energy' | 'money' | 'unknown';
}

export const RELAY_STATUS_DI = '04000503';
const OPEN = 1 << 4;
const OPEN_COMMANDED = 1 << 6;
const PRE_TRIP_ALARM = 1 << 7;
const KEEP_POWER = 1 << 12;
const SUPPLY_SHIFT = 1;
const PREPAYMENT_SHIFT = 8;
const TWO_BITS = 0b11;
const SUPPLIES = ['mains', 'auxiliary', 'battery', 'unknown'] as const;
const PREPAYMENTS = ['none', 'energy', 'money', 'unknown'] as const;

export function relayStatus(word3: number): RelayStatus {
  return {
    open: (word3 & OPEN) !== 0,
    openCommanded: (word3 & OPEN_COMMANDED) !== 0,
    preTripAlarm: (word3 & PRE_TRIP_ALARM) !== 0,
    keepPower: (word3 & KEEP_POWER) !== 0,
    supply: SUPPLIES[(word3 >> SUPPLY_SHIFT) & TWO_BITS] ?? 'unknown',
    prepayment: PREPAYMENTS[(word3 >> PREPAYMENT_SHIFT) & TWO_BITS] ?? 'unknown',
  };
}

/** Status word 3 from what it says; all other bits zero. */
export function relayStatusWord({ open, openCommanded, preTripAlarm, keepPower, supply, prepayment }: RelayStatus): number {
  const flags =
    (open ? OPEN : 0) | (openCommanded ? OPEN_COMMANDED : 0) | (preTripAlarm ? PRE_TRIP_ALARM : 0) | (keepPower ? KEEP_POWER : 0);
  return flags | (SUPPLIES.indexOf(supply) << SUPPLY_SHIFT) | (PREPAYMENTS.indexOf(prepayment) << PREPAYMENT_SHIFT);
}
