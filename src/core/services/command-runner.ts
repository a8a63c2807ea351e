import { hasEnded } from '../feecontrol/command-states.ts';
import type { Command } from '../model/command.ts';
import { openCase } from './cases.ts';
import { type CommandRunnerDeps, commitMoves, expectMeter, moveTo, type Step, supersede } from './command-moves.ts';
import { expire, trySend } from './command-sending.ts';
import { verify } from './command-verifying.ts';

export interface CommandRunner {
  /** Moves a command by one step; the caller runs one step at a time for each meter. */
  advance(command: Command): Promise<Step>;
}

export function createCommandRunner(deps: CommandRunnerDeps): CommandRunner {
  return {
    async advance(command) {
      if (await isTakenDown(deps, command)) return takeBack(deps, command);
      const step = await move(deps, command);
      if (step === 'waiting' && command.action !== 'trip') await noteOverdue(deps, command);
      return step;
    },
  };
}

/** Another meter hangs where this command's one hung: no line leads to it, and its relay supplies nobody here. */
async function isTakenDown({ situations }: CommandRunnerDeps, { meterPointId, meterId }: Command): Promise<boolean> {
  return (await situations.load(meterPointId)).meter.id !== meterId;
}

async function takeBack(deps: CommandRunnerDeps, command: Command): Promise<Step> {
  if (hasEnded(command.state)) return 'ended';
  await commitMoves(deps, command, supersede(command, deps.clock.now(), `meter ${command.meterId} hangs there no longer`));
  return 'moved';
}

async function move(deps: CommandRunnerDeps, command: Command): Promise<Step> {
  switch (command.state) {
    case 'pendingApproval':
      return 'waiting';
    case 'queued':
    case 'suspended':
      return command.expiresAt <= deps.clock.now() ? expire(deps, command) : trySend(deps, command);
    case 'sent':
      // Nobody here waits for its answer: the process that sent it has ended.
      await commitMoves(deps, command, [moveTo(command, 'unknown', deps.clock.now(), 'the answer was lost with the process that sent it')]);
      return 'moved';
    case 'acknowledged':
    case 'unknown':
    case 'verifying':
      return verify(deps, command);
    default:
      return 'ended';
  }
}

/** A restore that is not confirmed in time becomes a person's business, unless the customer's own button is all that it waits for. */
async function noteOverdue({ situations, store, newId, clock }: CommandRunnerDeps, command: Command): Promise<void> {
  const lateMs = clock.now() - command.createdAt - situations.termsOf(command.meterPointId).rules.restoreOverdueMs;
  if (lateMs < 0) return;
  const facts = await situations.load(command.meterPointId);
  if (facts.relay.reported === 'armed' || !facts.openCommands.some(({ id }) => id === command.id)) return;
  const found = openCase(newId, facts, 'restore-overdue', `${command.action} ${command.id} is not confirmed`, clock.now());
  if (found.length > 0) await store.commit({ facts: found, expect: expectMeter(facts) });
}
