import { type Instant, instantOf } from '../../kernel/clock.ts';
import { type Actor, asId } from '../../kernel/ids.ts';
import { isWaiting } from '../feecontrol/command-states.ts';
import { judgeReadBack, type RelayVerdict } from '../feecontrol/verdict.ts';
import { judgeLoadSide } from '../metering/load-side.ts';
import type { Command, CommandMove } from '../model/command.ts';
import type { Fact } from '../model/fact.ts';
import type { RelayReport } from '../model/meter.ts';
import { ACTIVE_POWER } from '../model/register.ts';
import type { MeterPointFacts } from '../ports/queries.ts';
import { openCase } from './cases.ts';
import {
  type CommandRunnerDeps,
  commitMoves,
  desiredAfter,
  expectMeter,
  moveTo,
  readPower,
  readRelay,
  type Step,
  supersede,
} from './command-moves.ts';
import { textOf } from './notice-texts.ts';

const ACTOR = asId<Actor>('system:commands');

/** Reads the relay back and lets the answer decide; without an answer the command stays unknown, and nothing is sent again. */
export async function verify(deps: CommandRunnerDeps, command: Command): Promise<Step> {
  const report = await readRelay(deps, command);
  const now = deps.clock.now();
  if (report === undefined) {
    if (command.state === 'unknown') return 'waiting';
    await commitMoves(deps, command, [
      ...toVerifying(command, now),
      { ...moveTo(command, 'unknown', now, 'no answer to the read-back'), from: 'verifying' },
    ]);
    return 'waiting';
  }
  const power = await readPower(deps, command);
  const loadSide = judgeLoadSide(report.relay, power);
  const facts = await deps.situations.load(command.meterPointId);
  const verdict = judgeReadBack(command, report, loadSide, { now, settledAt: await settledAt(deps, facts) });
  const batch: Fact[] = [{ kind: 'relayReport', meterId: command.meterId, report, loadSide }];
  if (power !== undefined) batch.push({ kind: 'telemetry', meterId: command.meterId, register: ACTIVE_POWER, at: now, value: power });
  if (verdict.to === 'verifying') return keepVerifying(deps, command, { verdict, report, batch, facts });
  batch.push(...consequences(deps, command, verdict, facts, now));
  const result: CommandMove = { ...moveTo(command, verdict.to, now, verdict.reason), from: 'verifying', evidence: report.evidence };
  if (verdict.to !== 'queued') batch.push(...desiredAfter(command, result, facts, report.relay));
  await commitMoves(deps, command, [...toVerifying(command, now), result], batch, expectMeter(facts));
  return verdict.to === 'queued' ? 'unmoved' : 'moved';
}

const toVerifying = (command: Command, now: Instant): readonly CommandMove[] =>
  command.state === 'verifying' ? [] : [moveTo(command, 'verifying', now, 'reading the relay back')];

/** When the relay has opened, if the last frame of a trip that is under way opens it; long ago where there is none. */
async function settledAt({ store, situations }: CommandRunnerDeps, { meterPoint, openCommands }: MeterPointFacts): Promise<Instant> {
  const { relaySettleMs } = situations.termsOf(meterPoint.id).rules;
  const underWay = openCommands.filter(({ action, state }) => action === 'trip' && !isWaiting(state));
  const known = await Promise.all(underWay.map(({ id }) => store.read('command', { commandId: id })));
  const frames = known.flatMap((command) => command?.moves ?? []).filter(({ to }) => to === 'sent');
  return instantOf(Math.max(0, ...frames.map(({ at }) => at + relaySettleMs)));
}

/** What a read-back said that ends nothing yet. */
interface Undecided {
  readonly verdict: RelayVerdict;
  readonly report: RelayReport;
  readonly batch: readonly Fact[];
  readonly facts: MeterPointFacts;
}

/** A delayed trip, one that settles, an armed relay or a contradicting load: stored when it is news, looked at again later. */
async function keepVerifying(deps: CommandRunnerDeps, command: Command, { verdict, report, batch, facts }: Undecided): Promise<Step> {
  const last = (await deps.store.read('command', { commandId: command.id }))?.moves.at(-1);
  const now = deps.clock.now();
  if (last?.to === 'verifying' && last.reason === verdict.reason) {
    const tamper =
      verdict.reason === 'load-contradicts'
        ? openCase(deps.newId, facts, 'tamper', `power flows through an open relay: ${report.evidence}`, now)
        : [];
    await commitMoves(deps, command, [], [...batch, ...tamper]);
    return 'waiting';
  }
  const news: CommandMove = { ...moveTo(command, 'verifying', now, verdict.reason), from: 'verifying', evidence: report.evidence };
  await commitMoves(deps, command, [...toVerifying(command, now), news], batch);
  return 'waiting';
}

/** What a proven end brings with it: the customer's notice, and cases opened or closed. */
function consequences(
  deps: CommandRunnerDeps,
  command: Command,
  { to }: RelayVerdict,
  facts: MeterPointFacts,
  now: Instant,
): readonly Fact[] {
  if (to === 'failed')
    return openCase(
      deps.newId,
      facts,
      command.action === 'trip' ? 'trip-failed' : 'restore-failed',
      'the relay did not move before the deadline',
      now,
    );
  if (to !== 'confirmed') return [];
  if (command.action === 'trip') {
    // Whatever the account has: it may pay, and no payment takes back what a person has opened.
    const manual =
      command.cause === 'manual' ? openCase(deps.newId, facts, 'manual-trip', `tripped by ${command.actor}: ${command.reason}`, now) : [];
    return [noticeOf(deps, facts, 'tripped', now), ...manual];
  }
  const answered = facts.openCases.filter(({ kind }) => kind !== 'tamper' && kind !== 'recharge-failed');
  return [
    noticeOf(deps, facts, 'restored', now),
    ...answered.map(
      ({ id }): Fact => ({ kind: 'caseClosed', caseId: id, at: now, actor: ACTOR, reason: `supply is back, proven by ${command.id}` }),
    ),
    ...facts.openCommands.flatMap((other) => takeBack(other, command, now)),
  ];
}

/** The closed relay that proves a restore is read back after every frame of the trips before it: they have nothing left to do. */
function takeBack(trip: Command, restore: Command, now: Instant): readonly Fact[] {
  if (trip.action !== 'trip' || isWaiting(trip.state)) return [];
  return supersede(trip, now, `supply is back, proven by ${restore.id}`).map((move) => ({ kind: 'commandMove', move }));
}

function noticeOf(deps: CommandRunnerDeps, facts: MeterPointFacts, kind: 'tripped' | 'restored', now: Instant): Fact {
  const { meterPoint, crossing } = facts;
  return {
    kind: 'notice',
    notice: {
      id: deps.newId('ntc'),
      accountId: meterPoint.accountId,
      meterPointId: meterPoint.id,
      kind,
      crossing: crossing?.number ?? 0,
      state: 'queued',
      queuedAt: now,
      settledAt: undefined,
      receipt: undefined,
      text: textOf(kind, deps.situations.of(facts)),
    },
  };
}
