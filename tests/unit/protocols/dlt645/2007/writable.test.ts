import { describe, expect, test } from 'vitest';
import { findWritable } from '../../../../../protocols/dlt645/index.ts';

const di = (item: string) => findWritable(item)?.di;

describe('an item that can be written', () => {
  test.each([
    ['season table, set 1', '04010000'],
    ['day table 8, set 2', '04020008'],
    ['Day Table 1, Set 1', '04010001'],
    ['public holiday, no. 254', '040300FE'],
    ['settlement day 2', '04000B02'],
    ['backup price, tariff 3', '04050203'],
    ['backup prices', '040502FF'],
    ['backup step block table', '040605FF'],
    ['alarm amount 1', '04001001'],
    ['overdraft amount limit', '04001003'],
    ['price set switch time', '04000108'],
    ['trip delay', '04001401'],
    ['time', '04000102'],
  ])('is found by its name: %s', (name, expected) => {
    expect(di(name)).toBe(expected);
  });

  test('is found by its DI and by its register', () => {
    expect(di('04001001')).toBe('04001001');
    expect(di('dlt645:04010000')).toBe('04010000');
    expect(di('1-0:0.4.2')).toBe('04000306');
  });

  test('is none that the meter keeps for itself, or that another function writes', () => {
    for (const item of ['00010000', 'present prices', '040604FF', '04000503', '04000C03', 'password level 2', 'nothing']) {
      expect(di(item)).toBeUndefined();
    }
  });
});
