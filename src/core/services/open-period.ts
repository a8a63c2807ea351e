import type { Instant } from '../../kernel/clock.ts';
import type { MeterId } from '../../kernel/ids.ts';
import type { Accrual, ChargePoint } from '../model/accrual.ts';
import { registersOf } from '../model/plan-registers.ts';
import type { Reading } from '../model/reading.ts';
import type { Store } from '../ports/store.ts';
import { acceptedReadings } from '../tariff/accepted.ts';
import { cutsOf, openingsOf } from '../tariff/cuts.ts';
import { type BillingGround, type BillingTerms, type GroundFacts, groundOf, readingOf } from './billing-ground.ts';

/** The period that a new reading is charged in. */
export interface OpenPeriod {
  readonly ground: BillingGround;
  /** Picked anew, where the accrual's own were picked for another ground. */
  readonly points: readonly ChargePoint[] | undefined;
}

/** Undefined while no period is open and these readings open none: the first complete set of registers does. */
export async function openPeriod(
  store: Pick<Store, 'read'>,
  facts: GroundFacts & { readonly accrual: Accrual | undefined },
  terms: BillingTerms,
  readings: readonly Reading[],
): Promise<OpenPeriod | undefined> {
  const { accrual } = facts;
  const from = accrual?.from ?? firstSetAt(readings, terms);
  if (from === undefined) return undefined;
  const ground = groundOf(facts, terms, from, accrual === undefined || accrual.ground === '' ? undefined : accrual.to);
  return { ground, points: accrual?.ground === ground.key ? undefined : await pointsFor(store, ground, accrual?.latestAt) };
}

function firstSetAt(readings: readonly Reading[], { plan }: BillingTerms): Instant | undefined {
  const { needed } = registersOf(plan);
  const good = readings.filter(({ quality }) => quality === 'good');
  const sets = Map.groupBy(
    good.filter(({ register }) => needed.includes(register)),
    ({ measuredAt }) => measuredAt,
  );
  return [...sets]
    .filter(([, set]) => set.length === needed.length)
    .map(([at]) => at)
    .sort((one, other) => one - other)[0];
}

/** What is stored of the registers that a period is charged by, as far as its charge looks at them. */
export async function pointsFor(
  store: Pick<Store, 'read'>,
  { facts, plan }: BillingGround,
  ...more: readonly (Instant | undefined)[]
): Promise<readonly ChargePoint[]> {
  const meterIds = facts.meters.map(({ meter }) => meter as MeterId);
  const registers = registersOf(plan).wanted;
  const at = (cuts: readonly Instant[]) => store.read('chargePoints', { meterIds, registers, cuts });
  // Whether a meter keeps the periods of the day by itself shows in what was read of it since the period began.
  const newest = plan.versions.some(({ touSource }) => touSource === 'auto') ? await at(openingsOf(facts)) : [];
  const cuts = cutsOf(facts, plan, acceptedReadings(newest.map(readingOf)));
  return await at([...cuts, ...more.filter((instant) => instant !== undefined)]);
}

/** Whether everything that is charged by was read of a meter at an instant. */
export function hasRegistersAt(points: readonly ChargePoint[], { plan }: BillingGround, meterId: MeterId, at: Instant): boolean {
  const read = new Set(points.filter((point) => point.meterId === meterId && point.at === at).map(({ register }) => register));
  return registersOf(plan).needed.every((register) => read.has(register));
}
