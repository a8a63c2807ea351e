import type { Instant } from '../../kernel/clock.ts';
import type { Price } from '../../kernel/units.ts';
import { PERIOD_REGISTERS } from './plan-registers.ts';
import { type PlanVersion, type PriceBand, type PricePlan, TOU_PERIODS } from './price-plan.ts';
import { ENERGY_TOTAL, type RegisterName } from './register.ts';

/** A bill line of energy: its component and the register that counts it. */
export interface EnergyLine {
  readonly component: string;
  readonly register: RegisterName;
  readonly band: PriceBand;
}

/** What energy is booked under, by what its price is for. */
export const ENERGY_LINES: readonly EnergyLine[] = [
  { component: 'energy', register: ENERGY_TOTAL, band: 'total' },
  ...TOU_PERIODS.flatMap((band): EnergyLine[] => {
    const register = PERIOD_REGISTERS.get(band);
    return register === undefined ? [] : [{ component: `energy:${band}`, register, band }];
  }),
];

/** Prices alone, since an instant. */
export interface StatedPrices {
  readonly from: Instant;
  /** By component. */
  readonly prices: ReadonlyMap<string, Price>;
}

/**
 * The plan of a tariff that says nothing but prices: flat, or of the meter's own registers of the periods of the day.
 *
 * @param stated in order of time, at least one
 */
export function statedPlan(id: string, digest: string, stated: readonly StatedPrices[]): PricePlan {
  return { id, digest, classes: [], versions: stated.map(versionOf), funds: [], calendar: undefined };
}

function versionOf({ from, prices }: StatedPrices): PlanVersion {
  const bands = ENERGY_LINES.flatMap(({ component, band }): [PriceBand, Price][] => {
    const price = prices.get(component);
    return price === undefined ? [] : [[band, price]];
  });
  return {
    from,
    prices: new Map(bands),
    touSource: 'registers',
    seasons: [],
    dayTables: [],
    steps: undefined,
    free: undefined,
    capacityPrice: undefined,
    demand: undefined,
    powerFactor: undefined,
    losses: undefined,
  };
}
