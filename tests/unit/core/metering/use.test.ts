import { describe, expect, test } from 'vitest';
import { afterRatio, useBetween } from '../../../../src/core/metering/use.ts';
import { kwh } from '../../../support/core-facts.ts';

describe('use', () => {
  test('is the difference of two readings', () => {
    expect(useBetween(kwh('100.25'), kwh('101'))).toEqual({ quantity: 750_000n, rolledOver: false });
    expect(useBetween(kwh('100.25'), kwh('100.25'))).toEqual({ quantity: 0n, rolledOver: false });
  });

  test('goes on past the highest value of the register', () => {
    expect(useBetween(kwh('999999.99'), kwh('0.00'))).toEqual({ quantity: 10_000n, rolledOver: true });
    expect(useBetween(kwh('999998.50'), kwh('1.25'))).toEqual({ quantity: 2_750_000n, rolledOver: true });
  });

  test('is multiplied by both ratios', () => {
    expect(afterRatio(kwh('1.5'), { currentRatio: 80n, voltageRatio: 100n })).toBe(12_000_000_000n);
  });
});
