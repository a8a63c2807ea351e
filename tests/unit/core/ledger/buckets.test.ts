import { describe, expect, test } from 'vitest';
import { drawn, OWN_MONEY_ONLY, received, returned, usableOf } from '../../../../src/core/ledger/buckets.ts';
import type { Funds } from '../../../../src/core/model/funds.ts';
import { yuan } from '../../../support/core-facts.ts';

const funds = (more: Partial<Readonly<Record<keyof Funds, string | number>>>): Funds =>
  Object.fromEntries(
    Object.entries({ ...OWN_MONEY_ONLY, ...more }).map(([name, value]) => [name, typeof value === 'string' ? yuan(value) : value]),
  ) as unknown as Funds;
const inYuan = (parts: object) => Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, Number(value as bigint) / 1e6]));

describe('a charge is taken', () => {
  const credit = funds({ promotion: '3', emergencyLimit: '10' });
  test.each([
    { amount: '2', own: '5', taken: { promotion: 2, emergency: 0, own: 0 } },
    { amount: '6', own: '5', taken: { promotion: 3, emergency: 0, own: 3 } },
    { amount: '12', own: '5', taken: { promotion: 3, emergency: 4, own: 5 } },
    { amount: '20', own: '5', taken: { promotion: 3, emergency: 10, own: 7 } },
    { amount: '20', own: '-5', taken: { promotion: 3, emergency: 10, own: 7 } },
  ])('of $amount yuan with $own of own money from promotion, own money, emergency, own money: $taken', ({ amount, own, taken }) => {
    expect(inYuan(drawn(yuan(amount), yuan(own), credit))).toEqual(taken);
  });

  test('from emergency credit only as far as it was not used yet', () => {
    const used = funds({ emergencyLimit: '10', emergency: '-9' });
    expect(inYuan(drawn(yuan('5'), yuan('0'), used))).toEqual({ promotion: 0, emergency: 1, own: 4 });
  });

  test('from own money where there is nothing else', () => {
    expect(inYuan(drawn(yuan('5'), yuan('2'), OWN_MONEY_ONLY))).toEqual({ promotion: 0, emergency: 0, own: 5 });
  });
});

describe('a correction gives back', () => {
  const before = { total: yuan('10'), promotion: yuan('3') };
  test.each([
    // 10 − 7 = 3 are left, as much as promotional credit paid.
    { amount: '7', owed: '0', back: { promotion: 0, receivable: 0, own: 7 } },
    // 2 are left: 3 − 2 = 1 of it too much.
    { amount: '8', owed: '0', back: { promotion: 1, receivable: 0, own: 7 } },
    { amount: '10', owed: '0', back: { promotion: 3, receivable: 0, own: 7 } },
    // More than was charged leaves nothing.
    { amount: '12', owed: '0', back: { promotion: 3, receivable: 0, own: 9 } },
    // 1 is left: 3 − 1 = 2; of the other 7 are 4 owed.
    { amount: '9', owed: '4', back: { promotion: 2, receivable: 4, own: 3 } },
  ])('of 10 yuan, 3 of them promotional, $amount where $owed are owed: $back', ({ amount, owed, back }) => {
    expect(inYuan(returned(yuan(amount), before, yuan(owed)))).toEqual(back);
  });

  test('no more promotional credit than it gives back at all', () => {
    expect(inYuan(returned(yuan('1'), { total: yuan('2'), promotion: yuan('3') }, yuan('0')))).toEqual({
      promotion: 1,
      receivable: 0,
      own: 0,
    });
  });
});

describe('a payment repays', () => {
  test.each([
    // 30 − 4 emergency − 6 overdraft = 20, of which a quarter.
    { share: 25, paid: { emergency: 4, receivable: 5, lateFee: 0, own: 21 } },
    { share: 100, paid: { emergency: 4, receivable: 12, lateFee: 1.5, own: 12.5 } },
    { share: 0, paid: { emergency: 4, receivable: 0, lateFee: 0, own: 26 } },
    // 13.00 of 20: all of the energy and one yuan of the late fee.
    { share: 65, paid: { emergency: 4, receivable: 12, lateFee: 1, own: 13 } },
  ])('emergency credit, the overdraft, $share % of the rest to debts, energy first', ({ share, paid }) => {
    const owing = funds({ emergency: '-4', receivable: '-12', lateFee: '-1.50', recoveryShare: share });
    expect(inYuan(received(yuan('30'), yuan('-6'), owing))).toEqual(paid);
  });

  test('a share in whole fen, half away from zero', () => {
    const owing = funds({ receivable: '-12', recoveryShare: 50 });
    expect(inYuan(received(yuan('0.05'), yuan('0'), owing))).toEqual({ emergency: 0, receivable: 0.03, lateFee: 0, own: 0.02 });
  });

  test('and what went to debts cannot be used', () => {
    const owing = funds({ emergency: '-4', receivable: '-12', recoveryShare: 25 });
    expect(usableOf(yuan('30'), yuan('-6'), owing)).toBe(yuan('25'));
  });
});
