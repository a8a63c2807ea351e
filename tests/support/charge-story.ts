/**
 * Ten weeks of a small supply area, day by day: registers at midnight, payments, day end, settlement, late registers. What is done of a
 * day is found in the store, so that whoever comes after a kill goes on where it was. The same story always ends in the same journal.
 */
import { randomBytes } from 'node:crypto';
import type { Fact } from '../../src/core/model/fact.ts';
import { ENERGY_TOTAL } from '../../src/core/model/register.ts';
import { type ConfiguredPoint, storeArchive } from '../../src/core/services/archive-service.ts';
import { createChargeService } from '../../src/core/services/charge-service.ts';
import { createDecisions } from '../../src/core/services/decisions.ts';
import { createMeteringService } from '../../src/core/services/metering-service.ts';
import { createPaymentService } from '../../src/core/services/payment-service.ts';
import { createSettlementService } from '../../src/core/services/settlement-service.ts';
import { createSituations, type PointTerms } from '../../src/core/services/situations.ts';
import { type Instant, plusMs } from '../../src/kernel/clock.ts';
import { asId, createNewId, type MeterPointId } from '../../src/kernel/ids.ts';
import { silentLogger } from '../../src/kernel/logger.ts';
import { fen, power } from '../../src/kernel/units.ts';
import { openSqliteStore } from '../../src/store/sqlite/index.ts';
import { CONTRACT_ASPECTS, changeOf } from './archive-facts.ts';
import { billingTerms, instant, METER, POINT, planOf, RULES } from './core-facts.ts';
import { createManualClock } from './manual-clock.ts';

const POINTS = 40;
const DAYS = 70;
const HOUR_MS = 3_600_000;
const FIRST = instant('2026-09-30T16:00:00Z');
const PLAN = planOf('flat', { energy: '0.523' }, { since: '2026-11-04T16:00:00Z', energy: '0.617' });

const midnight = (day: number): Instant => plusMs(FIRST, day * 24 * HOUR_MS);
/** Hundredths of a kWh, the same for ever. */
const registerOf = (index: number, day: number): bigint =>
  BigInt(10_000 + index * 977 + day * (37 + ((index * 13) % 191)) + ((index * day * 7) % 29));
/** Its register of a settlement comes only the day after. */
const isLate = (index: number, day: number): boolean => (index + day) % 9 === 0;
/** Settled after reading: charged to what it owes. */
const owes = (index: number): boolean => index % 4 === 3;

/**
 * @param say told of each payment that is acknowledged, and of each day that is done
 */
export async function liveChargeStory(dataDir: string, say: (line: string) => void): Promise<void> {
  const clock = createManualClock(FIRST);
  const store = await openSqliteStore({ dataDir, clock });
  const last = await store.read('lastCommitAt', {});
  if (last !== undefined && last > FIRST) await clock.advance(last - FIRST);
  const newId = createNewId(() => clock.now(), randomBytes);
  const indexes = Array.from({ length: POINTS }, (_, index) => index);
  await storeArchive(store, indexes.map(placeOf), clock.now());
  await store.commit({ facts: indexes.flatMap(factsOf) });
  const terms: PointTerms = { ...billingTerms(PLAN), rules: { ...RULES, freshnessMs: 72 * HOUR_MS }, simulatedLine: false };
  const points = new Map(indexes.map((index): [MeterPointId, PointTerms] => [pointOf(index), terms]));
  const situations = createSituations({ store, clock, points });
  const decisions = createDecisions({ store, situations, newId, logger: silentLogger });
  const metering = createMeteringService({ store, situations, decisions, clock, newId, logger: silentLogger });
  const payments = createPaymentService({ store, situations, decisions, clock, newId });
  const charges = createChargeService({ store, situations, clock, newId });
  const settlement = createSettlementService({ store, situations, decisions, clock, newId, dueDays: 4, waitMs: 2 * HOUR_MS });
  const read = (index: number, day: number) =>
    metering.record({
      meterPointId: pointOf(index),
      answers: [{ register: ENERGY_TOTAL, value: { unscaled: registerOf(index, day), scale: 2 }, unit: 'kWh', readAt: midnight(day) }],
      relay: undefined,
    });
  say('ready');
  const begun = Math.max(0, Math.floor((clock.now() - FIRST) / (24 * HOUR_MS)));
  for (let day = begun; day < DAYS; day++) {
    await moveTo(midnight(day));
    await Promise.all(indexes.filter((index) => !isLate(index, day)).map((index) => read(index, day)));
    await charges.closeDays();
    await moveTo(plusMs(midnight(day), 3 * HOUR_MS));
    await settlement.run();
    await settlement.payDebts();
    await Promise.all(indexes.filter((index) => (index + day) % 6 === 0).map((index) => pay(index, day)));
    await moveTo(plusMs(midnight(day), 12 * HOUR_MS));
    await Promise.all(indexes.filter((index) => isLate(index, day)).map((index) => read(index, day)));
    await settlement.review();
    await settlement.payDebts();
    say(`day ${day}`);
  }
  await store.close();

  async function moveTo(at: Instant): Promise<void> {
    if (clock.now() < at) await clock.advance(at - clock.now());
  }
  async function pay(index: number, day: number): Promise<void> {
    const serial = `${index}-${day}`;
    const outcome = await payments.post({
      accountId: asId(`a-${index}`),
      amount: fen(BigInt(100 + index * 17 + day)),
      channel: 'bank',
      channelSerial: serial,
      channelDate: '2026-10-01',
      idempotencyKey: serial,
      actor: asId('bank'),
    });
    if (!outcome.ok) throw new Error(`payment ${serial} was ${outcome.error.code}`);
    say(`paid ${serial}`);
  }
}

const pointOf = (index: number): MeterPointId => asId(`p-${index}`);

function placeOf(index: number): ConfiguredPoint {
  const meterPoint = {
    ...POINT,
    id: pointOf(index),
    accountId: asId<never>(`a-${index}`),
    maxPower: power(200_000_000n),
    agreement: false,
  };
  const meter = { ...METER, id: asId<never>(`m-${index}`), meterPointId: meterPoint.id, address: String(index).padStart(12, '0') };
  return { account: { id: meterPoint.accountId, state: 'open' }, meterPoint, meter, openingPayment: undefined };
}

function factsOf(index: number): readonly Fact[] {
  const settlementMethod = owes(index) ? 'after-reading' : 'prepay';
  return [
    { kind: 'archiveChange', change: changeOf(`customer:c-${index}`, { identity: { name: `customer ${index}` } }) },
    {
      kind: 'archiveChange',
      change: changeOf(`contract:ht-${index}`, {
        parties: { customerId: asId(`c-${index}`), accountId: asId(`a-${index}`) },
        terms: { ...CONTRACT_ASPECTS.terms, settlementMethod },
      }),
    },
    {
      kind: 'archiveChange',
      change: changeOf(`meterPoint:p-${index}`, { contract: { contractId: asId(`ht-${index}`) }, class: { customerClass: 'residential' } }),
    },
  ];
}
