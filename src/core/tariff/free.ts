import { rational, times } from '../../kernel/rational.ts';
import { type Energy, energy, type Price } from '../../kernel/units.ts';
import type { BillingFacts } from '../model/bill.ts';
import type { PlanVersion } from '../model/price-plan.ts';
import { kwhOf, type LineBook, yuanOf } from './line-book.ts';
import { factsByMonth, monthsOf } from './months.ts';
import type { StepUse } from './steps.ts';

const CREDIT = rational(-1n);

/**
 * Credits the free quantity (F79): its price from the cheapest period of the day on, and what its steps added, from the cheapest step on.
 *
 * @param priced what was charged at each price, without losses
 */
export function creditFree(
  book: LineBook,
  facts: BillingFacts,
  version: PlanVersion,
  priced: ReadonlyMap<Price, Energy>,
  steps: readonly StepUse[],
): void {
  const free = freeQuantity(facts, version);
  if (free === 0n) return;
  let rest = free;
  for (const [price, quantity] of [...priced].sort(([left], [right]) => Number(left - right))) {
    const taken = quantity < rest ? quantity : rest;
    rest -= taken;
    book.charge('free', yuanOf(price), times(kwhOf(energy(taken)), CREDIT), () => `free quantity of ${Number(free) / 1e6} kWh`);
  }
  rest = free;
  const cheapest = steps
    .flatMap(({ plan, quantities }) => quantities.map((quantity, index) => ({ quantity, index, add: plan.blocks[index]?.add ?? 0n })))
    .sort((left, right) => Number(left.add - right.add));
  for (const { quantity, index, add } of cheapest) {
    const taken = quantity < rest ? quantity : rest;
    rest -= taken;
    if (add !== 0n)
      book.charge(
        `free:step:${index + 1}`,
        yuanOf(add as Price),
        times(kwhOf(energy(taken)), CREDIT),
        () => `free quantity in step ${index + 1}`,
      );
  }
}

function freeQuantity({ zone, period, free, customerClass }: BillingFacts, version: PlanVersion): bigint {
  if (version.free === undefined && free.length === 0) return 0n;
  const months = monthsOf(period.from, period.to, zone);
  if (free.length === 0) return version.free?.classes.includes(customerClass) === true ? version.free.perMonth * BigInt(months) : 0n;
  const entitled = factsByMonth(free, period.from, period.to, zone).slice(0, months);
  return entitled.reduce((sum, { perMonth }) => sum + (perMonth ?? version.free?.perMonth ?? 0n), 0n);
}
