import type { Command } from '../model/command.ts';
import { type CommandRunnerDeps, commitMoves, moveTo, type Step } from './command-moves.ts';
import { expire, trySend } from './command-sending.ts';
import { verify } from './command-verifying.ts';

export interface CommandRunner {
  /** Moves a command by one step; the caller runs one step at a time for each meter. */
  advance(command: Command): Promise<Step>;
}

export function createCommandRunner(deps: CommandRunnerDeps): CommandRunner {
  return {
    async advance(command) {
      switch (command.state) {
        case 'pendingApproval':
          return 'waiting';
        case 'queued':
        case 'suspended':
          return command.expiresAt <= deps.clock.now() ? expire(deps, command) : trySend(deps, command);
        case 'sent':
          // Nobody here waits for its answer: the process that sent it has ended.
          await commitMoves(deps, command, [
            moveTo(command, 'unknown', deps.clock.now(), 'the answer was lost with the process that sent it'),
          ]);
          return 'moved';
        case 'acknowledged':
        case 'unknown':
        case 'verifying':
          return verify(deps, command);
        default:
          return 'ended';
      }
    },
  };
}
