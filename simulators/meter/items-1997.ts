/**
 * What a virtual meter shows under a DI of 1997: the same works, asked under the DI of 2007 that holds the quantity, and
 * laid out as 1997 has it.
 */
import { readBcd } from '../../protocols/shared/bcd.ts';
import { bcd } from './encode.ts';

interface Source {
  readonly di: string;
  /** Where the layouts differ: how many digits 1997 leaves away behind the point, and how long the value then is. */
  readonly cut?: { readonly digits: number; readonly bytes: number };
}

/** One decimal less, and three less, in two bytes: the layouts of the base standard. */
const WHOLE_VOLTS = { digits: 1, bytes: 2 };
const CENTIAMPERES = { digits: 1, bytes: 2 };
const CENTIKILOVAR = { digits: 2, bytes: 2 };

const TARIFF_PLACES = [0, 1, 2, 3, 4] as const;
/** The block of a quantity: place F in 1997, FF in 2007. */
const BLOCK_PLACES = [...TARIFF_PLACES, 0xf] as const;

const partOf = (place: number) => (place === 0xf ? 'FF' : `0${place}`);
const placeOf = (place: number) => place.toString(16).toUpperCase();

const energies = (['01', '02'] as const).flatMap((quantity) =>
  [
    ['90', '00'],
    ['94', '01'],
    ['98', '02'],
  ].flatMap(([month = '', settlement = '']) =>
    BLOCK_PLACES.map((place): readonly [string, Source] => [
      `${month}${Number(quantity)}${placeOf(place)}`,
      { di: `00${quantity}${partOf(place)}${settlement}` },
    ]),
  ),
);

const PHASES = [1, 2, 3] as const;
const TOTAL_AND_PHASES = [0, ...PHASES] as const;

const variables = (head: string, quantity: string, places: readonly number[], cut?: Source['cut']) =>
  places.map((place): readonly [string, Source] => [
    `${head}${place}`,
    { di: `02${quantity}${partOf(place)}00`, ...(cut === undefined ? {} : { cut }) },
  ]);

const SOURCES: ReadonlyMap<string, Source> = new Map([
  ...energies,
  ...variables('B61', '01', PHASES, WHOLE_VOLTS),
  ...variables('B62', '02', PHASES, CENTIAMPERES),
  ...variables('B63', '03', TOTAL_AND_PHASES),
  ...variables('B64', '04', TOTAL_AND_PHASES, CENTIKILOVAR),
  ...variables('B65', '06', TOTAL_AND_PHASES),
  ['C010', { di: '04000101' }],
  ['C011', { di: '04000102' }],
  ['C030', { di: '04000409' }],
  ['C032', { di: '04000402' }],
  ['C033', { di: '0400040E' }],
  ['C034', { di: '04000401' }],
  ['C111', { di: '04000103' }],
  ['C112', { di: '04000104' }],
  ['C310', { di: '04000201' }],
  ['C311', { di: '04000202' }],
  ['C312', { di: '04000203' }],
  ['C313', { di: '04000204' }],
]);

/** The DI of 2007 that holds what a DI of 1997 asks for; undefined where this meter has no such data. */
export function sourceOf1997(di: string): Source | undefined {
  return SOURCES.get(di);
}

/** Lays a value of 2007 out as 1997 has it. Digits that 1997 lacks are cut off, as meters do; what is no number stays FF. */
export function layOut1997(value: Uint8Array, cut: Source['cut']): Uint8Array {
  if (cut === undefined) return value;
  const number = readBcd(value, 0, value.length);
  if (number === undefined) return new Uint8Array(cut.bytes).fill(0xff);
  return bcd(cut.bytes, Math.floor(number / 10 ** cut.digits));
}
