import { AppError } from '../../kernel/app-error.ts';
import type { Clock, Instant } from '../../kernel/clock.ts';
import type { NewId } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import { mayMove } from '../feecontrol/command-states.ts';
import type { CommandState } from '../model/command.ts';
import type { Fact } from '../model/fact.ts';
import type { PurseReport, Recharge, RechargeMove } from '../model/recharge.ts';
import type { PurseGateway } from '../ports/purse-gateway.ts';
import type { CommitOutcome, Store } from '../ports/store.ts';
import { openCase } from './cases.ts';
import type { Situations } from './situations.ts';

export interface RechargeRunnerDeps {
  readonly store: Store;
  readonly situations: Situations;
  readonly purses: PurseGateway;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly logger: Logger;
}

/** One step of a recharge's time line, from the state that it is in. */
export function rechargeTo({ id, state }: Recharge, to: CommandState, at: Instant, reason: string, report?: PurseReport): RechargeMove {
  const purse = report && { balance: report.balance, count: report.count };
  return { rechargeId: id, from: state, to, at, reason, evidence: report?.evidence, purse, count: undefined };
}

/** Stores steps, and what comes with them, as one batch. A conflict means that another has moved it: the caller looks again. */
export async function commitSteps(
  { store, logger }: RechargeRunnerDeps,
  { id, kind }: Recharge,
  moves: readonly RechargeMove[],
  extra: readonly Fact[] = [],
): Promise<CommitOutcome['status']> {
  for (const { from, to } of moves) {
    if (!mayMove(from, to)) throw new AppError('invariant-violated', `a recharge may not go from ${from} to ${to}`, { rechargeId: id });
  }
  const outcome = await store.commit({ facts: [...extra, ...moves.map((move): Fact => ({ kind: 'rechargeMove', move }))] });
  const last = moves.at(-1);
  if (outcome.status === 'refused') logger.error({ rechargeId: id, code: outcome.code }, 'the store refused a step of a recharge');
  if (outcome.status === 'committed' && last !== undefined)
    logger.info({ rechargeId: id, kind, state: last.to, reason: last.reason }, 'recharge');
  return outcome.status;
}

/** A recharge that needs a person, since somebody's money is not where it was meant to be: each has a case of its own, once. */
export async function caseOf(
  { situations, newId, clock }: RechargeRunnerDeps,
  recharge: Recharge,
  reason: string,
): Promise<readonly Fact[]> {
  const { meterPoint, openCases } = await situations.load(recharge.meterPointId);
  const own = openCases.filter((open) => open.reason.includes(recharge.id));
  return openCase(newId, { meterPoint, openCases: own }, 'recharge-failed', `${recharge.kind} ${recharge.id}: ${reason}`, clock.now());
}
