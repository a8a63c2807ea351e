import { type Energy, multiply } from '../../kernel/units.ts';
import type { ChargeLine } from '../model/accrual.ts';
import type { RegisterName } from '../model/register.ts';
import type { Tariff } from '../model/tariff.ts';

/**
 * Rates the cumulative use of a billing period. Pure.
 *
 * @param use of each register since the period opened, after the ratio
 * @returns one line for each rate, exact, not rounded; undefined where a rate has no register, so that nothing is charged by guess
 */
export function rateUse(tariff: Tariff, use: ReadonlyMap<RegisterName, Energy>): readonly ChargeLine[] | undefined {
  const lines: ChargeLine[] = [];
  for (const { component, register, price } of tariff.rates) {
    const quantity = use.get(register);
    if (quantity === undefined) return undefined;
    lines.push({ component, register, quantity, price, exact: multiply(price, quantity) });
  }
  return lines;
}
