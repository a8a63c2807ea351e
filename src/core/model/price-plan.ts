import type { Instant } from '../../kernel/clock.ts';
import type { BusinessDay } from '../../kernel/local-time.ts';
import type { Rational } from '../../kernel/rational.ts';
import type { Energy, Price } from '../../kernel/units.ts';

export const TOU_PERIODS = ['sharp', 'peak', 'flat', 'valley', 'deepValley'] as const;
export type TouPeriod = (typeof TOU_PERIODS)[number];
/** What a price is for: a period of the day, or `total` where the whole day has one price. */
export type PriceBand = TouPeriod | 'total';
export type Prices = ReadonlyMap<PriceBand, Price>;

/** A local day, from its midnight in the meter point's zone, or an instant. */
export type Start = BusinessDay | Instant;

export const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
export type DayKind = (typeof WEEKDAYS)[number] | 'holiday' | 'special';

/** `MM-DD` to `MM-DD`, both included; may pass the turn of the year. */
export interface Season {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  /** Where they differ from the version's. */
  readonly prices: Prices | undefined;
}

/**
 * Those that hold a day; in a plan that was checked that is one.
 *
 * @param date `MM-DD`
 */
export const seasonsOn = (seasons: readonly Season[], date: string): readonly Season[] =>
  seasons.filter(({ from, to }) => (from <= to ? from <= date && date <= to : from <= date || date <= to));

export interface DayTable {
  /** Every season where empty. */
  readonly seasons: readonly string[];
  readonly days: readonly DayKind[];
  /** In order, the first at 0. */
  readonly switches: readonly { readonly minute: number; readonly period: TouPeriod }[];
}

export interface StepPlan {
  readonly basis: 'year' | 'month';
  /** `MM-DD`: where the step year begins. */
  readonly yearStart: string;
  /** Volumes of one basis, rising; the last has none. */
  readonly blocks: readonly { readonly upTo: Energy | undefined; readonly add: Price }[];
  readonly largeFamilyPerMonth: Energy;
}

export interface DemandPrice {
  readonly price: Price;
  /** Share of the contracted demand that is not yet excess. */
  readonly tolerance: Rational;
  readonly excessFactor: Rational;
  /** From so many kWh per kVA and month on, the price takes this factor (F82). */
  readonly highUse: { readonly kwhPerKva: Rational; readonly factor: Rational } | undefined;
}

/** Power factors in hundredths. */
export interface PowerFactorTable {
  readonly base: number;
  /** Percent of the amount for each hundredth, walking away from the base. */
  readonly below: readonly { readonly to: number; readonly percent: Rational }[];
  readonly above: readonly { readonly to: number; readonly percent: Rational }[];
}

/** Shares, not percent. Iron: kW (kvar) per kVA, every hour. Copper: of what was metered. Line: of what was metered with the transformer's losses. */
export interface LossPlan {
  readonly iron: Rational;
  readonly copper: Rational;
  readonly line: Rational;
  readonly reactiveIron: Rational;
  readonly reactiveCopper: Rational;
}

export interface PlanVersion {
  readonly from: Start;
  readonly prices: Prices;
  readonly touSource: 'auto' | 'registers' | 'intervals';
  readonly seasons: readonly Season[];
  readonly dayTables: readonly DayTable[];
  readonly steps: StepPlan | undefined;
  readonly free: { readonly perMonth: Energy; readonly classes: readonly string[] } | undefined;
  readonly capacityPrice: Price | undefined;
  readonly demand: DemandPrice | undefined;
  readonly powerFactor: PowerFactorTable | undefined;
  readonly losses: LossPlan | undefined;
}

export interface Fund {
  readonly component: string;
  readonly price: Price;
  readonly from: Start;
  readonly to: Start | undefined;
  readonly exempt: readonly string[];
}

export interface HolidayCalendar {
  readonly name: string;
  readonly years: ReadonlySet<number>;
  /** Holiday, special day, or a weekend day that is worked. */
  readonly days: ReadonlyMap<BusinessDay, 'holiday' | 'special' | 'workday'>;
}

/** A whole price plan; versions in order of their start. */
export interface PricePlan {
  readonly id: string;
  /** Of everything that it says: another one is another plan. */
  readonly digest: string;
  readonly classes: readonly string[];
  readonly versions: readonly PlanVersion[];
  readonly funds: readonly Fund[];
  readonly calendar: HolidayCalendar | undefined;
}
