import { AppError } from '../../kernel/app-error.ts';
import type { Clock, Instant } from '../../kernel/clock.ts';
import type { NewId } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import { type Power, powerFromDecimal } from '../../kernel/units.ts';
import { mayMove } from '../feecontrol/command-states.ts';
import type { Command, CommandMove, CommandState } from '../model/command.ts';
import type { Fact } from '../model/fact.ts';
import type { RelayReport, RelayState } from '../model/meter.ts';
import { ACTIVE_POWER } from '../model/register.ts';
import type { MeterGateway } from '../ports/meter-gateway.ts';
import type { MeterPointFacts } from '../ports/queries.ts';
import type { CommitOutcome, Expectation, Store } from '../ports/store.ts';
import type { Situations } from './situations.ts';

/**
 * `moved` when the state changed, `unmoved` when the frame went and the relay did not, `waiting` when it must be tried again later,
 * `ended` when it is over.
 */
export type Step = 'moved' | 'unmoved' | 'waiting' | 'ended';

export interface CommandRunnerDeps {
  readonly store: Store;
  readonly situations: Situations;
  readonly gateway: MeterGateway;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly logger: Logger;
}

/** One step of a command's time line, from the state that it is in. */
export function moveTo({ id, state }: Command, to: CommandState, at: Instant, reason: string): CommandMove {
  return { commandId: id, from: state, to, at, reason, evidence: undefined };
}

/** Stores moves, and what comes with them, as one batch. A conflict means that another has moved it: the caller looks again. */
export async function commitMoves(
  deps: CommandRunnerDeps,
  command: Command,
  moves: readonly CommandMove[],
  extra: readonly Fact[] = [],
  expect?: readonly Expectation[],
): Promise<CommitOutcome['status']> {
  for (const { from, to } of moves) {
    if (!mayMove(from, to))
      throw new AppError('invariant-violated', `a command may not go from ${from} to ${to}`, { commandId: command.id });
  }
  const facts = [...extra, ...moves.map((move): Fact => ({ kind: 'commandMove', move }))];
  const outcome = await deps.store.commit(expect === undefined ? { facts } : { facts, expect });
  const last = moves.at(-1);
  if (outcome.status === 'refused')
    deps.logger.error({ commandId: command.id, code: outcome.code }, 'the store refused a step of a relay command');
  if (outcome.status === 'committed' && last !== undefined)
    deps.logger.info({ commandId: command.id, action: command.action, state: last.to, reason: last.reason }, 'relay command');
  return outcome.status;
}

/** A closing that ended so is still wanted: a case says that somebody must see to it. */
const STILL_WANTED: readonly CommandState[] = ['refused', 'failed', 'expired'];

/**
 * What is wanted of the relay once a command has ended so and no other is under way: what was proven, or else what the relay is, since
 * nobody tries to move it any more.
 *
 * @param reported where the relay was read last
 */
export function desiredAfter(
  { id, action, meterId }: Command,
  { to, at }: CommandMove,
  { openCommands, relay }: MeterPointFacts,
  reported: RelayState = relay.reported,
): readonly Fact[] {
  if (openCommands.some((other) => other.id !== id)) return [];
  const isProven = to === 'confirmed';
  const isOpen = action === 'trip' ? isProven || reported === 'open' : !isProven && !STILL_WANTED.includes(to) && reported === 'open';
  const desired = isOpen ? 'open' : 'closed';
  return desired === relay.desired ? [] : [{ kind: 'relayDesired', meterId, desired, at }];
}

/** What is said of a meter's other commands must still hold. */
export const expectMeter = ({ meter, versions }: MeterPointFacts): readonly Expectation[] =>
  versions.filter(({ subject }) => subject === `meter:${meter.id}`);

/** From where a frame may be on its way, through `queued`, where none is. */
const WAY_BACK: Partial<Record<CommandState, readonly CommandState[]>> = {
  sent: ['unknown', 'verifying', 'queued'],
  acknowledged: ['verifying', 'queued'],
  unknown: ['verifying', 'queued'],
  verifying: ['queued'],
};

/** Ends a command that another has taken the place of; the caller has proven that no frame of it is on its way. */
export function supersede(command: Command, at: Instant, reason: string): readonly CommandMove[] {
  const states: readonly CommandState[] = [...(WAY_BACK[command.state] ?? []), 'superseded'];
  return states.map((to, index) => ({ ...moveTo(command, to, at, reason), from: states[index - 1] ?? command.state }));
}

export const priorityOf = ({ action }: Command) => (action === 'trip' ? 'trip' : 'restore');

/** Asks the meter for its relay; undefined where no usable answer came. */
export async function readRelay({ gateway, logger }: CommandRunnerDeps, command: Command): Promise<RelayReport | undefined> {
  const answer = await gateway.readRelay(command.meterId, { priority: priorityOf(command) });
  if (answer.ok) return answer.value;
  logger.debug({ commandId: command.id, code: answer.error.code }, 'the relay could not be read back');
  return undefined;
}

/** The load side, as far as it can be had. */
export async function readPower({ gateway }: CommandRunnerDeps, command: Command): Promise<Power | undefined> {
  const answer = await gateway.readRegisters(command.meterId, [ACTIVE_POWER], { priority: priorityOf(command) });
  const value = answer.ok ? answer.value[0]?.value : undefined;
  return value === undefined ? undefined : powerFromDecimal(value);
}
