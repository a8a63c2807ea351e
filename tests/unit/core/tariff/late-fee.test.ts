import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadLateFeeRates } from '../../../../src/config/late-fee.ts';
import { lateFeeOf } from '../../../../src/core/tariff/late-fee.ts';
import { parseBusinessDay } from '../../../../src/kernel/local-time.ts';
import { formatMoney } from '../../../../src/kernel/units.ts';
import { yuan } from '../../../support/core-facts.ts';

const RATES = loadLateFeeRates(path.join(import.meta.dirname, '../../../../config/late-fees/default.yaml'));
const day = (text: string) => {
  const parsed = parseBusinessDay(text);
  expect.assert(parsed !== undefined);
  return parsed;
};
const fee = (
  customerClass: string,
  principal: string,
  due: string,
  until: string,
  payments: readonly [string, string][] = [],
  cap?: string,
) => {
  const { amount, principalLeft, feePaid, days } = lateFeeOf(
    {
      customerClass,
      principal: yuan(principal),
      due: day(due),
      until: day(until),
      payments: payments.map(([at, paid]) => ({ day: day(at), amount: yuan(paid) })),
      rate: undefined,
      cap: cap === undefined ? undefined : yuan(cap),
    },
    RATES,
  );
  return [formatMoney(amount), formatMoney(principalLeft), formatMoney(feePaid), days];
};

describe('the late fee', () => {
  test('of a household is 1 ‰ a day from the day after the due one', () => {
    // 26 March to 10 April: 16 days × 86.40 × 0.001 = 1.3824
    for (const household of ['residential', 'low-income', 'five-guarantee'])
      expect(fee(household, '86.40', '2026-03-25', '2026-04-10')).toEqual(['1.38', '86.40', '0.00', 16]);
  });

  test('of a household stays at 1 ‰ in the next year', () => {
    // 20 days × 500 × 0.001
    expect(fee('residential', '500', '2026-12-25', '2027-01-14')).toEqual(['10.00', '500.00', '0.00', 20]);
  });

  test('of others is 2 ‰ in the year of the charge and 3 ‰ in later ones', () => {
    // 26 to 31 December: 6 × 1,000 × 0.002 = 12; 1 to 10 January: 10 × 1,000 × 0.003 = 30
    expect(fee('general', '1000', '2026-12-25', '2027-01-10')).toEqual(['42.00', '1000.00', '0.00', 16]);
  });

  test('a part payment goes to the principal first, from the next morning', () => {
    // 5 × 1,000 × 0.002 = 10; 31 December 600 × 0.002 = 1.20; 10 × 600 × 0.003 = 18
    expect(fee('general', '1000', '2026-12-25', '2027-01-10', [['2026-12-30', '400']])).toEqual(['29.20', '600.00', '0.00', 16]);
  });

  test('the day of a payment still counts whole', () => {
    // 6 × 1,000 × 0.002 = 12; 1 January 1,000 × 0.003 = 3; 9 × 600 × 0.003 = 16.20
    expect(fee('general', '1000', '2026-12-25', '2027-01-10', [['2027-01-01', '400']])[0]).toBe('31.20');
  });

  test('what is paid beyond the principal pays the fee, which grows no more', () => {
    // 10 × 1,000 × 0.002 = 20
    expect(fee('general', '1000', '2026-05-01', '2026-06-30', [['2026-05-11', '1005']])).toEqual(['20.00', '0.00', '5.00', 10]);
  });

  test('below one yuan is charged as one; nothing is charged on the due day', () => {
    // 5 × 10 × 0.001 = 0.05
    expect(fee('residential', '10', '2026-05-01', '2026-05-06')[0]).toBe('1.00');
    expect(fee('residential', '10', '2026-05-01', '2026-05-01')[0]).toBe('0.00');
    // 1 × 1 × 0.001 rounds to nothing, and is more than nothing.
    expect(fee('residential', '1', '2026-05-01', '2026-05-02')[0]).toBe('1.00');
  });

  test('is simple and rounded once: a leap February counts 29 days', () => {
    // 60 days from 1 January to 29 February: 33.33 × 0.002 × 60 = 3.9996
    expect(fee('general', '33.33', '2028-01-01', '2028-03-01')).toEqual(['4.00', '33.33', '0.00', 60]);
  });

  test('never passes the cap of the contract', () => {
    expect(fee('general', '1000', '2026-12-25', '2027-01-10', [], '25.00')[0]).toBe('25.00');
    expect(fee('general', '1000', '2026-12-25', '2027-01-10', [], '500.00')[0]).toBe('42.00');
  });
});
