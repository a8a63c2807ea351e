import { describe, expect, test } from 'vitest';
import { add, formatRational, isExactAt, rational, roundTo, subtract, times } from '../../../src/kernel/rational.ts';

describe('a rational', () => {
  test('is kept in lowest terms with a positive denominator', () => {
    expect(rational(6n, -4n)).toEqual({ numerator: -3n, denominator: 2n });
    expect(rational(0n, 7n)).toEqual({ numerator: 0n, denominator: 1n });
  });

  test('adds, subtracts and multiplies exactly', () => {
    const [half, third] = [rational(1n, 2n), rational(1n, 3n)];
    expect([add(half, third), subtract(third, half), times(half, third)]).toEqual([rational(5n, 6n), rational(-1n, 6n), rational(1n, 6n)]);
  });

  test('is rounded half away from zero', () => {
    expect([roundTo(rational(1n, 8n), 2), roundTo(rational(-1n, 8n), 2), roundTo(rational(1n, 3n), 2)]).toEqual([13n, -13n, 33n]);
  });

  test('is written with at least two decimals and no more than are needed', () => {
    expect([rational(3n, 2n), rational(1n, 3n), rational(-1n, 8n)].map((value) => formatRational(value, 6))).toEqual([
      '1.50',
      '0.333333',
      '-0.125',
    ]);
    expect([isExactAt(rational(1n, 8n), 3), isExactAt(rational(1n, 8n), 2), isExactAt(rational(1n, 3n), 14)]).toEqual([true, false, false]);
  });
});
