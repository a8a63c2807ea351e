import type { Recharge } from '../model/recharge.ts';
import type { Step } from './command-moves.ts';
import { commitSteps, type RechargeRunnerDeps, rechargeTo } from './recharge-moves.ts';
import { expire, trySend } from './recharge-sending.ts';
import { verify } from './recharge-verifying.ts';

export interface RechargeRunner {
  /** Moves a recharge by one step; the caller runs one step at a time for each meter. */
  advance(recharge: Recharge): Promise<Step>;
}

export function createRechargeRunner(deps: RechargeRunnerDeps): RechargeRunner {
  return {
    async advance(recharge) {
      switch (recharge.state) {
        case 'queued':
        case 'suspended':
          return recharge.expiresAt <= deps.clock.now() ? expire(deps, recharge) : trySend(deps, recharge);
        case 'sent': {
          const lost = rechargeTo(recharge, 'unknown', deps.clock.now(), 'the answer was lost with the process that sent it');
          await commitSteps(deps, recharge, [lost]);
          return 'moved';
        }
        case 'acknowledged':
        case 'unknown':
        case 'verifying':
          return verify(deps, recharge);
        default:
          return 'ended';
      }
    },
  };
}
