/** The whole core over a real store in memory, one meter point on scripted hardware, and a clock that tests move. */
import { DEFAULT_LATE_FEES, loadLateFeeRates } from '../../src/config/late-fee.ts';
import type { Command, CommandState } from '../../src/core/model/command.ts';
import type { Fact } from '../../src/core/model/fact.ts';
import type { Meter, MeterPoint } from '../../src/core/model/meter.ts';
import type { PricePlan } from '../../src/core/model/price-plan.ts';
import type { RuleSet } from '../../src/core/model/rule-set.ts';
import type { Notifier } from '../../src/core/ports/notifier.ts';
import type { MeterPointFacts } from '../../src/core/ports/queries.ts';
import type { CommitOutcome, Store } from '../../src/core/ports/store.ts';
import { type ConfiguredPoint, storeArchive } from '../../src/core/services/archive-service.ts';
import { createCaseService } from '../../src/core/services/cases.ts';
import { createChargeService } from '../../src/core/services/charge-service.ts';
import { createCommandRunner } from '../../src/core/services/command-runner.ts';
import { createCommandService } from '../../src/core/services/command-service.ts';
import { createCreditService } from '../../src/core/services/credit-service.ts';
import { createDecisions } from '../../src/core/services/decisions.ts';
import { createHoldService } from '../../src/core/services/hold-service.ts';
import { createLateFeeService } from '../../src/core/services/late-fee-service.ts';
import { createMarkService } from '../../src/core/services/mark-service.ts';
import { createMeterInstallations } from '../../src/core/services/meter-installations.ts';
import { createMeteringService } from '../../src/core/services/metering-service.ts';
import { createNoticeService } from '../../src/core/services/notice-service.ts';
import { createPaymentService, type PaymentOrder } from '../../src/core/services/payment-service.ts';
import { createReadingEntry } from '../../src/core/services/reading-entry.ts';
import { createRechargeRunner } from '../../src/core/services/recharge-runner.ts';
import { createRechargeService, type RechargeOrder } from '../../src/core/services/recharge-service.ts';
import { createReversalService } from '../../src/core/services/reversal-service.ts';
import { createSettlementService } from '../../src/core/services/settlement-service.ts';
import { createSituations, type PointTerms } from '../../src/core/services/situations.ts';
import { createSupplyChanges } from '../../src/core/services/supply-changes.ts';
import { type Actor, asId, type EntryId, type MeterId, type MeterPointId, type NewId } from '../../src/kernel/ids.ts';
import { silentLogger } from '../../src/kernel/logger.ts';
import { ok } from '../../src/kernel/result.ts';
import { type MemoryStore, openMemoryStore } from '../../src/store/sqlite/index.ts';
import { billingTerms, createCountingIds, EVENING, FLAT, METER, POINT, RULES, SHANGHAI, yuan } from './core-facts.ts';
import { createScriptedMeters } from './core-scripted-meters.ts';
import { createScriptedPurse } from './core-scripted-purse.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';

export interface WorldOptions {
  readonly rules?: Partial<RuleSet>;
  readonly point?: Partial<MeterPoint>;
  readonly plan?: PricePlan;
  /** What hangs there, where it is not the first one. */
  readonly meter?: Partial<Meter>;
  /** Wraps the store: a test may stand at its door, never change what it answers. */
  readonly around?: (store: Store) => Store;
  readonly notifier?: Notifier;
  /** A store that several places share, one after another; one of its own otherwise. */
  readonly ground?: Ground;
}

/** A store with its clock and its ids. */
export interface Ground {
  readonly store: Store;
  readonly clock: ManualClock;
  readonly newId: NewId;
  /** How far the journal has grown. */
  lastSeq(): number;
}

/** One that ends with the test, and that can be checked while it is used. */
export interface MemoryGround extends Ground {
  readonly store: MemoryStore;
}

/** Other meters on the feeder, for the trip limiter's shares. */
const NEIGHBOURS = 9;

export async function createGround(): Promise<MemoryGround> {
  const clock = createManualClock(EVENING);
  const store = await openMemoryStore(clock);
  await storeArchive(
    store,
    Array.from({ length: NEIGHBOURS }, (_, index) => neighbourOf(index)),
    clock.now(),
  );
  let lastSeq = 0;
  store.onCommitted((seq) => {
    lastSeq = seq;
  });
  return { store, clock, newId: createCountingIds(), lastSeq: () => lastSeq };
}

export type World = Awaited<ReturnType<typeof createWorld>>;

const receiving: Notifier = { simulated: false, deliver: async ({ id }) => ok({ receipt: `received ${id}` }) };

export async function createWorld({
  rules,
  point,
  plan = FLAT,
  meter,
  around = (store) => store,
  notifier = receiving,
  ground,
}: WorldOptions = {}) {
  const { store: inner, clock, newId } = ground ?? (await createGround());
  const store = around(inner);
  const logger = silentLogger;
  const meters = createScriptedMeters(clock);
  const { gateway: purses, purse } = createScriptedPurse(clock);
  const meterPoint = { ...POINT, ...point };
  let meterConfig: Meter = { ...METER, id: asId<MeterId>(meterPoint.id.replace(/^p/, 'm')), meterPointId: meterPoint.id, ...meter };
  const terms: PointTerms = { ...billingTerms(plan), rules: { ...RULES, ...rules }, simulatedLine: false };
  const points = new Map<MeterPointId, PointTerms>([[meterPoint.id, terms]]);
  const configure = (to: PointTerms) => points.set(meterPoint.id, to);
  const situations = createSituations({ store, clock, points });
  const decisions = createDecisions({ store, situations, newId, logger });
  const payments = createPaymentService({ store, situations, decisions, clock, newId });
  const holds = createHoldService({ store, situations, decisions, clock, newId });
  const commands = createCommandService({ store, situations, clock, newId });
  const metering = createMeteringService({ store, situations, decisions, clock, newId, logger });
  const runner = createCommandRunner({ store, situations, gateway: meters.gateway, clock, newId, logger });
  const recharges = createRechargeService({ store, situations, purses, clock, newId });
  const rechargeRunner = createRechargeRunner({ store, situations, purses, clock, newId, logger });
  const charges = createChargeService({ store, situations, clock, newId });
  const lateFees = createLateFeeService({ store, clock, newId, zone: SHANGHAI, rates: loadLateFeeRates(DEFAULT_LATE_FEES) });
  const notices = createNoticeService({ store, notifier, clock });
  const supplyChanges = createSupplyChanges({ store, situations, clock, newId, dueDays: 4 });
  const settlement = createSettlementService({ store, situations, decisions, clock, newId, dueDays: 4, waitMs: 7_200_000 });
  const marks = createMarkService({ store, situations, decisions, clock });
  const reversals = createReversalService({ store, situations, decisions, clock, newId });
  const credit = createCreditService({ store, situations, decisions, clock, newId });
  const cases = createCaseService({ store, clock });
  const installations = createMeterInstallations({ store, clock });
  const readingEntry = createReadingEntry({ store, situations, decisions, clock, newId });
  await storeArchive(inner, [placeOf(meterPoint, meterConfig)], clock.now());

  let serial = 0;
  const world = {
    clock,
    store: inner,
    meters,
    get meter() {
      return meters.meter;
    },
    meterId: () => meterConfig.id,
    /** Another meter hangs there from now on. */
    hang(id: MeterId) {
      meterConfig = { ...meterConfig, id };
      meters.replace();
    },
    points,
    terms,
    configure,
    situations,
    decisions,
    payments,
    holds,
    commands,
    metering,
    runner,
    purse,
    recharges,
    rechargeRunner,
    charges,
    lateFees,
    supplyChanges,
    settlement,
    installations,
    readingEntry,
    reversals,
    marks,
    cases,
    credit,
    notices,
    pay: (amount: string, more: Partial<PaymentOrder> = {}) => {
      serial += 1;
      return payments.post({
        accountId: meterPoint.accountId,
        amount: yuan(amount),
        channel: 'bank',
        channelSerial: `${meterPoint.id}-${serial}`,
        channelDate: '2026-11-24',
        idempotencyKey: `key-${meterPoint.id}-${serial}`,
        actor: asId('teller'),
        ...more,
      });
    },
    /** Two persons reverse a payment. */
    async reverse(entryId: EntryId) {
      serial += 1;
      const idempotencyKey = `reverse-${meterPoint.id}-${serial}`;
      const asked = await reversals.ask({ entryId, amount: undefined, reason: 'a mistake', idempotencyKey, actor: asId('teller') });
      const approval = { idempotencyKey: `${idempotencyKey}-approved`, actor: asId<Actor>('chief') };
      if (asked.ok) await reversals.approve({ reversalId: asked.value.value.id, ...approval });
    },
    recharge: (amount: string, more: Partial<RechargeOrder> = {}) => {
      serial += 1;
      return recharges.request({
        kind: 'recharge',
        meterId: meterConfig.id,
        amount: yuan(amount),
        count: undefined,
        customer: '000000004711',
        reason: 'paid at the counter',
        expiresAt: undefined,
        idempotencyKey: `recharge-${serial}`,
        actor: asId('teller'),
        ...more,
      });
    },
    /** The newest recharge with its time line. */
    async newestRecharge() {
      const [newest] = (await inner.read('recharges', { meterId: meterConfig.id, limit: 1 })).items;
      const found = newest && (await inner.read('recharge', { rechargeId: newest.id }));
      if (found === undefined) throw new TypeError('no recharge was asked for');
      return found;
    },
    /** Moves the newest recharge until it waits or ends, at most so many steps. */
    async runRecharge(steps = 10): Promise<string> {
      for (let step = 0; step < steps; step++) {
        const moved = await rechargeRunner.advance((await world.newestRecharge()).recharge);
        if (moved !== 'moved' && moved !== 'unmoved') break;
      }
      return pathOf((await world.newestRecharge()).moves);
    },
    /** Reads the meter once and records what it says. */
    async poll() {
      const registers = await meters.gateway.readRegisters(meterConfig.id, metering.registersOf(meterPoint.id), { priority: 'scheduled' });
      const relay = await meters.gateway.readRelay(meterConfig.id, { priority: 'scheduled' });
      if (registers.ok)
        await metering.record({ meterPointId: meterPoint.id, answers: registers.value, relay: relay.ok ? relay.value : undefined });
    },
    facts: (): Promise<MeterPointFacts> => situations.load(meterPoint.id),
    async openCommand(): Promise<Command> {
      const [command] = (await world.facts()).openCommands;
      if (command === undefined) throw new TypeError('no command is under way');
      return command;
    },
    async command(id: Command['id']) {
      const found = await inner.read('command', { commandId: id });
      if (found === undefined) throw new TypeError(`no command ${id}`);
      return found;
    },
    /** Commands under way as the command loop sees them: restores first. */
    async openCommands(): Promise<readonly Command[]> {
      const open = (await store.read('openCommands', {})).filter(({ meterPointId }) => meterPointId === meterPoint.id);
      return open.sort((left, right) => Number(left.action === 'trip') - Number(right.action === 'trip'));
    },
    /** Moves the first open command until it waits or ends, at most so many steps. */
    async run(steps = 10): Promise<void> {
      for (let step = 0; step < steps; step++) {
        const [command] = await world.openCommands();
        if (command === undefined) return;
        const moved = await runner.advance(command);
        if (moved !== 'moved' && moved !== 'unmoved') return;
      }
    },
    async balance() {
      return (await inner.read('account', { accountId: meterPoint.accountId }))?.balance;
    },
    async commit(...facts: readonly Fact[]): Promise<CommitOutcome> {
      return inner.commit({ facts });
    },
    /** Uses up what the account has, warns and gives notice, so that the next poll trips. */
    async exhaust(opening = '1.00', used = 300n) {
      await world.poll();
      await world.pay(opening);
      await clock.advance(3_600_000);
      world.meter.register += used;
      await world.poll();
      await notices.deliverQueued();
      await world.poll();
      await notices.deliverQueued();
    },
  };
  return world;
}

const placeOf = (meterPoint: MeterPoint, meter: Meter): ConfiguredPoint => ({
  account: { id: meterPoint.accountId, state: 'open' },
  meterPoint,
  meter,
  openingPayment: undefined,
});
const neighbourOf = (index: number): ConfiguredPoint => {
  const id = asId<MeterPointId>(`neighbour-${index}`);
  return placeOf(
    { ...POINT, id, accountId: asId(id) },
    { ...METER, id: asId(id), meterPointId: id, address: String(index).padStart(12, '9') },
  );
};

/** A place at the store's door: what a test does there happens once, just before the next batch that holds such a fact. */
export function createDoor(kind: Fact['kind'], fits: (fact: Fact) => boolean = () => true) {
  const door = {
    act: undefined as (() => Promise<unknown>) | undefined,
    around: (store: Store): Store => ({
      ...store,
      async commit(batch) {
        const act = door.act;
        if (act !== undefined && batch.facts.some((fact) => fact.kind === kind && fits(fact))) {
          door.act = undefined;
          await act();
        }
        return store.commit(batch);
      },
    }),
  };
  return door;
}

export const pathOf = (moves: readonly { readonly to: CommandState }[]): string => moves.map(({ to }) => to).join(' ');
