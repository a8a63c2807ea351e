import { describe, expect, test } from 'vitest';
import { decodeItems, encodeItems, type FoundRow, findRow, formatValue, type Item } from '../../../../../protocols/dlt645/index.ts';
import { fromHex, toHex } from '../../../../../src/kernel/bytes.ts';

function rowOf(di: string): FoundRow {
  const row = findRow(di);
  if (row === undefined) throw new Error(`no row for ${di}`);
  return row;
}

function decode(di: string, hex: string) {
  const { items, extra } = decodeItems(rowOf(di), fromHex(hex) ?? new Uint8Array(0));
  return { values: items.map(text), extra: toHex(extra) };
}

function text({ value, time }: Item): string | null {
  if (value === null) return null;
  return time === undefined ? formatValue(value) : `${formatValue(value)} at ${time === null ? 'unknown' : formatValue(time)}`;
}

describe('values of a DI', () => {
  test.each([
    ['00010000', '78 56 34 12', '123456.78'],
    // On an unsigned DI the top bit is part of the top digit.
    ['00010000', '00 00 00 80', '800000.00'],
    ['00000000', '00 00 00 80', '0.00'],
    ['00000000', '01 00 00 80', '-0.01'],
    ['00000000', '99 99 99 F9', '-799999.99'],
    ['02030000', '00 20 81', '-1.2000'],
    ['02010100', '05 23', '230.5'],
    ['02060000', '00 90', '-1.000'],
    ['02800007', '53 81', '-15.3'],
    ['04000503', '50 10', '1050'],
    ['04000101', '02 24 11 26', '2026-11-24'],
    ['04000102', '30 15 08', '08:15:30'],
    ['0400010C', '30 15 08 02 24 11 26', '2026-11-24T08:15:30'],
    ['05060001', '00 00 24 11 26', '2026-11-24T00:00'],
    ['04000A01', '15 08 24 11', '11-24T08:15'],
    ['04000B01', '00 01', '01T00'],
    ['04001404', '05 00', '5'],
    // Some meters have one byte of it.
    ['04001404', '05', '5'],
    ['04000401', '78 56 34 12 00 00', '000012345678'],
    ['04000404', '00 00 56 30 32 32', '220V'],
    ['1D000201', '01 00 00 00', '00000001'],
    ['02800020', '38 52 00 00', '0.5238'],
    ['01010000', '12 05 00 45 18 23 11 26', '0.0512 at 2026-11-23T18:45'],
    ['01010000', '00 00 00 00 00 00 00 00', '0.0000 at unknown'],
  ])('%s reads %s as %s', (di, hex, expected) => {
    expect(decode(di, hex)).toEqual({ values: [expected], extra: '' });
  });

  test.each([
    ['00010000', 'FF FF FF FF'],
    ['00010000', 'EE EE EE EE'],
    ['00010000', '00 00 0E 00'],
    ['00010000', '00 00 00 A0'],
    ['02030000', 'FF FF FF'],
    ['04000101', '02 31 11 26'],
    ['04000101', '00 00 00 00'],
    ['04000101', '01 29 02 25'],
    ['04000102', '00 60 08'],
    ['04000B01', '99 99'],
    ['04000503', 'FF FF'],
    ['04000503', 'EE EE'],
    ['04000404', 'FF FF FF FF FF FF'],
  ])('%s has no value in %s: missing is not zero', (di, hex) => {
    expect(decode(di, hex).values).toEqual([null]);
  });

  test('reads a rate block as long as it is and names each rate', () => {
    const { items, extra } = decodeItems(rowOf('0001FF00'), fromHex('10 00 00 00 04 00 00 00 06 00 00 00') ?? new Uint8Array(0));
    expect(items.map(({ di, register, value }) => [di, register, value === null ? null : formatValue(value)])).toEqual([
      ['00010000', '1-0:1.8.0', '0.10'],
      ['00010100', '1-0:1.8.1', '0.04'],
      ['00010200', '1-0:1.8.2', '0.06'],
    ]);
    expect(extra).toHaveLength(0);
  });

  test('keeps the byte that ends some blocks as extra', () => {
    expect(decode('0001FF00', '10 00 00 00 04 00 00 00 AA')).toEqual({ values: ['0.10', '0.04'], extra: 'AA' });
  });

  test('keeps what a meter sends beyond the length of its DI as extra', () => {
    expect(decode('00010000', '78 56 34 12 00')).toEqual({ values: ['123456.78'], extra: '00' });
  });

  test('gives no value where the data is too short, and keeps the bytes', () => {
    expect(decode('00010000', '78 56')).toEqual({ values: [null], extra: '7856' });
  });

  test('reads a single-phase meter in a voltage block, however it leaves the absent phases away', () => {
    expect(decode('0201FF00', '05 23 FF FF FF FF')).toEqual({ values: ['230.5', null, null], extra: '' });
    expect(decode('0201FF00', '05 23')).toEqual({ values: ['230.5'], extra: '' });
  });

  test('reads a demand block as values with their times', () => {
    expect(decode('0101FF00', '00 10 00 00 10 01 11 26 00 20 00 30 19 02 11 26').values).toEqual([
      '0.1000 at 2026-11-01T10:00',
      '0.2000 at 2026-11-02T19:30',
    ]);
  });

  test('reads counts and minutes of three phases', () => {
    expect(decode('03010000', '01 00 00 10 00 00 02 00 00 20 00 00 03 00 00 30 00 00').values).toEqual(['1', '10', '2', '20', '3', '30']);
  });

  test('reads a programming record: when, who, and which DIs', () => {
    const { items } = decodeItems(
      rowOf('03300001'),
      fromHex(`30 15 08 24 11 26  01 00 00 00  FF 05 02 04  01 00 01 04 ${'FF'.repeat(32)}`) ?? new Uint8Array(0),
    );
    expect(items.map(({ name, value }) => [name, value === null ? null : formatValue(value)]).slice(0, 5)).toEqual([
      ['programming, no. 1: time', '2026-11-24T08:15:30'],
      ['programming, no. 1: operator', '00000001'],
      ['programming, no. 1: DI 1', '040205FF'],
      ['programming, no. 1: DI 2', '04010001'],
      ['programming, no. 1: DI 3', null],
    ]);
    expect(items).toHaveLength(12);
  });

  test('reads what a phase saw with its sign, and what was counted without one', () => {
    // start, end, four totals; the third of them, combined reactive 1, is negative; then phase A: energies, U, I, P, Q, PF
    const hex = `00 00 08 24 11 26 00 30 08 24 11 26 | 10 00 00 00 | 00 00 00 80 | 05 00 00 80 | 00 00 00 00 |
      10 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 | 05 12 | 00 05 80 | 00 11 80 | 00 00 00 | 50 89`;
    const { items } = decodeItems(rowOf('030B0101'), fromHex(hex.replaceAll(/[|\s]/g, '')) ?? new Uint8Array(0));
    const told = items.map(text);
    expect(told.slice(0, 6)).toEqual(['2026-11-24T08:00:00', '2026-11-24T08:30:00', '0.10', '800000.00', '-0.05', '0.00']);
    expect(told.slice(10, 15)).toEqual(['120.5', '-0.500', '-0.1100', '0.0000', '-0.950']);
    // What the data does not hold has no value.
    expect(told.slice(15)).toEqual(new Array(18).fill(null));
  });

  test('reads a table of step blocks however many settlement days it has', () => {
    const head = `${'00 10 00 00'.repeat(6)}${'00 50 00 00'.repeat(7)}`;
    const days = (count: number) => decode('040605FF', `${head}${'00 01 01'.repeat(count)}`.replaceAll(' ', '')).values;
    expect(days(4)).toEqual([...new Array(6).fill('10.00'), ...new Array(7).fill('0.5000'), ...new Array(4).fill('01-01T00')]);
    expect(days(6)).toHaveLength(19);
  });

  test('reads a screen item with and without its number', () => {
    expect(decode('04040101', '00 00 01 00 01').values).toEqual(['00010000', '1']);
    expect(decode('04040101', '00 FF 01 00').values).toEqual(['0001FF00']);
  });

  test('writes 99 for a day that does not come, and FF for any other value that is missing', () => {
    expect(toHex(encodeItems(rowOf('04000B02'), [{ value: null }]))).toBe('9999');
    expect(toHex(encodeItems(rowOf('04000E03'), [{ value: null }]))).toBe('FFFF');
  });

  test.each([
    ['00010000', '78563412'],
    ['00000000', '01000080'],
    ['01010000', '1205004518231126'],
    ['0001FF00', '100000000400000006000000'],
    ['040005FF', '0000000050100000000000000000'],
    ['04000404', '000056303232'],
    ['0400010C', '30150802241126'],
    ['04010001', '000001000802'],
    ['02030000', 'FFFFFF'],
  ])('%s puts %s together again as it took it apart', (di, hex) => {
    const { items } = decodeItems(rowOf(di), fromHex(hex) ?? new Uint8Array(0));
    expect(toHex(encodeItems(rowOf(di), items))).toBe(hex);
  });

  test('refuses to write a value that does not fit', () => {
    const value = (unscaled: bigint, scale = 2) => [{ value: { kind: 'number', decimal: { unscaled, scale } } }] as const;
    expect(() => encodeItems(rowOf('00010000'), value(100_000_000n))).toThrow('does not fit');
    expect(() => encodeItems(rowOf('00010000'), value(-1n))).toThrow('does not fit');
    expect(() => encodeItems(rowOf('00010000'), value(1n, 3))).toThrow('does not fit');
    expect(() => encodeItems(rowOf('00000000'), value(80_000_000n))).toThrow('does not fit');
    expect(() => encodeItems(rowOf('00010000'), [])).toThrow('as many values');
  });
});
