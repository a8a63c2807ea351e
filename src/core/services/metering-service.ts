import { type Clock, formatInstant, type Instant } from '../../kernel/clock.ts';
import { type Actor, asId, type MeterPointId, type NewId } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import { energyFromDecimal, formatEnergy, NO_MONEY, type Power, powerFromDecimal } from '../../kernel/units.ts';
import { judgeBetween } from '../metering/judge.ts';
import { judgeLoadSide } from '../metering/load-side.ts';
import type { Accrual } from '../model/accrual.ts';
import type { Fact } from '../model/fact.ts';
import type { LoadSide, RelayBelief, RelayReport } from '../model/meter.ts';
import type { PlanRegisters } from '../model/plan-registers.ts';
import type { Reading } from '../model/reading.ts';
import { ACTIVE_POWER, type RegisterName } from '../model/register.ts';
import type { RegisterAnswer } from '../ports/meter-gateway.ts';
import type { MeterPointFacts } from '../ports/queries.ts';
import type { Store } from '../ports/store.ts';
import { accrue, accrueForNobody } from './accrue.ts';
import { groundOf } from './billing-ground.ts';
import { openCase } from './cases.ts';
import type { Built, Decisions } from './decisions.ts';
import { type OpenPeriod, openPeriod } from './open-period.ts';
import type { Situations } from './situations.ts';

/** What one poll of a meter, or one sample that a concentrator took, brought in. */
export interface Poll {
  readonly meterPointId: MeterPointId;
  readonly answers: readonly RegisterAnswer[];
  readonly relay: RelayReport | undefined;
}

export interface MeteringService {
  /** The registers that a poll of this meter point asks for. */
  registersOf(meterPointId: MeterPointId): readonly RegisterName[];
  /**
   * Stores a poll's readings, accrual, crossings, notices, decision and command as one batch. What is stored already for the same
   * meter, register and instant changes nothing; what is older than the newest is judged between its neighbours.
   *
   * @returns whether it is stored
   */
  record(poll: Poll): Promise<boolean>;
}

export interface MeteringDeps {
  readonly store: Pick<Store, 'read'>;
  readonly situations: Situations;
  readonly decisions: Decisions;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly logger: Logger;
}

const ACTOR = asId<Actor>('system:metering');

export function createMeteringService(deps: MeteringDeps): MeteringService {
  const { situations } = deps;
  /** One list for a tariff, so that drivers plan its reads once. */
  const lists = new WeakMap<PlanRegisters, readonly RegisterName[]>();
  const listFor = (registers: PlanRegisters): readonly RegisterName[] => {
    const known = lists.get(registers) ?? [...registers.wanted, ACTIVE_POWER];
    lists.set(registers, known);
    return known;
  };
  return {
    registersOf: (meterPointId) => listFor(situations.termsOf(meterPointId).registers),
    record: (poll) => deps.decisions.commit(poll.meterPointId, (facts) => buildPoll(deps, poll, facts)),
  };
}

async function buildPoll(deps: MeteringDeps, poll: Poll, facts: MeterPointFacts): Promise<Built> {
  const { situations, newId, clock, logger } = deps;
  const heardAt = clock.now();
  const { fresh: readings, stored } = await readingsOf(deps, poll, facts);
  for (const { quality, reason, register } of readings) {
    if (quality !== 'good') logger.warn({ meterPointId: poll.meterPointId, register, quality, reason }, 'a reading was not taken');
  }
  const power = powerOf(poll.answers);
  const taken = [...readings, ...stored];
  const period = await openPeriod(deps.store, facts, situations.termsOf(poll.meterPointId), taken);
  const isClosed = facts.account.account.state === 'closed';
  const accrued =
    period === undefined || isClosed
      ? undefined
      : accrue({
          meterPointId: poll.meterPointId,
          accrual: facts.accrual,
          ...period,
          readings: taken,
          stamp: () => ({ id: newId('ent'), at: heardAt, actor: ACTOR }),
        });
  const begun = isClosed ? beginForNobody(situations, facts, period, taken) : undefined;
  const relay = isNews(poll.relay, facts.relay, heardAt) ? poll.relay : undefined;
  const loadSide = relay === undefined ? undefined : judgeLoadSide(relay.relay, power?.value);
  return {
    facts: [
      ...readings.map((reading): Fact => ({ kind: 'reading', reading })),
      ...(power === undefined
        ? []
        : [{ kind: 'telemetry', meterId: facts.meter.id, register: ACTIVE_POWER, at: power.at, value: power.value } as const]),
      ...(relay === undefined || loadSide === undefined
        ? []
        : [{ kind: 'relayReport', meterId: facts.meter.id, report: relay, loadSide } as const]),
      ...(accrued?.entries ?? []).map((entry): Fact => ({ kind: 'entry', entry })),
      ...(isClosed ? unclaimedUse(newId, facts, readings, heardAt) : []),
      ...reviewFacts(facts, readings, heardAt),
    ],
    overlay: {
      readings: readings.filter((reading) => isNewest(reading, facts)),
      accrual: accrued?.accrual ?? begun ?? facts.accrual,
      credit: accrued?.credit ?? NO_MONEY,
      ...(relay === undefined || loadSide === undefined ? {} : { relay: believe(facts.relay, relay, loadSide) }),
    },
  };
}

function beginForNobody(
  situations: Situations,
  facts: MeterPointFacts,
  period: OpenPeriod | undefined,
  readings: readonly Reading[],
): Accrual | undefined {
  if (facts.accrual === undefined || period === undefined) return undefined;
  const terms = situations.termsOf(facts.meterPoint.id);
  return accrueForNobody(facts.accrual, period.ground, readings, (at) => groundOf(facts, terms, at));
}

/** What is used after a closing is somebody's business: a supply that was to be cut off, or a customer who has no contract yet. */
function unclaimedUse(newId: NewId, facts: MeterPointFacts, readings: readonly Reading[], at: Instant): readonly Fact[] {
  for (const { register, value, measuredAt, meterId, quality } of readings) {
    const before = facts.latestReadings.find((reading) => reading.register === register && reading.meterId === meterId);
    if (quality !== 'good' || before === undefined || before.measuredAt >= measuredAt || value <= before.value) continue;
    const reason = `${register} went from ${formatEnergy(before.value)} to ${formatEnergy(value)} kWh, but the account is closed and nobody is charged: cut the supply off, or hand it over to whoever uses it`;
    return openCase(newId, facts, 'use-without-contract', reason, at);
  }
  return [];
}

/** What was settled without a register that arrives now is settled again with it. */
function reviewFacts({ accrual, meterPoint }: MeterPointFacts, readings: readonly Reading[], at: Instant): readonly Fact[] {
  const late = readings.find((reading) => reading.quality === 'good' && accrual !== undefined && tellsOfSettled(reading, accrual));
  if (late === undefined) return [];
  const reason = `${late.register} of ${formatInstant(late.measuredAt)} came after its period was settled`;
  return [{ kind: 'review', meterPointId: meterPoint.id, at, reason }];
}

/** Where the last bill's end was not read, the first register behind it says what lay before: an estimate becomes a split, a split a closer one. */
function tellsOfSettled({ meterId, register, measuredAt }: Reading, { from, points, carried }: Accrual): boolean {
  if (measuredAt <= from) return true;
  const isRead = points.some(
    (point) => point.meterId === meterId && point.register === register && point.at >= from && point.at <= measuredAt,
  );
  return carried.length > 0 && !isRead;
}

/** A report that waited while a command was read back says nothing of the relay now; one of the future was made before the clock was set back. */
const isNews = (report: RelayReport | undefined, { reportedAt }: RelayBelief, now: Instant): boolean =>
  report !== undefined && (reportedAt === undefined || report.readAt >= reportedAt || reportedAt > now);

/** The belief after a report. */
export function believe(before: RelayBelief, report: RelayReport, loadSide: LoadSide): RelayBelief {
  return { ...before, reported: report.relay, reportedAt: report.readAt, evidence: report.evidence, keepPower: report.keepPower, loadSide };
}

interface Taken {
  /** Not stored yet. */
  readonly fresh: readonly Reading[];
  /** Stored before at the same instants: they complete a set of registers that was delivered in pieces. */
  readonly stored: readonly Reading[];
}

async function readingsOf({ store, situations, clock, logger }: MeteringDeps, poll: Poll, facts: MeterPointFacts): Promise<Taken> {
  const { meter, meterPoint } = facts;
  const heardAt = clock.now();
  const fresh: Reading[] = [];
  const stored: Reading[] = [];
  for (const { register, value, unit, readAt, doubt } of poll.answers) {
    const taken = unit !== 'kWh' || value === undefined ? undefined : energyFromDecimal(value);
    if (taken === undefined) continue;
    const candidate = { value: taken, measuredAt: readAt };
    const around = isNewest({ register, measuredAt: readAt }, facts, 'strictly')
      ? { same: undefined, before: lastGood(register, facts), after: undefined }
      : await store.read('readingsAround', { meterId: meter.id, register, at: readAt });
    if (around.same !== undefined) {
      stored.push(around.same);
      if (around.same.value !== taken)
        logger.warn({ meterPointId: meterPoint.id, register }, 'a reading says otherwise than the one stored for its instant: dropped');
      continue;
    }
    const judgement = judgeBetween(around.before, candidate, around.after, meterPoint.maxPower);
    const doubted = doubt !== undefined && judgement.quality === 'good' ? ({ quality: 'suspect', reason: doubt } as const) : judgement;
    fresh.push({ meterId: meter.id, register, ...candidate, heardAt, ...doubted });
  }
  return { fresh, stored: [...stored, ...(await restOfSet({ store, situations }, poll, fresh[0]?.measuredAt, facts))] };
}

/** The tariff's registers that were delivered before for the same instant, and are not in this delivery. */
async function restOfSet(
  { store, situations }: Pick<MeteringDeps, 'store' | 'situations'>,
  { meterPointId, answers }: Poll,
  at: Instant | undefined,
  { meter }: MeterPointFacts,
): Promise<readonly Reading[]> {
  if (at === undefined) return [];
  const lacking = situations.termsOf(meterPointId).registers.needed.filter((name) => !answers.some(({ register }) => register === name));
  const found = await Promise.all(lacking.map((register) => store.read('readingsAround', { meterId: meter.id, register, at })));
  return found.flatMap(({ same }) => same ?? []);
}

/** Whether no later reading of the register is known; `strictly`: none of the same instant either. */
function isNewest({ register, measuredAt }: Pick<Reading, 'register' | 'measuredAt'>, facts: MeterPointFacts, how?: 'strictly'): boolean {
  const newest = facts.latestReadings.find((reading) => reading.register === register);
  if (newest === undefined) return true;
  return how === 'strictly' ? measuredAt > newest.measuredAt : measuredAt >= newest.measuredAt;
}

const lastGood = (register: RegisterName, { latestReadings }: MeterPointFacts): Reading | undefined =>
  latestReadings.find((reading) => reading.register === register && reading.quality === 'good');

function powerOf(answers: readonly RegisterAnswer[]): { readonly value: Power; readonly at: Instant } | undefined {
  const answer = answers.find(({ register }) => register === ACTIVE_POWER);
  const value = answer?.value === undefined ? undefined : powerFromDecimal(answer.value);
  return answer === undefined || value === undefined ? undefined : { value, at: answer.readAt };
}
