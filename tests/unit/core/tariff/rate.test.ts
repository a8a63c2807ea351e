import { describe, expect, test } from 'vitest';
import { ENERGY_TOTAL, energyOfRate } from '../../../../src/core/model/register.ts';
import type { Tariff } from '../../../../src/core/model/tariff.ts';
import { rateUse } from '../../../../src/core/tariff/rate.ts';
import { FLAT, kwh, yuanPerKwh } from '../../../support/core-facts.ts';

const TIME_OF_USE: Tariff = {
  id: 'tou',
  rates: [
    { component: 'energy:peak', register: energyOfRate(2), price: yuanPerKwh('0.8123') },
    { component: 'energy:valley', register: energyOfRate(4), price: yuanPerKwh('0.3') },
  ],
};

describe('rating', () => {
  test('makes one exact line for each rate', () => {
    expect(rateUse(FLAT, new Map([[ENERGY_TOTAL, kwh('1.23')]]))).toEqual([
      { component: 'energy', register: '1-0:1.8.0', quantity: 1_230_000n, price: 50_000_000n, exact: 61_500_000_000_000n },
    ]);
  });

  test('rates each tariff register with its own price', () => {
    const lines = rateUse(
      TIME_OF_USE,
      new Map([
        [energyOfRate(4), kwh('2')],
        [energyOfRate(2), kwh('0.01')],
      ]),
    );
    expect(lines?.map(({ component, exact }) => [component, exact])).toEqual([
      ['energy:peak', 812_300_000_000n],
      ['energy:valley', 60_000_000_000_000n],
    ]);
  });

  test('charges nothing by guess: a missing register gives no lines', () => {
    expect(rateUse(TIME_OF_USE, new Map([[energyOfRate(2), kwh('1')]]))).toBeUndefined();
  });
});
