/**
 * Settlement: a period that has ended is rated whole from the registers of its end, posted, billed, and the next one opened, all in
 * one commit. Whoever runs it again finds nothing to do.
 */
import { type Instant, plusMs } from '../../kernel/clock.ts';
import type { MeterId, MeterPointId } from '../../kernel/ids.ts';
import type { Accrual } from '../model/accrual.ts';
import type { MeterPointFacts } from '../ports/queries.ts';
import { accrue, openingOf } from './accrue.ts';
import { groundOf, withPrevious } from './billing-ground.ts';
import { type BillingInput, closePeriod, instalmentBill } from './close-period.ts';
import { payDebts, SETTLEMENT } from './debt-payments.ts';
import type { Built } from './decisions.ts';
import { hasRegistersAt, pointsFor } from './open-period.ts';
import { type ReviewDeps, reviewPoint } from './settlement-review.ts';

export interface SettlementService {
  /** Settles what has ended, as much as one pass holds; returns how many periods and instalments were billed. */
  run(): Promise<number>;
  /** Looks again at what was settled where something that it rests on has changed; returns how many bills were corrected. */
  review(): Promise<number>;
  /** Lets own money pay what is owed beside it, on a bill or for paying late; returns how many accounts paid. */
  payDebts(): Promise<number>;
}

export interface SettlementDeps extends ReviewDeps {
  /** How long a settlement waits for the registers of its instant. */
  readonly waitMs: number;
  /** Asks the meter for the registers that it froze at an instant, and stores them; absent where nobody can be asked. */
  readonly freeze?: ((meterPointId: MeterPointId, meterId: MeterId, at: Instant) => Promise<void>) | undefined;
}

const AT_ONCE = 500;
/** Periods of one meter point that a pass settles: years of them where it was off for so long. */
const PERIODS_AT_ONCE = 240;

export function createSettlementService(deps: SettlementDeps): SettlementService {
  const { store, situations, clock } = deps;
  return {
    async run() {
      const due = await store.read('dueAccruals', { now: clock.now(), limit: AT_ONCE });
      let settled = 0;
      for (const { meterPointId } of due.filter((accrual) => situations.knows(accrual.meterPointId)))
        settled += await settlePoint(deps, meterPointId);
      return settled;
    },
    async review() {
      const asked = await store.read('reviews', { limit: AT_ONCE });
      let corrected = 0;
      for (const review of asked.filter(({ meterPointId }) => situations.knows(meterPointId))) corrected += await reviewPoint(deps, review);
      return corrected;
    },
    payDebts: () => payDebts(deps),
  };
}

async function settlePoint(deps: SettlementDeps, meterPointId: MeterPointId): Promise<number> {
  let settled = 0;
  while (settled < PERIODS_AT_ONCE && (await settleNext(deps, meterPointId))) settled += 1;
  return settled;
}

async function settleNext(deps: SettlementDeps, meterPointId: MeterPointId): Promise<boolean> {
  const { accrual: due, ...facts } = await deps.situations.load(meterPointId);
  if (!isDue(due, deps.clock.now()) || !(await isReady(deps, facts, due))) return false;
  let settled = false;
  const isStored = await deps.decisions.commit(meterPointId, async (now) => {
    const { accrual } = now;
    settled = accrual !== undefined && accrual.periodId === due.periodId && accrual.nextBillAt === due.nextBillAt;
    if (!settled || accrual === undefined) return { facts: [], overlay: {} };
    return accrual.nextBillAt < accrual.to ? buildInstalment(deps, now, accrual) : buildSettlement(deps, now, accrual);
  });
  return isStored && settled;
}

const isDue = (accrual: Accrual | undefined, now: Instant): accrual is Accrual => accrual !== undefined && accrual.nextBillAt <= now;

/** Where registers of the end are still to come it waits for them, for a while. */
async function isReady(deps: SettlementDeps, facts: Omit<MeterPointFacts, 'accrual'>, { meterPointId, from, to, nextBillAt: at }: Accrual) {
  const { situations, store, clock, waitMs, freeze } = deps;
  const ground = groundOf(facts, situations.termsOf(meterPointId), from, to);
  const isRead = async () => hasRegistersAt(await pointsFor(store, ground, at), ground, facts.meter.id, at);
  if (await isRead()) return true;
  if (freeze !== undefined) {
    await freeze(meterPointId, facts.meter.id, at);
    if (await isRead()) return true;
  }
  return clock.now() >= plusMs(at, waitMs);
}

async function buildInstalment(deps: SettlementDeps, facts: MeterPointFacts, accrual: Accrual): Promise<Built> {
  const input = await billingInput(deps, facts, accrual);
  const at = accrual.nextBillAt;
  const nextBillAt = input.ground.instalments.find((instalment) => instalment > at) ?? accrual.to;
  const bill = instalmentBill(input, at);
  return {
    facts: [
      { kind: 'bill', bill },
      { kind: 'accrual', accrual: { ...accrual, nextBillAt } },
    ],
    overlay: {},
  };
}

async function buildSettlement(deps: SettlementDeps, facts: MeterPointFacts, accrual: Accrual): Promise<Built> {
  const { store, situations, clock, newId } = deps;
  const { meterPointId } = accrual;
  const input = await billingInput(deps, facts, accrual);
  const closed = closePeriod(input);
  const next = groundOf(facts, situations.termsOf(meterPointId), input.ground.facts.period.to);
  const opened = accrue({
    meterPointId,
    accrual: { ...openingOf(meterPointId, next), carried: closed.bill.provisional },
    ground: next,
    points: await pointsFor(store, next),
    readings: [],
    stamp: () => ({ id: newId('ent'), at: clock.now(), actor: SETTLEMENT }),
  });
  return { facts: closed.facts, overlay: { accrual: opened?.accrual, credit: closed.credit } };
}

async function billingInput(deps: SettlementDeps, facts: MeterPointFacts, accrual: Accrual): Promise<BillingInput> {
  const { store, situations, clock, newId, dueDays } = deps;
  const bills = await store.read('billsOfPoint', { meterPointId: accrual.meterPointId });
  const ground = withPrevious(groundOf(facts, situations.termsOf(accrual.meterPointId), accrual.from, accrual.to), bills);
  return {
    facts,
    accrual,
    ground,
    points: await pointsFor(store, ground, accrual.nextBillAt),
    instalments: bills.filter(({ kind, periodId }) => kind === 'instalment' && periodId === accrual.periodId),
    dueDays,
    issuedAt: clock.now(),
    actor: SETTLEMENT,
    newId,
  };
}
