import type { PlanVersion, PricePlan, TouPeriod } from './price-plan.ts';
import { asRegister, ENERGY_TOTAL, energyOfRate, type RegisterName } from './register.ts';

/** Register of each period of the day (DL/T 645: rate 1 sharp, 2 peak, 3 flat, 4 valley); deep valley by custom the fifth. */
export const PERIOD_REGISTERS: ReadonlyMap<TouPeriod, RegisterName> = new Map([
  ['sharp', energyOfRate(1)],
  ['peak', energyOfRate(2)],
  ['flat', energyOfRate(3)],
  ['valley', energyOfRate(4)],
  ['deepValley', energyOfRate(5)],
]);
export const REACTIVE_REGISTERS: readonly RegisterName[] = [asRegister('1-0:3.8.0'), asRegister('1-0:4.8.0')];

/** What a meter is asked for when it is charged by a plan. */
export interface PlanRegisters {
  /** Nothing is charged while one of these was not read. */
  readonly needed: readonly RegisterName[];
  /** These too, where the meter has them. */
  readonly wanted: readonly RegisterName[];
}

const known = new WeakMap<PricePlan, PlanRegisters>();

export function registersOf(plan: PricePlan): PlanRegisters {
  const found = known.get(plan);
  if (found !== undefined) return found;
  const made = registersIn(plan);
  known.set(plan, made);
  return made;
}

function registersIn({ versions }: PricePlan): PlanRegisters {
  const needed = new Set(versions.flatMap(neededBy));
  const wanted = new Set([ENERGY_TOTAL, ...needed, ...versions.flatMap(wantedBy)]);
  return { needed: [...needed], wanted: [...wanted] };
}

const neededBy = (version: PlanVersion): readonly RegisterName[] =>
  version.prices.has('total') || version.touSource !== 'registers' ? [ENERGY_TOTAL] : periodRegisters(version);

const wantedBy = (version: PlanVersion): readonly RegisterName[] => [
  ...(version.touSource === 'auto' ? periodRegisters(version) : []),
  ...(version.powerFactor === undefined ? [] : REACTIVE_REGISTERS),
];

const periodRegisters = ({ prices }: PlanVersion): readonly RegisterName[] =>
  [...PERIOD_REGISTERS].filter(([period]) => prices.has(period)).map(([, register]) => register);
