/**
 * A year of a supply area: customers of four kinds whose meters are read, who pay, move out and move in, whose registers come late, were
 * misread or multiplied by a wrong ratio. Runs the services on a store of its own; the same seed gives the same year.
 */

import path from 'node:path';
import { loadPricePlan } from '../../src/config/price-plan.ts';
import type { AspectTimeline, AspectValues } from '../../src/core/model/archive.ts';
import { BEGINNING } from '../../src/core/model/archive.ts';
import { MONTHLY } from '../../src/core/model/billing-cycle.ts';
import type { Fact } from '../../src/core/model/fact.ts';
import type { MeterPoint } from '../../src/core/model/meter.ts';
import { registersOf } from '../../src/core/model/plan-registers.ts';
import type { PricePlan } from '../../src/core/model/price-plan.ts';
import { ENERGY_TOTAL, energyOfRate, type RegisterName } from '../../src/core/model/register.ts';
import { type ConfiguredPoint, storeArchive } from '../../src/core/services/archive-service.ts';
import { createDecisions } from '../../src/core/services/decisions.ts';
import { createMeteringService } from '../../src/core/services/metering-service.ts';
import { createPaymentService } from '../../src/core/services/payment-service.ts';
import { createReadingEntry } from '../../src/core/services/reading-entry.ts';
import { createSettlementService } from '../../src/core/services/settlement-service.ts';
import { createSituations, type PointTerms } from '../../src/core/services/situations.ts';
import { createSupplyChanges } from '../../src/core/services/supply-changes.ts';
import { formatInstant, type Instant, plusMs } from '../../src/kernel/clock.ts';
import { asId, type MeterPointId } from '../../src/kernel/ids.ts';
import { startOfDay, toBusinessDay } from '../../src/kernel/local-time.ts';
import { silentLogger } from '../../src/kernel/logger.ts';
import { energy, fen, power } from '../../src/kernel/units.ts';
import { openSqliteStore } from '../../src/store/sqlite/index.ts';
import { CONTRACT_ASPECTS, changeOf } from './archive-facts.ts';
import { createCountingIds, METER, POINT, planOf, RULES, SHANGHAI } from './core-facts.ts';
import { createManualClock } from './manual-clock.ts';
import { createRandom } from './random.ts';

const TARIFFS = path.join(import.meta.dirname, '../../config/tariffs');
const HOUR_MS = 3_600_000;

/** Customers by what they are charged by. */
const KINDS = ['flat', 'steps', 'periods', 'industry'] as const;
type Kind = (typeof KINDS)[number];
const PLANS: Readonly<Record<Kind, PricePlan>> = {
  flat: planOf('flat', { energy: '0.52' }),
  steps: loadPricePlan(path.join(TARIFFS, 'beijing-residential-step.yaml')),
  periods: planOf('periods', { 'energy:peak': '0.83', 'energy:valley': '0.31' }),
  industry: loadPricePlan(path.join(TARIFFS, 'industrial-two-part.yaml')),
};
const REGISTERS: Readonly<Record<Kind, readonly RegisterName[]>> = {
  flat: [ENERGY_TOTAL],
  steps: [ENERGY_TOTAL],
  periods: [ENERGY_TOTAL, energyOfRate(2), energyOfRate(4)],
  industry: [ENERGY_TOTAL, ...[1, 2, 3, 4, 5].map(energyOfRate), '1-0:3.8.0' as RegisterName, '1-0:4.8.0' as RegisterName],
};

export interface Customer {
  readonly index: number;
  readonly kind: Kind;
  readonly pointId: MeterPointId;
  /** Hundredths of a kWh of each register, as the meter really stands. */
  readonly registers: Map<RegisterName, bigint>;
  /** What the total stood at at each boundary, hundredths of a kWh: what the year should have been charged by. */
  readonly boundaries: bigint[];
  open: boolean;
  moved: boolean;
}

export interface YearReport {
  readonly customers: readonly Customer[];
  readonly months: number;
  readonly settled: number;
  readonly corrected: number;
  /** Debts that own money has paid. */
  readonly paid: number;
  readonly transfers: number;
  readonly closings: number;
  readonly late: number;
  readonly misread: number;
  readonly wrongRatios: number;
}

export async function runYear({ dataDir, count, seed, months = 12 }: { dataDir: string; count: number; seed: number; months?: number }) {
  const random = createRandom(seed);
  const clock = createManualClock(boundary(0));
  const store = await openSqliteStore({ dataDir, clock });
  const newId = createCountingIds();
  const customers = Array.from({ length: count }, (_, index) => customerOf(index, random.below));
  await storeArchive(store, customers.map(placeOf), clock.now());
  await say(store, customers.flatMap(contractFacts));
  const points = new Map(customers.map((customer): [MeterPointId, PointTerms] => [customer.pointId, termsOf(customer.kind)]));
  const situations = createSituations({ store, clock, points });
  const decisions = createDecisions({ store, situations, newId, logger: silentLogger });
  const metering = createMeteringService({ store, situations, decisions, clock, newId, logger: silentLogger });
  const payments = createPaymentService({ store, situations, decisions, clock, newId });
  const settlement = createSettlementService({ store, situations, decisions, clock, newId, dueDays: 4, waitMs: 2 * HOUR_MS });
  const readingEntry = createReadingEntry({ store, situations, decisions, clock, newId });
  const supply = createSupplyChanges({ store, situations, clock, newId, dueDays: 4 });
  const figures = { settled: 0, corrected: 0, paid: 0, transfers: 0, closings: 0, late: 0, misread: 0, wrongRatios: 0 };
  let serial = 0;

  const each = (work: (customer: Customer) => Promise<unknown>) => Promise.all(customers.filter(({ open }) => open).map(work));
  const moveTo = (at: Instant) => clock.advance(at - clock.now());
  const read = (customer: Customer, at: Instant, off = 0n) =>
    metering.record({
      meterPointId: customer.pointId,
      answers: [...customer.registers].map(([register, value]) => ({
        register,
        value: { unscaled: value + (register === ENERGY_TOTAL ? off : 0n), scale: 2 },
        unit: register.startsWith('1-0:1') ? 'kWh' : 'kvarh',
        readAt: at,
      })),
      relay: undefined,
    });
  const pay = async (customer: Customer, yuan: number) => {
    const facts = await situations.load(customer.pointId);
    serial += 1;
    const outcome = await payments.post({
      accountId: facts.meterPoint.accountId,
      amount: fen(BigInt(yuan) * 100n),
      channel: customer.index % 3 === 0 ? 'bank' : 'wechat',
      channelSerial: `S-${serial}`,
      channelDate: formatInstant(clock.now()).slice(0, 10),
      idempotencyKey: `pay-${serial}`,
      actor: asId('bank'),
    });
    if (!outcome.ok) throw new Error(`a payment was ${outcome.error.code}`);
  };
  const settleAll = async () => {
    figures.settled += await settlement.run();
    figures.corrected += await settlement.review();
    figures.paid += await settlement.payDebts();
  };

  await each((customer) => read(customer, boundary(0)));
  for (const customer of customers) customer.boundaries.push(customer.registers.get(ENERGY_TOTAL) ?? 0n);
  for (let month = 0; month < months; month++) {
    await moveTo(plusMs(boundary(month), 14 * 24 * HOUR_MS));
    for (const customer of customers) use(customer, random.below);
    await each((customer) => read(customer, clock.now()));
    await each(async (customer) => {
      if (random.below(3) > 0) await pay(customer, 20 + random.below(400));
    });
    await change();
    await moveTo(boundary(month + 1));
    for (const customer of customers) use(customer, random.below);
    const absent = new Set(customers.filter(() => random.below(12) === 0));
    await each((customer) => (absent.has(customer) ? Promise.resolve() : read(customer, clock.now())));
    for (const customer of customers) customer.boundaries.push(customer.registers.get(ENERGY_TOTAL) ?? 0n);
    const standing = new Map(customers.map((customer) => [customer, new Map(customer.registers)]));
    await moveTo(plusMs(boundary(month + 1), 3 * HOUR_MS));
    for (const customer of absent) use(customer, () => 1);
    await Promise.all([...absent].filter(({ open }) => open).map((customer) => read(customer, clock.now())));
    await settleAll();
    await moveTo(plusMs(boundary(month + 1), 26 * HOUR_MS));
    // What was frozen at the boundary is brought in a day later.
    for (const customer of absent) {
      if (!customer.open) continue;
      figures.late += 1;
      await metering.record({
        meterPointId: customer.pointId,
        answers: [...(standing.get(customer) ?? [])].map(([register, value]) => ({
          register,
          value: { unscaled: value, scale: 2 },
          unit: register.startsWith('1-0:1') ? 'kWh' : 'kvarh',
          readAt: boundary(month + 1),
        })),
        relay: undefined,
      });
    }
    await settleAll();
    await correct(month);
    await settleAll();
  }
  await store.close();
  return { customers, months, ...figures } satisfies YearReport;

  /** Some move, some close; nobody who owes. */
  async function change(): Promise<void> {
    for (const customer of customers) {
      if (!customer.open || customer.kind === 'industry' || random.below(40) !== 0) continue;
      await pay(customer, 5_000);
      const common = { meterPointId: customer.pointId, reason: 'asked for', actor: asId<never>('clerk') };
      const next = `n${customer.index}-${clock.now()}`;
      const order = customer.moved
        ? ({ kind: 'closing', ...common, idempotencyKey: `close-${next}` } as const)
        : ({
            kind: 'transfer',
            contractId: asId<never>(`ht-${next}`),
            customerId: asId<never>(`c-${customer.index}`),
            accountId: asId<never>(`a-${next}`),
            ...common,
            idempotencyKey: `transfer-${next}`,
          } as const);
      const outcome = await supply.run(order);
      if (!outcome.ok) throw new Error(`a ${order.kind} was ${JSON.stringify(outcome.error)}`);
      if (order.kind === 'closing') {
        customer.open = false;
        figures.closings += 1;
      } else {
        customer.moved = true;
        figures.transfers += 1;
      }
    }
  }

  /** A boundary was misread and is put right; a ratio was wrong since the month before last. */
  async function correct(month: number): Promise<void> {
    for (const customer of customers) {
      if (!customer.open || customer.moved) continue;
      if (customer.kind === 'flat' && random.below(25) === 0) {
        const truth = customer.boundaries.at(-1) ?? 0n;
        const outcome = await readingEntry.enter({
          meterId: asId(`m-${customer.index}`),
          register: ENERGY_TOTAL,
          value: energy((truth - 50n) * 10_000n),
          measuredAt: boundary(month + 1),
          reason: 'misread',
          idempotencyKey: `misread-${customer.index}-${month}`,
          actor: asId('clerk'),
        });
        if (!outcome.ok) throw new Error(`a reading was ${outcome.error.code}`);
        customer.boundaries[customer.boundaries.length - 1] = truth - 50n;
        figures.misread += 1;
      }
      if (customer.kind === 'steps' && month > 2 && random.below(60) === 0) {
        const periods = [
          { from: BEGINNING, to: boundary(month - 2), value: { current: 1, voltage: 1 } },
          { from: boundary(month - 2), value: { current: 2, voltage: 1 } },
        ];
        await say(store, [archiveFact(`meterPoint:${customer.pointId}`, [{ aspect: 'ratio', periods }])]);
        customer.moved = true;
        figures.wrongRatios += 1;
      }
    }
  }
}

/** The beginning of a month of 2026 in Shanghai; 12 is the next year's. */
export const boundary = (month: number): Instant => startOfDay(toBusinessDay(2026 + Math.floor(month / 12), (month % 12) + 1, 1), SHANGHAI);

function customerOf(index: number, below: (limit: number) => number): Customer {
  const kind: Kind = index % 20 === 19 ? 'industry' : ((['flat', 'steps', 'periods'] as const)[index % 3] ?? 'flat');
  const registers = new Map(REGISTERS[kind].map((register): [RegisterName, bigint] => [register, 0n]));
  const rates = [...registers.keys()].filter((register) => register !== ENERGY_TOTAL && register.startsWith('1-0:1'));
  for (const register of rates) registers.set(register, BigInt(below(500_000)));
  registers.set(
    ENERGY_TOTAL,
    rates.length === 0 ? BigInt(below(900_000)) : rates.reduce((sum, rate) => sum + (registers.get(rate) ?? 0n), 0n),
  );
  return { index, kind, pointId: asId(`p-${index}`), registers, boundaries: [], open: true, moved: false };
}

/** Half a month's use. */
function use({ registers, kind }: Customer, below: (limit: number) => number): void {
  const most = kind === 'industry' ? 400_000 : 25_000;
  let total = 0n;
  for (const [register, value] of registers) {
    if (register === ENERGY_TOTAL) continue;
    const used = BigInt(below(register.startsWith('1-0:1') ? most : most / 8));
    registers.set(register, value + used);
    if (register.startsWith('1-0:1')) total += used;
  }
  if (registers.size === 1) total = BigInt(below(most));
  registers.set(ENERGY_TOTAL, (registers.get(ENERGY_TOTAL) ?? 0n) + total);
}

function placeOf({ index, kind, pointId }: Customer): ConfiguredPoint {
  const meterPoint: MeterPoint = {
    ...POINT,
    id: pointId,
    accountId: asId(`a-${index}`),
    tariff: PLANS[kind].id,
    feeder: `feeder-${index % 4}`,
    maxPower: power(2_000_000_000n),
    agreement: false,
  };
  return {
    account: { id: meterPoint.accountId, state: 'open' },
    meterPoint,
    meter: { ...METER, id: asId(`m-${index}`), meterPointId: pointId, address: String(index).padStart(12, '0') },
    openingPayment: undefined,
  };
}

function contractFacts({ index, kind, pointId }: Customer): readonly Fact[] {
  const method = kind === 'industry' ? 'instalments' : kind === 'periods' ? 'after-reading' : 'prepay';
  const cycle = method === 'instalments' ? { cycle: { readingDay: 1, instalmentDays: [11, 21] } } : {};
  const customerClass = kind === 'industry' ? 'industrial' : kind === 'periods' ? 'commercial' : 'residential';
  return [
    { kind: 'archiveChange', change: changeOf(`customer:c-${index}`, { identity: { name: `customer ${index}` } }) },
    {
      kind: 'archiveChange',
      change: changeOf(`contract:ht-${index}`, {
        parties: { customerId: asId(`c-${index}`), accountId: asId(`a-${index}`) },
        terms: { ...CONTRACT_ASPECTS.terms, settlementMethod: method },
        ...cycle,
      }),
    },
    {
      kind: 'archiveChange',
      change: changeOf(`meterPoint:${pointId}`, {
        contract: { contractId: asId(`ht-${index}`) },
        class: { customerClass },
        capacity: { voltAmperes: kind === 'industry' ? 315_000 : 8_000 },
        place: { district: `district-${index % 5}`, feeder: `feeder-${index % 4}` },
        metering: { side: kind === 'industry' ? 'low' : 'high' },
      } satisfies Partial<AspectValues>),
    },
  ];
}

const archiveFact = (subject: `meterPoint:${string}`, aspects: readonly unknown[]): Fact => ({
  kind: 'archiveChange',
  change: { ...changeOf(subject, {}), aspects: aspects as readonly AspectTimeline[] },
});

const termsOf = (kind: Kind): PointTerms => ({
  zone: SHANGHAI,
  plan: PLANS[kind],
  planOf: (id) => Object.values(PLANS).find((plan) => plan.id === id),
  registers: registersOf(PLANS[kind]),
  cycle: MONTHLY,
  rules: { ...RULES, freshnessMs: 40 * 24 * HOUR_MS },
  simulatedLine: false,
});

async function say(store: Awaited<ReturnType<typeof openSqliteStore>>, facts: readonly Fact[]): Promise<void> {
  for (let start = 0; start < facts.length; start += 300) {
    const outcome = await store.commit({ facts: facts.slice(start, start + 300) });
    if (outcome.status !== 'committed') throw new Error(`the archive was ${outcome.status}`);
  }
}
