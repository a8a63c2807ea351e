import type { Clock, Instant } from '../../kernel/clock.ts';
import { type Actor, asId, type MeterPointId, type NewId } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import { energyFromDecimal, type Power, powerFromDecimal } from '../../kernel/units.ts';
import { judge } from '../metering/judge.ts';
import { judgeLoadSide } from '../metering/load-side.ts';
import type { Fact } from '../model/fact.ts';
import type { LoadSide, RelayBelief, RelayReport } from '../model/meter.ts';
import type { Reading } from '../model/reading.ts';
import { ACTIVE_POWER, type RegisterName } from '../model/register.ts';
import type { RegisterAnswer } from '../ports/meter-gateway.ts';
import type { MeterPointFacts } from '../ports/queries.ts';
import { accrue } from './accrue.ts';
import type { Built, Decisions } from './decisions.ts';
import type { Situations } from './situations.ts';

/** What one poll of a meter brought in. */
export interface Poll {
  readonly meterPointId: MeterPointId;
  readonly answers: readonly RegisterAnswer[];
  readonly relay: RelayReport | undefined;
}

export interface MeteringService {
  /** The registers that a poll of this meter point asks for. */
  registersOf(meterPointId: MeterPointId): readonly RegisterName[];
  /** Stores a poll's readings, accrual, crossings, notices, decision and command as one batch. */
  record(poll: Poll): Promise<void>;
}

export interface MeteringDeps {
  readonly situations: Situations;
  readonly decisions: Decisions;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly logger: Logger;
}

const ACTOR = asId<Actor>('system:metering');

export function createMeteringService(deps: MeteringDeps): MeteringService {
  const { situations } = deps;
  return {
    registersOf: (meterPointId) => [...situations.termsOf(meterPointId).tariff.rates.map(({ register }) => register), ACTIVE_POWER],
    record: (poll) => deps.decisions.commit(poll.meterPointId, (facts) => buildPoll(deps, poll, facts)),
  };
}

function buildPoll({ situations, newId, clock, logger }: MeteringDeps, poll: Poll, facts: MeterPointFacts): Built {
  const heardAt = clock.now();
  const readings = readingsOf(poll.answers, facts, heardAt);
  for (const { quality, reason, register } of readings) {
    if (quality !== 'good') logger.warn({ meterPointId: poll.meterPointId, register, quality, reason }, 'a reading was not taken');
  }
  const power = powerOf(poll.answers);
  const { tariff, zone } = situations.termsOf(poll.meterPointId);
  const accrued = accrue({ facts, readings, tariff, zone, stamp: () => ({ id: newId('ent'), at: heardAt, actor: ACTOR }) });
  const relay = isNews(poll.relay, facts.relay) ? poll.relay : undefined;
  const loadSide = relay === undefined ? undefined : judgeLoadSide(relay.relay, power);
  return {
    facts: [
      ...readings.map((reading): Fact => ({ kind: 'reading', reading })),
      ...(power === undefined
        ? []
        : [{ kind: 'telemetry', meterId: facts.meter.id, register: ACTIVE_POWER, at: heardAt, value: power } as const]),
      ...(relay === undefined || loadSide === undefined
        ? []
        : [{ kind: 'relayReport', meterId: facts.meter.id, report: relay, loadSide } as const]),
      ...accrued.entries.map((entry): Fact => ({ kind: 'entry', entry })),
    ],
    overlay: {
      readings,
      accrual: accrued.accrual,
      credit: accrued.credit,
      ...(relay === undefined || loadSide === undefined ? {} : { relay: believe(facts.relay, relay, loadSide) }),
    },
  };
}

/** A report that waited while a command was read back says nothing of the relay now. */
const isNews = (report: RelayReport | undefined, { reportedAt }: RelayBelief): boolean =>
  report !== undefined && (reportedAt === undefined || report.readAt >= reportedAt);

/** The belief after a report. */
export function believe(before: RelayBelief, report: RelayReport, loadSide: LoadSide): RelayBelief {
  return { ...before, reported: report.relay, reportedAt: report.readAt, evidence: report.evidence, keepPower: report.keepPower, loadSide };
}

function readingsOf(answers: readonly RegisterAnswer[], facts: MeterPointFacts, heardAt: Instant): Reading[] {
  const readings: Reading[] = [];
  for (const { register, value, unit, readAt } of answers) {
    if (unit !== 'kWh' || value === undefined) continue;
    const taken = energyFromDecimal(value);
    if (taken === undefined) continue;
    const previous = facts.latestReadings.find((reading) => reading.register === register && reading.quality === 'good');
    const candidate = { value: taken, measuredAt: readAt };
    readings.push({ meterId: facts.meter.id, register, ...candidate, heardAt, ...judge(previous, candidate, facts.meterPoint.maxPower) });
  }
  return readings;
}

function powerOf(answers: readonly RegisterAnswer[]): Power | undefined {
  const answer = answers.find(({ register }) => register === ACTIVE_POWER);
  return answer?.value === undefined ? undefined : powerFromDecimal(answer.value);
}
