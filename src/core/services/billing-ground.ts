/** What the charge of a meter point rests on besides its readings: the dated facts of the archive, its meters, and the price plan. */
import { formatInstant, type Instant } from '../../kernel/clock.ts';
import type { AccountId } from '../../kernel/ids.ts';
import type { Zone } from '../../kernel/local-time.ts';
import { rational } from '../../kernel/rational.ts';
import { type Energy, energy, parseEnergy } from '../../kernel/units.ts';
import { aspectsAt, paysBefore, supplyAt } from '../archive/in-force.ts';
import type { ChargePoint } from '../model/accrual.ts';
import { type AspectName, type AspectValues, BEGINNING, type DatedFact, type Supply, subjectOf } from '../model/archive.ts';
import type { Bill, BillingFacts, Dated, MeterFact, PreviousUse, RegisterReading, Remark } from '../model/bill.ts';
import type { BillingCycle } from '../model/billing-cycle.ts';
import type { NumberedBill } from '../model/issued-bill.ts';
import { customerAccount, type LedgerAccount, receivableAccount } from '../model/journal.ts';
import type { MeterPoint, MeterSpan } from '../model/meter.ts';
import type { PriceBand, PricePlan } from '../model/price-plan.ts';
import type { MeterPointFacts } from '../ports/queries.ts';
import { instalmentsWithin, periodEnd } from '../tariff/billing-cycle.ts';
import { rateBill } from '../tariff/rater.ts';

/** Facts and plan of one billing period. */
export interface BillingGround {
  readonly facts: BillingFacts;
  readonly plan: PricePlan;
  /** Another ground has another key. */
  readonly key: string;
  readonly accountId: AccountId;
  readonly payer: LedgerAccount;
  /** Within the period, in order. */
  readonly instalments: readonly Instant[];
  /** Why no charge on this ground is final. */
  readonly doubts: readonly Remark[];
}

/** What of a meter point's terms a charge needs. */
export interface BillingTerms {
  readonly zone: Zone;
  /** Where the archive names none. */
  readonly plan: PricePlan;
  readonly planOf: (id: string) => PricePlan | undefined;
  readonly cycle: BillingCycle;
}

export type GroundFacts = Pick<MeterPointFacts, 'meterPoint' | 'archive' | 'meterSpans' | 'versions'>;

/** From how many persons on a household is a large family (F77, unconfirmed): who applied is dated in the archive, so this only tells them from others. */
const LARGE_FAMILY_PERSONS = 5;
/** Readings are believed up to half as much again as a connection carries, and bills allow for a fifth: the same bound for both. */
const BELIEVED = { numerator: 5n, denominator: 4n };

/**
 * The ground of the period that begins at `from`.
 *
 * @param end where the period ends at the latest; the next reading day where absent. A change of the tariff ends it before
 */
export function groundOf(facts: GroundFacts, terms: BillingTerms, from: Instant, end?: Instant): BillingGround {
  const { meterPoint, archive, meterSpans } = facts;
  const { zone } = terms;
  const subject = subjectOf('meterPoint', meterPoint.id);
  const own = archive.filter((fact) => fact.subject === subject);
  const supply = supplyAt(subject, from, (each) => archive.filter((fact) => fact.subject === each));
  const cycle = cycleOf(supply, archive, terms, from);
  const priced = pricedFrom(own, terms, from, end ?? periodEnd(cycle, from, zone));
  const { plan, to } = priced;
  const accountId = supply.contract.parties?.accountId ?? meterPoint.accountId;
  return {
    plan,
    doubts: priced.unknown === undefined ? [] : [unknownTariff(priced.unknown, plan)],
    accountId,
    instalments: instalmentsWithin(cycle, from, to, zone),
    payer: paysBefore(supply) ? customerAccount(accountId) : receivableAccount(accountId),
    key: keyOf(facts, priced, from),
    facts: {
      zone,
      customerClass: supply.point.class?.customerClass ?? 'residential',
      period: { from, to },
      previousPeriod: undefined,
      yearToDate: undefined,
      meteringSide: supply.point.metering?.side ?? 'high',
      meters: meterSpans.map((span) => meterFact(span, meterPoint)),
      ratios: ratiosOf(own, meterPoint),
      capacities: timelineOf(own, 'capacity').map((fact) => ({ ...dated(fact), kva: rational(BigInt(fact.value.voltAmperes), 1_000n) })),
      demands: timelineOf(own, 'demand').map((fact) => ({
        ...dated(fact),
        contractedKw: rational(BigInt(fact.value.contractedWatts), 1_000n),
        measuredKw: fact.value.measuredWatts === undefined ? undefined : rational(BigInt(fact.value.measuredWatts), 1_000n),
      })),
      largeFamily: timelineOf(own, 'largeFamily')
        .filter(({ value }) => value.persons >= LARGE_FAMILY_PERSONS)
        .map((fact) => ({ ...dated(fact), perMonth: undefined })),
      free: [],
      opened: openedOf(own, from, to),
    },
  };
}

/** The key alone of the ground of a period whose end is known. */
export function groundKeyOf(facts: GroundFacts, terms: BillingTerms, from: Instant, end: Instant): string {
  const subject = subjectOf('meterPoint', facts.meterPoint.id);
  const own = facts.archive.filter((fact) => fact.subject === subject);
  return keyOf(facts, pricedFrom(own, terms, from, end), from);
}

function keyOf({ meterPoint, meterSpans, versions }: GroundFacts, { plan, to }: Priced, from: Instant): string {
  const subject = subjectOf('meterPoint', meterPoint.id);
  const version = versions.find((each) => each.subject === subject)?.version ?? 0;
  return [plan.digest, version, from, to, ...meterSpans.map((span) => `${span.meterId}@${span.from}`)].join(' ');
}

interface Priced {
  readonly plan: PricePlan;
  /** Where a change of the tariff ends the period, `end` at the latest. */
  readonly to: Instant;
  /** What the archive names and nobody knows. */
  readonly unknown: string | undefined;
}

/** The price plan in force at `from`, and for how long. */
function pricedFrom(own: readonly DatedFact[], terms: BillingTerms, from: Instant, end: Instant): Priced {
  const tariffs = timelineOf(own, 'tariff');
  const tariff = tariffs.find((fact) => fact.from <= from && (fact.to === undefined || from < fact.to))?.value.tariff;
  const stated = tariff === undefined ? undefined : terms.planOf(tariff);
  const to = tariffs.reduce(
    (soonest: Instant, { from: since, value }) => (since > from && since < soonest && value.tariff !== tariff ? since : soonest),
    end,
  );
  return { plan: stated ?? terms.plan, to, unknown: stated === undefined ? tariff : undefined };
}

/** Nobody is charged for good by a price that the archive does not name. */
const unknownTariff = (tariff: string, { id }: PricePlan): Remark => ({
  reason: 'tariff-unknown',
  rule: 'charged by the configured tariff',
  detail: `the archive names ${tariff}, which the configuration does not have: charged by ${id}`,
});

/** What of a ground is charged by these points, up to `until`. */
export function rateGround({ facts, plan, doubts }: BillingGround, points: readonly ChargePoint[], until?: Instant): Bill {
  const bill = rateBill(facts, plan, points.map(readingOf), until);
  return doubts.length === 0 ? bill : { ...bill, provisional: [...doubts, ...bill.provisional] };
}

export const readingOf = ({ meterId, register, at, value }: ChargePoint): RegisterReading => ({
  id: undefined,
  meter: meterId,
  register,
  at,
  value,
  supersedes: undefined,
  heardAt: at,
});

/** The contract's own, else its district's, else the configuration's, whose instalments are for contracts that are settled by them. */
function cycleOf({ contract, point }: Supply, archive: readonly DatedFact[], { cycle }: BillingTerms, at: Instant): BillingCycle {
  if (contract.cycle !== undefined) return contract.cycle;
  const district = point.place?.district;
  const own =
    district === undefined
      ? undefined
      : aspectsAt(
          archive.filter(({ subject }) => subject === subjectOf('district', district)),
          at,
        ).districtCycle;
  const { readingDay, instalmentDays } = own ?? cycle;
  return { readingDay, instalmentDays: contract.terms?.settlementMethod === 'instalments' ? instalmentDays : [] };
}

/** The customers of a place come and go; who came within the step year has the volumes of his own months. */
function openedOf(own: readonly DatedFact[], from: Instant, to: Instant): readonly Dated[] {
  return timelineOf(own, 'contract')
    .filter((fact) => fact.from !== BEGINNING && fact.from < to && (fact.to === undefined || fact.to > from))
    .map(dated)
    .slice(-1);
}

/** The archive's ratios; the meter point's own where it has none yet. */
function ratiosOf(own: readonly DatedFact[], { currentRatio, voltageRatio }: MeterPoint): BillingFacts['ratios'] {
  const ratios = timelineOf(own, 'ratio');
  if (ratios.length === 0) return [{ from: BEGINNING, to: undefined, ratio: currentRatio * voltageRatio }];
  return ratios.map((fact) => ({ ...dated(fact), ratio: BigInt(fact.value.current) * BigInt(fact.value.voltage) }));
}

const meterFact = ({ meterId, from, to }: MeterSpan, { maxPower }: MeterPoint): MeterFact => ({
  meter: meterId,
  from,
  to,
  first: new Map(),
  final: new Map(),
  digits: 6,
  decimals: 2,
  maximumKw: rational(maxPower * BELIEVED.numerator, 1_000_000n * BELIEVED.denominator),
});

const dated = ({ from, to }: { readonly from: Instant; readonly to?: Instant | undefined }): Dated => ({ from, to });

type FactOf<Name extends AspectName> = DatedFact & { readonly value: AspectValues[Name] };
const timelineOf = <Name extends AspectName>(facts: readonly DatedFact[], aspect: Name): readonly FactOf<Name>[] =>
  facts.filter((fact): fact is FactOf<Name> => fact.aspect === aspect);

/** What a missing last register is charged by: the use that the bill of the period before has (F74), be it an estimate itself. */
export function withPrevious(ground: BillingGround, bills: readonly NumberedBill[]): BillingGround {
  const { period } = ground.facts;
  const before = bills.findLast(({ kind, to }) => kind === 'bill' && to === period.from);
  return before === undefined ? ground : { ...ground, facts: { ...ground.facts, previousPeriod: useOf(before) } };
}

/** The kWh of a bill by its lines of energy, which have six decimals at most. */
function useOf({ lines }: NumberedBill): PreviousUse {
  const bands = new Map<PriceBand, Energy>();
  for (const { component, quantity } of lines) {
    const band = component === 'energy' ? 'total' : /^energy:(.+)$/.exec(component)?.[1];
    const used = parseEnergy(quantity);
    if (band === undefined || !used.ok) continue;
    bands.set(band as PriceBand, energy((bands.get(band as PriceBand) ?? 0n) + used.value));
  }
  return { quantity: energy([...bands.values()].reduce((sum, value) => sum + value, 0n)), bands };
}

/** As entries and bills name a period. */
export const periodIdOf = (from: Instant): string => formatInstant(from);
