import { describe, expect, test } from 'vitest';
import { formatDecimal, parseDecimal, rescale } from '../../../src/kernel/decimal.ts';
import { ok } from '../../../src/kernel/result.ts';

describe('decimals', () => {
  test.each([
    ['12.30', 1230n, 2],
    ['-12.30', -1230n, 2],
    ['0', 0n, 0],
    ['-0.00', 0n, 2],
    ['007', 7n, 0],
    ['0.00000001', 1n, 8],
    ['999999999999999999999999999999', 999999999999999999999999999999n, 0],
  ])('%s is read exactly', (text, unscaled, scale) => {
    expect(parseDecimal(text)).toEqual(ok({ unscaled, scale }));
  });

  test.each(['', ' 1', '1 ', '+1', '1.', '.5', '1e3', '0x10', '1,5', '--1', 'NaN', '1_000', '１', '1.2.3', '1'.repeat(31)])(
    '%o is refused',
    (text) => {
      expect(parseDecimal(text)).toMatchObject({ ok: false, error: { code: 'bad-decimal', text } });
    },
  );

  test.each([
    [26n, 2, '0.26'],
    [-26n, 2, '-0.26'],
    [0n, 2, '0.00'],
    [5n, 0, '5'],
    [-1n, 6, '-0.000001'],
    [123456789n, 3, '123456.789'],
  ])('%o with scale %i is written as %s', (unscaled, scale, text) => {
    expect(formatDecimal({ unscaled, scale })).toBe(text);
  });

  test('a finer scale keeps the value', () => {
    expect(rescale({ unscaled: -1230n, scale: 2 }, 6)).toBe(-12_300_000n);
  });

  test('a coarser scale keeps the value where no digit is lost', () => {
    expect(rescale({ unscaled: 12_300n, scale: 4 }, 2)).toBe(123n);
    expect(rescale({ unscaled: 12_301n, scale: 4 }, 2)).toBeUndefined();
    expect(rescale({ unscaled: -1n, scale: 1 }, 0)).toBeUndefined();
  });
});
