import { bcd, digits, join, text } from './encode.ts';
import { DAY_TABLE, TARIFFS } from './tou.ts';

/** Parameters by DI, as they travel: what every meter comes with, and what this one was given. */
export interface Parameters {
  get(di: string): Uint8Array | undefined;
  set(di: string, value: Uint8Array): void;
}

export const TRIP_DELAY_DI = '04001401';
export const SETTLEMENT_DAY_DI = '04000B01';
export const SPEED_WORD_DI = '04000703';

const DAY_TABLES = 8;
export const HOLIDAYS = 10;
const STEPS = 6;
const STEP_SETTLEMENTS = 4;
export const TARIFF_PRICE_BYTES = 4;

/** hh:mm and tariff, or month, day and day table, as they travel. */
export const tableEntry = (first: number, second: number, number: number): Uint8Array =>
  join(bcd(1, number), bcd(1, second), bcd(1, first));

const dayTable = join(...DAY_TABLE.map(({ hour, minute, tariff }) => tableEntry(hour, minute, tariff)));
const seasons = join(tableEntry(1, 1, 1), tableEntry(1, 1, 1));
/** 0.9000 sharp, 0.7500 peak, 0.5500 flat, 0.3000 valley. */
const prices = join(...[9000, 7500, 5500, 3000].map((price) => bcd(TARIFF_PRICE_BYTES, price)));
/** 180.00, 350.00, then no more limits; 0.5283, 0.5783, 0.8283; the year begins on 1 January, the other days do not come. */
const stepTable = join(
  ...[18_000, 35_000, 0, 0, 0, 0].slice(0, STEPS).map((limit) => bcd(4, limit)),
  ...[5283, 5783, 8283, 8283, 8283, 8283, 8283].map((price) => bcd(TARIFF_PRICE_BYTES, price)),
  tableEntry(1, 1, 0),
  ...Array.from({ length: STEP_SETTLEMENTS - 1 }, () => bcd(3, 999_999)),
);

const each = (count: number, di: (n: number) => string, value: Uint8Array): [string, Uint8Array][] =>
  Array.from({ length: count }, (_, index) => [di(index + 1), value]);
const pair = (n: number) => n.toString(16).toUpperCase().padStart(2, '0');

const never = bcd(5, 0);
const word = (bits: number) => Uint8Array.of(bits);

/** What may be written. */
const SETTABLE: ReadonlyMap<string, Uint8Array> = new Map([
  ['04000103', bcd(1, 15)],
  ['04000104', bcd(1, 1)],
  ['04000105', bcd(2, 80)],
  ['04000106', never],
  ['04000107', never],
  ['04000108', never],
  ['04000109', never],
  ['04000201', bcd(1, 2)],
  ['04000202', bcd(1, DAY_TABLES)],
  ['04000203', bcd(1, DAY_TABLE.length)],
  ['04000204', bcd(1, TARIFFS)],
  ['04000205', bcd(2, HOLIDAYS)],
  ['04000207', bcd(1, STEPS)],
  ['04000302', bcd(1, 5)],
  ['04000303', bcd(1, 2)],
  ['04000304', bcd(1, 4)],
  ['04000306', bcd(3, 1)],
  ['04000307', bcd(3, 1)],
  ['0400040E', bcd(6, 0)],
  ['04000601', word(0x05)],
  ['04000602', word(0x05)],
  ['04000801', word(0x7f)],
  ['04000802', bcd(1, 1)],
  ['04000901', word(0x3f)],
  ['04000902', word(0xff)],
  ['04000A01', bcd(4, 1_010_000)],
  ['04000A02', bcd(2, 15)],
  [SETTLEMENT_DAY_DI, bcd(2, 100)],
  ['04000B02', bcd(2, 9999)],
  ['04000B03', bcd(2, 9999)],
  ['04000E03', bcd(2, 2640)],
  ['04000E04', bcd(2, 1760)],
  ['04000F01', bcd(4, 0)],
  ['04000F02', bcd(4, 0)],
  ['04000F04', bcd(4, 0)],
  ['04001001', bcd(4, 0)],
  ['04001002', bcd(4, 0)],
  ['04001003', bcd(4, 0)],
  ['04001004', bcd(4, 99_999_999)],
  ['04001005', bcd(4, 0)],
  [TRIP_DELAY_DI, bcd(2, 0)],
  ['04001402', bcd(3, 0)],
  ['04001403', bcd(2, 0)],
  ['04010000', seasons],
  ['04020000', seasons],
  ...each(DAY_TABLES, (n) => `040100${pair(n)}`, dayTable),
  ...each(DAY_TABLES, (n) => `040200${pair(n)}`, dayTable),
  ...each(HOLIDAYS, (n) => `040300${pair(n)}`, new Uint8Array(4).fill(0xff)),
  ['040502FF', prices],
  ['040605FF', stepTable],
]);

/** What only the maker sets, or the meter itself. */
const FIXED: ReadonlyMap<string, Uint8Array> = new Map([
  [SPEED_WORD_DI, word(0x08)],
  ['04000404', text(6, '220V')],
  ['04000405', text(6, '5A')],
  ['04000406', text(6, '60A')],
  ['04000407', text(4, '1.0')],
  ['04000409', bcd(3, 1200)],
  ['0400040B', text(10, 'SIM-645')],
  ['0400040D', text(16, 'DL/T645-2007')],
  ['040501FF', prices],
  ['040604FF', stepTable],
  ['04800001', text(32, 'FEIKONG-SIM-1')],
]);

export function createParameters(address: string, tripDelayMinutes: number): Parameters {
  const own = new Map([
    ['04000401', digits(address)],
    ['04000402', digits(address)],
    [TRIP_DELAY_DI, bcd(2, tripDelayMinutes)],
  ]);
  return {
    get: (di) => own.get(di) ?? SETTABLE.get(di) ?? FIXED.get(di),
    set: (di, value) => void own.set(di, value.slice()),
  };
}

export const isSettable = (di: string): boolean => SETTABLE.has(di);
