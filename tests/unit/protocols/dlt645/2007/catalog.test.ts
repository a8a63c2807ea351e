import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type FoundRow, findRegister, findRow, longestData } from '../../../../../protocols/dlt645/index.ts';
import { parsePicture } from '../../../../../protocols/shared/picture.ts';

interface CatalogEntry {
  readonly di: string;
  readonly format: string;
  readonly bytes: string;
  readonly unit: string;
  readonly signed: boolean;
  readonly access: string;
}

const entries = JSON.parse(
  readFileSync(new URL('../../../../fixtures/catalogs/di-catalog-2007.json', import.meta.url), 'utf8'),
) as readonly CatalogEntry[];

/** Entries that no row stands for, each with its reason. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  '02FFFF00? (02FF00FF)': 'the standard defines no block of all variables; each variable block is read by itself',
  '00FE0001': 'one source, and it does not say whether the time has minutes',
  '04001503': 'write-only reset of one maker without a known layout',
  '05080001': 'one source, and the lengths of its parts are not known',
};

/** Entries that resolve, but differ in one fact, each with its reason. */
const DIFFERENT_LENGTH: Readonly<Record<string, string>> = {
  '04001404': 'one source gives one or two bytes; its picture XXXX has two',
  '03120000': 'the catalogue lists the first of the six counts that the standard has',
};
/** Of a structure each part has its own unit; these are none. */
const DIFFERENT_UNIT: Readonly<Record<string, string>> = {
  '04000302': 'the catalogue leaves the unit of "seconds per screen" away',
  '1D000301..1D000801': 'three energies are active, the others reactive',
};

const ACCESS: Readonly<Record<string, string>> = { R: 'read', RW: 'read-write', W: 'write' };

/** `04000C01..0A` and `1D000301..1D000801` name a run by its ends. */
function endsOf(di: string): readonly string[] {
  const [first = '', last] = di.split('..');
  return last === undefined ? [first] : [first, first.slice(0, -last.length) + last];
}

/** Bytes of one item: `4(k+1)` and `3P` repeat an item, `see A.4` and an empty cell say nothing. */
function bytesOf({ bytes, format }: CatalogEntry): { readonly total?: number; readonly item?: number } {
  const [, item, repeated] = /^(\d+)(\(k\+1\)|k|P|m)?$/.exec(bytes.replace(' each', '')) ?? [];
  if (item === undefined) return {};
  return repeated !== undefined && format.includes('×') ? { item: Number(item) } : { total: Number(item) };
}

/** Decimals of a number's picture; undefined for dates, text and structures. */
function scaleOf(format: string): number | undefined {
  const [, fraction] = /^\(?[XN]+(?:\.([XN]+))?(?:\)| |$|\+)/.exec(format) ?? [undefined, undefined];
  return /^\(?[XN]+(\.|\b)/.test(format) ? (fraction ?? '').length : undefined;
}

const covered = entries
  .filter(({ di }) => !(di in LEFT_OUT))
  .flatMap((entry) => endsOf(entry.di).map((di) => ({ ...entry, di, listedAs: entry.di })));

const NO_FIELD = { picture: parsePicture('RAW'), time: undefined };

function rowOf(di: string): FoundRow {
  const row = findRow(di);
  if (row === undefined) throw new Error(`no row for ${di}`);
  return row;
}

describe('the DI catalogue of DL/T 645-2007', () => {
  test('has every entry with the length, scale, unit, sign and access of the standard', () => {
    for (const entry of covered) {
      const row = rowOf(entry.di);
      const [field = NO_FIELD] = row.fields;
      expect(row.di, entry.di).toBe(entry.di);

      const { total, item } = bytesOf(entry);
      const itemBytes = (field.picture.bytes ?? 0) + (field.time?.bytes ?? 0);
      if (total !== undefined && !(entry.listedAs in DIFFERENT_LENGTH)) expect(longestData(row), entry.di).toBe(total);
      if (item !== undefined) expect(itemBytes, entry.di).toBe(item);
      if (field.picture.kind === 'number' && /[XN]/.test(entry.format)) expect(field.picture.scale, entry.di).toBe(scaleOf(entry.format));
      const units = new Set(row.fields.map(({ unit }) => unit));
      if (row.row.parts === undefined && !(entry.listedAs in DIFFERENT_UNIT)) expect([...units], entry.di).toEqual([entry.unit]);
      expect(row.row.signed, entry.di).toBe(entry.signed);
      expect(row.row.access, entry.di).toBe(ACCESS[entry.access]);
    }
  });

  test('leaves out only what is listed with its reason', () => {
    expect(
      entries
        .filter(({ di }) => endsOf(di).some((each) => findRow(each) === undefined))
        .map(({ di }) => di)
        .toSorted(),
    ).toEqual(Object.keys(LEFT_OUT).toSorted());
    expect(entries).toHaveLength(292);
    expect(entries.filter(({ di }) => endsOf(di).every((each) => findRow(each) !== undefined))).toHaveLength(288);
  });

  // Times of 6 bytes, operators of 4, energies of 4, U 2, I 3, P 3, Q 3, PF 2: 13 for what a phase saw.
  test.each([
    ['03010101', 'two times, four totals, three phases of four energies and 13, four charges', 12 + 16 + 3 * (16 + 13) + 16],
    ['03040302', 'as the loss of a voltage', 131],
    ['030B0201', 'as that, without charges', 131 - 16],
    ['030E010A', 'two times, energies of the whole and of three phases', 12 + 4 * 16],
    ['03070001', 'as a reversal', 76],
    ['03090001', 'as a reversal, and a rate', 76 + 2],
    ['03050001', 'time, current, time', 15],
    ['03060001', 'two times', 12],
    ['03120101', 'two times, a demand of 3 and its time of 5', 20],
    ['03100000', 'statistics of the whole', 3 + 3 + 3 + 3 + 3 + 2 + 4 + 2 + 4],
    ['03100102', 'statistics of a phase, whose rates have two bytes', 25],
    ['03300001', 'time, operator, ten DIs', 10 + 10 * 4],
    ['03300101', 'time, operator, 24 energies', 10 + 24 * 4],
    ['03300201', 'time, operator, 24 demands with their times', 10 + 24 * 8],
    ['03300301', 'time, operator, DI', 14],
    ['03300401', 'operator, two clocks', 16],
    ['03300501', 'time, operator, 2 sets of 8 tables of 14 periods', 10 + 2 * 8 * 14 * 3],
    ['03300601', 'time, operator, 2 sets of 14 seasons', 10 + 2 * 14 * 3],
    ['03300701', 'time, operator, one table', 11],
    ['03300801', 'time, operator, 254 holidays', 10 + 254 * 4],
    ['03300C01', 'time, operator, three days', 10 + 3 * 2],
    ['03300D01', 'two times, six energies before and six after', 12 + 12 * 4],
    ['1D00FF01', 'time, operator, six energies', 34],
    ['0504FF01', 'time, two totals', 13],
    // The newer classes: energies of the whole and of the phases at both ends, 2 × 16 × 4.
    ['1001FF01', 'times, energies, what the phases saw, charges', 12 + 128 + 3 * 13 + 16],
    ['1803FF01', 'as that, without charges', 12 + 128 + 3 * 13],
    ['1B02FF01', 'times and energies', 12 + 128],
    ['1600FF01', 'times, energies and a rate', 12 + 128 + 3],
    ['10013501', 'the last of 53 parts', 4],
    ['18013101', 'the last of 49 parts', 4],
    ['10020001', 'a count', 3],
    ['10030002', 'minutes', 3],
    ['040605FF', 'six limits, seven prices, at most six days', 24 + 28 + 6 * 3],
  ])('%s is %s: %i bytes', (di, _, bytes) => {
    expect(longestData(rowOf(di))).toBe(bytes);
  });

  test('fills rates and settlement days into the register', () => {
    expect(findRow('00010000')?.register).toBe('1-0:1.8.0');
    expect(findRow('00010200')?.register).toBe('1-0:1.8.2');
    expect(findRow('00013F0C')?.register).toBe('1-0:1.8.63*112');
    expect(findRow('003D0000')?.register).toBe('1-0:61.8.0');
    expect(findRow('00900200')?.register).toBe('dlt645:00900200');
    expect(findRow('0001FF00')?.register).toBe('dlt645:0001FF00');
  });

  test('finds a register by OBIS, by dlt645:DI and by a bare DI', () => {
    const found = (register: string) => findRegister(register)?.di;
    expect(found('1-0:1.8.0')).toBe('00010000');
    expect(found('1-0:1.8.2')).toBe('00010200');
    expect(found('1-0:1.8.0*101')).toBe('00010001');
    expect(found('1-0:1.8.0*255')).toBe('00010000');
    expect(found('1-0:22.8.0*112')).toBe('0016000C');
    expect(found('1-0:52.7.0')).toBe('02010200');
    expect(found('1-0:16.7.0')).toBe('02030000');
    expect(found('1-0:0.9.1')).toBe('04000102');
    expect(found('1-0:1.6.0')).toBe('01010000');
    expect(found('dlt645:04000503')).toBe('04000503');
    expect(found('0001ff00')).toBe('0001FF00');
  });

  test('does not invent registers outside a family', () => {
    for (const register of ['1-0:1.8.64', '1-0:1.8.0*100', '1-0:1.8.0*113', '1-0:99.8.0', '1-0:21.8.1', '0-0:1.8.0', '', '1-0:1.8.E*F']) {
      expect(findRegister(register)).toBeUndefined();
    }
    for (const di of ['10013601', '10040001', '18013201', '0001400D', '0001FFFF', '02010400', '0x010000', '0001000', '05000100'])
      expect(findRow(di)).toBeUndefined();
  });

  test('every DI that a register leads to leads back to the register', () => {
    for (const { di } of covered) {
      const row = findRow(di);
      if (row !== undefined) expect(findRegister(row.register)?.di).toBe(di);
    }
  });
});
