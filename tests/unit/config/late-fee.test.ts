import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadLateFeeInput } from '../../../src/config/late-fee.ts';
import { OperatorError } from '../../../src/kernel/app-error.ts';
import { yuan } from '../../support/core-facts.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'feikong-late-fee-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const OVERDUE = { class: 'general', principal: '1000.00', due: '2026-12-25', until: '2027-01-10' };
const loaded = (content: object) => {
  const file = path.join(folder, 'fee.json');
  writeFileSync(file, JSON.stringify(content));
  return loadLateFeeInput(file);
};
const complaintOf = (more: object) => {
  try {
    loaded({ ...OVERDUE, ...more });
    return 'none';
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return error.message.replace(/^.*fee\.json(:\d+)?: /, '');
  }
};

describe('the input of a late fee', () => {
  test('may call its fields by their other names', () => {
    const named = loaded({ class: 'general', amount: '1000.00', dueDate: '2026-12-25', asOf: '2027-01-09T17:00:00Z', ratePermille: '1.5' });
    expect(named).toMatchObject({ principal: yuan('1000'), due: '2026-12-25', until: '2027-01-10' });
    expect(named.rate).toEqual({ numerator: 3n, denominator: 2_000n });
  });

  test.each([
    ['two names of one field', { amount: '5' }, 'amount is "5"; expected either principal or amount'],
    ['two due days', { dueDate: '2026-12-26' }, 'dueDate is "2026-12-26"; expected either due or dueDate'],
    ['two last days', { asOf: '2027-01-11' }, 'asOf is "2027-01-11"; expected either until or asOf'],
    ['no principal', { principal: undefined }, 'principal is missing; expected it to be set'],
    ['a mistake under the other name', { principal: undefined, amount: '1.005' }, 'amount is "1.005"; expected yuan in whole fen'],
    ['a rate with an exponent', { ratePermille: 1e-7 }, 'ratePermille is 1e-7; expected a decimal from zero on, as 120.50'],
    [
      'a principal below zero',
      { principal: '-5' },
      'principal is "-5"; expected a decimal from zero on, as 120.50, with at most 15 whole digits and 6 decimals (Yuan that are overdue, in whole fen)',
    ],
    ['a payment below zero', { payments: [{ at: '2026-12-30', amount: -5 }] }, 'payments[0].amount is -5; expected a decimal from zero on'],
    ['a day after the last year', { until: '9999-12-31' }, 'until is "9999-12-31"; expected a time in the years 1970 to 9998'],
    ['a payment before the first year', { payments: [{ at: '1969-12-31', amount: 5 }] }, 'payments[0].at is "1969-12-31"; expected a time'],
  ])('with %s is refused', (_, more, sentence) => {
    expect(complaintOf(more)).toContain(sentence);
  });
});
