import type { Instant } from '../../kernel/clock.ts';
import { businessDayOf, dateOf, startOfDay, toBusinessDay } from '../../kernel/local-time.ts';
import { divideHalfAway, type Energy, energy } from '../../kernel/units.ts';
import type { BillingFacts, Dated } from '../model/bill.ts';
import type { StepPlan } from '../model/price-plan.ts';
import { kwhOf, type LineBook, yuanOf } from './line-book.ts';
import type { StretchUse } from './metered-use.ts';
import { factsByMonth, monthsOf, startedMonths, yearStartBefore } from './months.ts';

/** What of the period fell into each step, first step first, under one version's prices. */
export interface StepUse {
  readonly plan: StepPlan;
  readonly quantities: Energy[];
}

/**
 * Fills the steps in order of time and charges what each adds to the price (F55, F76). The volume goes on when prices change;
 * it begins again with the step year, or in monthly mode with the billing period, whichever the steps in force count by.
 *
 * @param usedBefore of the step year that holds the period's beginning
 */
export function chargeSteps(book: LineBook, facts: BillingFacts, uses: readonly StretchUse[], usedBefore: Energy): readonly StepUse[] {
  const found = new Map<StepPlan, StepUse>();
  const yearly = uses.find(({ stretch }) => stretch.version.steps?.basis === 'year')?.stretch.version.steps;
  const yearOf = (at: Instant) => (yearly === undefined ? undefined : stepYearStart(yearly, at, facts.zone));
  let year = yearOf(facts.period.from);
  let inYear: bigint = usedBefore;
  let inPeriod = 0n;
  for (const { stretch, bands, sourceOf } of uses) {
    const quantity = [...bands.values()].reduce<bigint>((sum, value) => sum + value, 0n);
    const begun = yearOf(stretch.from);
    if (begun !== year) inYear = 0n;
    year = begun;
    const plan = stretch.version.steps;
    if (plan !== undefined) {
      const used = plan.basis === 'year' ? inYear : inPeriod;
      const limits = volumesOf(facts, plan, cycleStart(facts, plan, stretch.from));
      const steps = found.get(plan) ?? { plan, quantities: plan.blocks.map(() => energy(0n)) };
      found.set(plan, steps);
      for (const [index, taken] of fillSteps(limits, used, quantity).entries()) {
        steps.quantities[index] = energy((steps.quantities[index] ?? 0n) + taken);
        const add = plan.blocks[index]?.add;
        if (add !== undefined && add !== 0n)
          book.charge(
            `step:${index + 1}`,
            yuanOf(add),
            kwhOf(taken),
            () => `step ${index + 1}, ${limitText(limits, index)}; ${sourceOf()}`,
          );
      }
    }
    inYear += quantity;
    inPeriod += quantity;
  }
  return [...found.values()];
}

/** How much of a quantity falls into each step, after `used`. */
function fillSteps(limits: readonly (Energy | undefined)[], used: bigint, quantity: bigint): readonly Energy[] {
  let filled = used;
  const end = used + quantity;
  return limits.map((limit) => {
    const top = limit === undefined || limit > end ? end : limit;
    const taken = top > filled ? top - filled : 0n;
    filled += taken;
    return energy(taken);
  });
}

const limitText = (limits: readonly (Energy | undefined)[], index: number): string => {
  const [low, high] = [limits[index - 1], limits[index]].map((limit) => (limit === undefined ? undefined : limit / 1_000_000n));
  return high === undefined ? `above ${low} kWh` : `${low ?? 0} to ${high} kWh`;
};

function cycleStart({ zone, period }: BillingFacts, plan: StepPlan, at: Instant): Instant {
  return plan.basis === 'month' ? period.from : stepYearStart(plan, at, zone);
}

export const stepYearStart = (plan: StepPlan, at: Instant, zone: BillingFacts['zone']): Instant =>
  startOfDay(yearStartBefore(businessDayOf(at, zone), plan.yearStart), zone);

/** The step borders of a cycle; by started months where the customer came or left within the year, with the large family's allowance. */
export function volumesOf(facts: BillingFacts, plan: StepPlan, start: Instant): readonly (Energy | undefined)[] {
  const { zone, period, opened } = facts;
  const end = plan.basis === 'month' ? period.to : nextYear(start, zone);
  const all = plan.basis === 'month' ? monthsOf(period.from, period.to, zone) : 12;
  // A year that begins within a month touches thirteen.
  const held = opened.length === 0 || plan.basis === 'month' ? all : Math.min(all, startedMonths(opened, start, end, zone));
  const families = factsByMonth(withinOpened(facts.largeFamily, opened), start, end, zone).slice(0, held);
  const allowance = families.reduce((sum, { perMonth }) => sum + (perMonth ?? plan.largeFamilyPerMonth), 0n);
  const share = plan.basis === 'month' ? BigInt(all) : BigInt(held);
  return plan.blocks.map(({ upTo }) =>
    upTo === undefined ? undefined : energy(divideHalfAway(upTo * share, plan.basis === 'month' ? 1n : 12n) + allowance),
  );
}

/** What holds while the customer is supplied. */
function withinOpened<Fact extends Dated>(facts: readonly Fact[], opened: readonly Dated[]): readonly Fact[] {
  if (opened.length === 0) return facts;
  return facts.flatMap((fact) =>
    opened
      .map(({ from, to }) => ({
        ...fact,
        from: from > fact.from ? from : fact.from,
        to: to === undefined || (fact.to !== undefined && fact.to < to) ? fact.to : to,
      }))
      .filter(({ from, to }) => to === undefined || from < to),
  );
}

function nextYear(start: Instant, zone: BillingFacts['zone']): Instant {
  const { year, month, day } = dateOf(businessDayOf(start, zone));
  return startOfDay(toBusinessDay(year + 1, month, day), zone);
}
