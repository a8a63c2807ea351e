import { describe, expect, test } from 'vitest';
import { findRow1997 } from '../../../../../protocols/dlt645/1997/catalog.ts';
import { decodeItems1997 } from '../../../../../protocols/dlt645/1997/items.ts';
import { formatValue } from '../../../../../protocols/dlt645/index.ts';
import { fromHex } from '../../../../../src/kernel/bytes.ts';

function read(di: string, hex: string) {
  const row = findRow1997(di);
  if (row === undefined) return undefined;
  const { items, extra } = decodeItems1997(row, fromHex(hex) ?? new Uint8Array(0));
  return {
    values: items.map(({ value }) => (value === null ? null : formatValue(value))),
    registers: items.map((item) => item.register),
    extra: [...extra],
  };
}

describe('the data of a 1997 DI', () => {
  test('of a block has as many tariffs as the data is long; what a meter appends is extra', () => {
    expect(read('901F', '7856341201000000AA')).toEqual({
      values: ['123456.78', '0.01'],
      registers: ['1-0:1.8.0', '1-0:1.8.1'],
      extra: [0xaa],
    });
  });

  test('of a current has the format that its length says', () => {
    expect(read('B621', '3412')?.values).toEqual(['12.34']);
    expect(read('B621', '563412')?.values).toEqual(['123.456']);
    expect(read('B62F', '010002000300')?.values).toEqual(['0.01', '0.02', '0.03']);
  });

  test('of a block of two formats is told by its length, where items are missing or a closing AA stands behind them too', () => {
    expect(read('B62F', '3412')).toEqual({ values: ['12.34'], registers: ['1-0:31.7.0'], extra: [] });
    expect(read('B62F', '563412')?.values).toEqual(['123.456']);
    expect(read('B62F', '010002000300AA')).toEqual({
      values: ['0.01', '0.02', '0.03'],
      registers: ['1-0:31.7.0', '1-0:51.7.0', '1-0:71.7.0'],
      extra: [0xaa],
    });
    expect(read('B62F', '010000020000030000AA')).toMatchObject({ values: ['0.001', '0.002', '0.003'], extra: [0xaa] });
    expect(read('B621', '3412AA')).toMatchObject({ values: ['12.34'], extra: [0xaa] });
    // Three of two bytes or two of three: nothing tells.
    expect(read('B64F', '010002000300')).toMatchObject({ values: [], extra: [1, 0, 2, 0, 3, 0] });
  });

  test('of a length that no format has is no value', () => {
    expect(read('B621', '34120000')).toEqual({ values: [null], registers: ['1-0:31.7.0'], extra: [0x34, 0x12, 0, 0] });
    expect(read('9010', '3412')?.values).toEqual([null]);
    expect(read('9010', 'FFFFFFFF')?.values).toEqual([null]);
  });

  test('of a season and of a TOU period is when it begins and what is in force then', () => {
    expect(read('C321', '010112')?.values).toEqual(['12-01 01']);
    expect(read('C331', '043008')?.values).toEqual(['08:30 04']);
  });

  test('of past months and of other quadrants has its OBIS name', () => {
    expect(findRow1997('9412')?.register).toBe('1-0:1.8.2*101');
    expect(findRow1997('9820')?.register).toBe('1-0:2.8.0*102');
    expect(findRow1997('9140')?.register).toBe('1-0:8.8.0');
    expect(findRow1997('9150')?.register).toBe('1-0:6.8.0');
    expect(findRow1997('C32E')?.name).toBe('season 14');
    expect(findRow1997('C33A')?.name).toBe('day table 1: TOU period 10');
    expect([findRow1997('C32F'), findRow1997('C33B'), findRow1997('C330')]).toEqual([undefined, undefined, undefined]);
    expect(findRow1997('E323')).toBeUndefined();
    expect(findRow1997('B614')).toBeUndefined();
  });
});
