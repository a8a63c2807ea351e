import { type Instant, instantOf } from '../../kernel/clock.ts';
import { decideAgain } from '../feecontrol/decide.ts';
import type { Situation } from '../feecontrol/situation.ts';
import type { Command, CommandMove } from '../model/command.ts';
import type { Decision, StoredDecision } from '../model/decision.ts';
import type { Fact } from '../model/fact.ts';
import type { MeterPointFacts } from '../ports/queries.ts';
import type { Expectation } from '../ports/store.ts';
import { openCase } from './cases.ts';
import { type CommandRunnerDeps, commitMoves, desiredAfter, moveTo, priorityOf, readRelay, type Step } from './command-moves.ts';
import { whyUnready } from './command-readiness.ts';
import { expectationsOf } from './decisions.ts';
import { endsOrder } from './meter-failures.ts';
import { believe } from './metering-service.ts';

/** A frame that cannot leave so soon after its `sent` was committed does not leave at all: the relay is read back, and what is decided then counts. */
const SEND_WITHIN_MS = 10_000;

/** What a command is judged by when it is about to be sent, and what was learnt on the way. */
interface Ground {
  readonly facts: MeterPointFacts;
  readonly situation: Situation;
  readonly extra: readonly Fact[];
}

/** Decides again from fresh facts, commits `sent`, and only then writes the frame. */
export async function trySend(deps: CommandRunnerDeps, command: Command): Promise<Step> {
  const report = command.action === 'trip' ? await readRelay(deps, command) : undefined;
  if (command.action === 'trip' && report === undefined) return 'waiting';
  if (report?.relay === 'open' && (await wasSent(deps, command)))
    return lookAgain(deps, command, 'the relay has moved since a frame of it was sent');
  const unready = await whyUnready(deps, command);
  const facts = await deps.situations.load(command.meterPointId);
  const overlay = report === undefined ? {} : { relay: believe(facts.relay, report, facts.relay.loadSide) };
  const situation = deps.situations.of(facts, overlay);
  if (command.expiresAt <= situation.now) return expire(deps, command);
  const decision = decideAgain(command, situation);
  const now = situation.now;
  const extra: Fact[] =
    report === undefined ? [] : [{ kind: 'relayReport', meterId: command.meterId, report, loadSide: facts.relay.loadSide }];
  if (decision.act === 'hold') return hold(deps, command, decision, { facts, situation, extra });
  if (unready !== undefined) return suspend(deps, command, unready, now, extra);
  const moves = command.state === 'suspended' ? [moveTo(command, 'queued', now, 'its terms hold again')] : [];
  const file: StoredDecision = { ...decision, id: deps.newId('dec'), meterPointId: command.meterPointId, at: now };
  const sent: CommandMove = {
    ...moveTo(command, 'sent', now, `all ${file.terms.length} terms hold: decision ${file.id}`),
    from: 'queued',
    evidence: report?.evidence,
  };
  // The instant that counts: what was paid before this commit voids a trip, what is paid after it sets off a restore.
  const status = await commitMoves(deps, command, [...moves, sent], [...extra, { kind: 'decision', decision: file }], facts.versions);
  if (status !== 'committed') return status === 'refused' ? 'waiting' : 'moved';
  return send(deps, { ...command, state: 'sent' });
}

async function send(deps: CommandRunnerDeps, command: Command): Promise<Step> {
  const { id, action, meterId, expiresAt } = command;
  const deadline = instantOf(Math.min(expiresAt, deps.clock.now() + SEND_WITHIN_MS));
  const answer = await deps.gateway.operateRelay(meterId, { action, expiresAt }, { priority: priorityOf(command), deadline });
  const now = deps.clock.now();
  if (answer.ok) return settle(deps, command, [moveTo(command, 'acknowledged', now, 'accepted by the meter')]);
  deps.logger.warn({ commandId: id, action, code: answer.error.code, sent: answer.error.sent }, 'a relay command was not accepted');
  if (!endsOrder(answer.error)) return settle(deps, command, [moveTo(command, 'unknown', now, answer.error.code)]);
  const facts = await deps.situations.load(command.meterPointId);
  const reason = `${answer.error.code}: ${answer.error.protocolError ?? 'the meter says no'}`;
  const failure = openCase(deps.newId, facts, action === 'trip' ? 'trip-failed' : 'restore-failed', reason, now);
  const end = moveTo(command, 'refused', now, reason);
  return settle(deps, command, [end], [...failure, ...desiredAfter(command, end, facts)]);
}

async function wasSent({ store }: CommandRunnerDeps, { id }: Command): Promise<boolean> {
  const known = await store.read('command', { commandId: id });
  return known?.moves.some(({ to }) => to === 'sent') ?? false;
}

/** A relay that moves slowly was read back before it had moved: its frame counts all the same, and no other is sent. */
function lookAgain(deps: CommandRunnerDeps, command: Command, reason: string): Promise<Step> {
  const now = deps.clock.now();
  const moves = command.state === 'suspended' ? [moveTo(command, 'queued', now, reason)] : [];
  return settle(deps, command, [...moves, { ...moveTo(command, 'verifying', now, reason), from: 'queued' }]);
}

/**
 * What is plainly unmet voids the command; what is only unknown suspends it. A command that is voided holds back what would be decided
 * without it, so what voids it must still be so at the commit.
 */
async function hold(deps: CommandRunnerDeps, command: Command, { terms }: Decision, { facts, situation, extra }: Ground): Promise<Step> {
  const open = terms.filter(({ verdict }) => verdict !== 'met');
  const reason = open.map(({ name, proof }) => `${name}: ${proof}`).join('; ');
  if (!open.some(({ verdict }) => verdict === 'unmet')) return suspend(deps, command, reason, situation.now, extra);
  const end = moveTo(command, 'superseded', situation.now, reason);
  const desired = desiredAfter(command, end, facts, situation.relay.reported);
  return settle(deps, command, [end], [...extra, ...desired], expectationsOf(facts, true));
}

async function suspend(deps: CommandRunnerDeps, command: Command, reason: string, now: Instant, extra: readonly Fact[]): Promise<Step> {
  if (command.state !== 'suspended') await commitMoves(deps, command, [moveTo(command, 'suspended', now, reason)], extra);
  return 'waiting';
}

/** A deadline that passed while the command waited. A restore's is a person's business; a trip whose frame has left is read back once more. */
export async function expire(deps: CommandRunnerDeps, command: Command): Promise<Step> {
  const now = deps.clock.now();
  const hasLeft = await wasSent(deps, command);
  if (command.action === 'trip' && hasLeft) return lookAgain(deps, command, 'its deadline has passed');
  const facts = await deps.situations.load(command.meterPointId);
  const reason = hasLeft ? 'the relay did not move before the deadline' : 'no frame left before the deadline';
  const failure = command.action === 'trip' ? [] : openCase(deps.newId, facts, 'restore-failed', reason, now);
  const end = moveTo(command, 'expired', now, reason);
  return settle(deps, command, [end], [...failure, ...desiredAfter(command, end, facts)]);
}

async function settle(
  deps: CommandRunnerDeps,
  command: Command,
  moves: readonly CommandMove[],
  extra: readonly Fact[] = [],
  expect?: readonly Expectation[],
): Promise<Step> {
  await commitMoves(deps, command, moves, extra, expect);
  return 'moved';
}
