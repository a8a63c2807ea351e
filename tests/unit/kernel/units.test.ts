import { describe, expect, test } from 'vitest';
import { ok } from '../../../src/kernel/result.ts';
import {
  countFen,
  divideHalfAway,
  energy,
  energyFromDecimal,
  exactMoney,
  fen,
  formatEnergy,
  formatMoney,
  formatPrice,
  money,
  multiply,
  parseEnergy,
  parseFen,
  parseMoney,
  parsePrice,
  powerFromDecimal,
  price,
  roundToFen,
  roundToMicroYuan,
} from '../../../src/kernel/units.ts';

describe('rounding', () => {
  test.each([
    [5n, 10n, 1n],
    [4n, 10n, 0n],
    [-5n, 10n, -1n],
    [-4n, 10n, 0n],
    [15n, 10n, 2n],
    [-15n, 10n, -2n],
    [25n, 10n, 3n],
    [1n, 3n, 0n],
    [2n, 3n, 1n],
    [-2n, 3n, -1n],
    [0n, 7n, 0n],
    [7n, 1n, 7n],
  ])('%o ÷ %o is %o, half away from zero', (numerator, divisor, quotient) => {
    expect(divideHalfAway(numerator, divisor)).toBe(quotient);
  });

  test('a price times energy is exact until it is rounded once', () => {
    // 0.56123457 yuan/kWh × 1.234567 kWh = 0.69288168…; in 10⁻¹⁴ yuan exactly 56123457 × 1234567.
    expect(multiply(price(56_123_457n), energy(1_234_567n))).toBe(69_288_167_938_119n);
  });

  test('half a fen goes away from zero on both sides', () => {
    expect(roundToFen(exactMoney(500_000_000_000n))).toBe(10_000n);
    expect(roundToFen(exactMoney(499_999_999_999n))).toBe(0n);
    expect(roundToFen(exactMoney(-500_000_000_000n))).toBe(-10_000n);
    expect(roundToFen(exactMoney(-499_999_999_999n))).toBe(0n);
  });

  test('half a micro-yuan goes away from zero on both sides', () => {
    expect(roundToMicroYuan(exactMoney(50_000_000n))).toBe(1n);
    expect(roundToMicroYuan(exactMoney(49_999_999n))).toBe(0n);
    expect(roundToMicroYuan(exactMoney(-50_000_000n))).toBe(-1n);
  });
});

describe('units', () => {
  test('read their decimals exactly', () => {
    expect(parseMoney('100.00')).toEqual(ok(100_000_000n));
    expect(parseMoney('-0.000001')).toEqual(ok(-1n));
    expect(parseEnergy('12345.67')).toEqual(ok(12_345_670_000n));
    expect(parsePrice('0.56123457')).toEqual(ok(56_123_457n));
    expect(parseFen('0.01')).toEqual(ok(10_000n));
    expect(parseFen('12.3400')).toEqual(ok(12_340_000n));
  });

  test('refuse what is finer than they can hold', () => {
    expect(parseMoney('0.0000001')).toEqual({
      ok: false,
      error: { code: 'too-fine', text: '0.0000001', expected: 'yuan with at most 6 decimals' },
    });
    expect(parseFen('0.005')).toMatchObject({ ok: false, error: { code: 'too-fine' } });
    expect(parsePrice('0.123456789')).toMatchObject({ ok: false, error: { code: 'too-fine' } });
    expect(parseFen('ten')).toMatchObject({ ok: false, error: { code: 'bad-decimal' } });
  });

  test('take a meter’s decimal, or nothing where digits would be lost', () => {
    expect(energyFromDecimal({ unscaled: 1234567n, scale: 2 })).toBe(12_345_670_000n);
    expect(powerFromDecimal({ unscaled: -15n, scale: 4 })).toBe(-1500n);
    expect(energyFromDecimal({ unscaled: 1n, scale: 7 })).toBeUndefined();
  });

  test('are written with at least two decimals and no idle zeros behind them', () => {
    expect(formatMoney(money(100_000_000n))).toBe('100.00');
    expect(formatMoney(money(-12_340_000n))).toBe('-12.34');
    expect(formatMoney(money(1_500n))).toBe('0.0015');
    expect(formatMoney(money(0n))).toBe('0.00');
    expect(formatMoney(money(1_000_100n))).toBe('1.0001');
    expect(formatEnergy(energy(12_300_000n))).toBe('12.30');
    expect(formatPrice(price(56_000_000n))).toBe('0.56');
    expect(formatPrice(price(1n))).toBe('0.00000001');
  });

  test('whole fen are counted, and less than a fen is a broken promise', () => {
    expect(countFen(fen(-3n))).toBe(-3n);
    expect(() => countFen(money(10_001n))).toThrow('not in whole fen');
  });
});
