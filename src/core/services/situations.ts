import { AppError } from '../../kernel/app-error.ts';
import type { Clock, Instant } from '../../kernel/clock.ts';
import type { MeterPointId } from '../../kernel/ids.ts';
import { fromLocalTime, toLocalTime, type Zone } from '../../kernel/local-time.ts';
import { addMoney, type Money, NO_MONEY } from '../../kernel/units.ts';
import { agreementOf } from '../archive/agreement.ts';
import { paysBefore, supplyAt } from '../archive/in-force.ts';
import type { Situation } from '../feecontrol/situation.ts';
import { availableOf } from '../ledger/accrued.ts';
import type { Accrual } from '../model/accrual.ts';
import { subjectOf } from '../model/archive.ts';
import type { Remark } from '../model/bill.ts';
import { isCustomer } from '../model/journal.ts';
import type { RelayBelief } from '../model/meter.ts';
import type { PlanRegisters } from '../model/plan-registers.ts';
import type { Reading } from '../model/reading.ts';
import type { RegisterName } from '../model/register.ts';
import type { RuleSet } from '../model/rule-set.ts';
import type { MeterPointFacts } from '../ports/queries.ts';
import type { Store } from '../ports/store.ts';
import { type BillingTerms, groundKeyOf } from './billing-ground.ts';

/** What the configuration says of a meter point beyond its stored facts. */
export interface PointTerms extends BillingTerms {
  readonly rules: RuleSet;
  /** That `plan` is charged by. */
  readonly registers: PlanRegisters;
  /** The meter's line ends in a simulator. */
  readonly simulatedLine: boolean;
}

/** What a batch is about to store and its own decision must already see. */
export interface Overlay {
  readonly accrual?: Accrual | undefined;
  readonly readings?: readonly Reading[];
  readonly relay?: RelayBelief;
  readonly credit?: Money;
}

/** Reads everything about a meter point from one snapshot, and makes of it the situation that rules judge. */
export interface Situations {
  load(meterPointId: MeterPointId): Promise<MeterPointFacts>;
  of(facts: MeterPointFacts, overlay?: Overlay): Situation;
  termsOf(meterPointId: MeterPointId): PointTerms;
  /** False for a meter point that the store remembers and the configuration no longer names. */
  knows(meterPointId: MeterPointId): boolean;
}

export interface SituationsDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly points: ReadonlyMap<MeterPointId, PointTerms>;
}

export function createSituations({ store, clock, points }: SituationsDeps): Situations {
  const termsOf = (id: MeterPointId): PointTerms => {
    const terms = points.get(id);
    if (terms === undefined) throw new AppError('invariant-violated', 'this meter point is not in the configuration', { meterPointId: id });
    return terms;
  };
  return {
    termsOf,
    knows: (meterPointId) => points.has(meterPointId),
    async load(meterPointId) {
      const now = clock.now();
      const facts = await store.read('meterPointFacts', { meterPointId, now, dayStart: dayStart(now, termsOf(meterPointId).zone) });
      if (facts === undefined) throw new AppError('invariant-violated', 'this meter point is not in the store', { meterPointId });
      return facts;
    },
    of: (facts, overlay = {}) => situationOf(facts, overlay, clock.now(), termsOf(facts.meterPoint.id)),
  };
}

/** Local midnight before `now`. */
function dayStart(now: Instant, zone: Zone): Instant {
  return fromLocalTime({ ...toLocalTime(now, zone), hour: 0, minute: 0, second: 0 }, zone);
}

function situationOf(facts: MeterPointFacts, overlay: Overlay, now: Instant, terms: PointTerms): Situation {
  const { rules, registers, zone, simulatedLine } = terms;
  const balance = addMoney(facts.account.balance, overlay.credit ?? NO_MONEY);
  const accrued = overlay.accrual === undefined ? facts.account.accrued : ownAccrued(overlay.accrual);
  const { meterPoint, account, openCommands, lastOpening, crossing, notices, marks, openCases, limiter } = facts;
  const supply = supplyAt(subjectOf('meterPoint', meterPoint.id), now, (subject) =>
    facts.archive.filter((fact) => fact.subject === subject),
  );
  return {
    now,
    local: localOf(now, zone),
    rules,
    accountOpen: account.account.state === 'open',
    agreement: agreementOf(supply, meterPoint.agreement),
    keepPower: meterPoint.keepPower || supply.point.protection !== undefined,
    restoreBy: meterPoint.restoreBy,
    balance,
    available: availableOf({ balance, held: account.held, accrued, funds: account.funds }),
    reading: oldestOf(registers.needed, [...(overlay.readings ?? []), ...facts.latestReadings]),
    provisional: doubtsOf(overlay.accrual ?? facts.accrual, facts, terms),
    paysBefore: paysBefore(supply),
    relay: overlay.relay ?? facts.relay,
    openCommands,
    lastOpening,
    crossing,
    notices,
    marks,
    openCases,
    limiter,
    simulatedLine,
  };
}

/** What a charge will take from the customer's own money. */
const ownAccrued = ({ payer, accrued }: Accrual): Money => (isCustomer(payer) ? accrued : NO_MONEY);

/** What was corrected since the last poll is not charged by yet. */
function doubtsOf(accrual: Accrual | undefined, facts: MeterPointFacts, terms: PointTerms): readonly Remark[] {
  if (accrual === undefined) return [];
  const { carried, provisional, ground, from, to } = accrual;
  const isCharged = ground === '' || ground === groundKeyOf(facts, terms, from, to);
  return [...carried, ...provisional, ...(isCharged ? [] : [CORRECTED])];
}

const CORRECTED: Remark = {
  reason: 'corrected',
  rule: 'charged-at-next-poll',
  detail: 'ratio, meters, contract, class or price were corrected since the charge so far was reckoned: the next poll charges by them',
};

function localOf(now: Instant, zone: Zone): Situation['local'] {
  const local = toLocalTime(now, zone);
  return { ...local, weekday: weekdayOf(local) };
}

/** Sakamoto's rule; 0 is Sunday. */
function weekdayOf({ year, month, day }: { readonly year: number; readonly month: number; readonly day: number }): number {
  const shift = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4][month - 1] ?? 0;
  const base = month < 3 ? year - 1 : year;
  return (base + Math.floor(base / 4) - Math.floor(base / 100) + Math.floor(base / 400) + shift + day) % 7;
}

/** Of the newest reading of each register that a charge needs, the oldest: a charge is as fresh as its stalest part. */
function oldestOf(registers: readonly RegisterName[], newestFirst: readonly Reading[]): Reading | undefined {
  let oldest: Reading | undefined;
  for (const register of registers) {
    const newest = newestOf(register, newestFirst);
    if (newest === undefined) return undefined;
    if (oldest === undefined || newest.quality !== 'good' || (oldest.quality === 'good' && newest.measuredAt < oldest.measuredAt))
      oldest = newest;
  }
  return oldest;
}

function newestOf(register: RegisterName, readings: readonly Reading[]): Reading | undefined {
  return readings.find((reading) => reading.register === register);
}
