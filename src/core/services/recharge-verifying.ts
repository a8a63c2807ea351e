import { AppError } from '../../kernel/app-error.ts';
import { judgePurse } from '../feecontrol/purse-verdict.ts';
import type { PurseReport, Recharge, RechargeMove } from '../model/recharge.ts';
import type { Step } from './command-moves.ts';
import { wordsOf } from './meter-failures.ts';
import { caseOf, commitSteps, type RechargeRunnerDeps, rechargeTo } from './recharge-moves.ts';

/** Reads the purse back and lets its count decide; without an answer the recharge stays unknown, and nothing is sent again. */
export async function verify(deps: RechargeRunnerDeps, recharge: Recharge): Promise<Step> {
  const answer = await deps.purses.readPurse(recharge.meterId, { priority: 'on-demand' });
  if (answer.ok) {
    const known = await deps.store.read('recharge', { rechargeId: recharge.id });
    return settleReadBack(deps, recharge, known?.moves ?? [], answer.value);
  }
  const now = deps.clock.now();
  const reason = `no answer to the read-back: ${wordsOf(answer.error)}`;
  const overdue = now < recharge.expiresAt ? [] : await caseOf(deps, recharge, `not confirmed at the deadline, ${reason}`);
  if (recharge.state === 'unknown') {
    if (overdue.length > 0) await commitSteps(deps, recharge, [], overdue);
    return 'waiting';
  }
  const back = { ...rechargeTo(recharge, 'unknown', now, reason), from: 'verifying' } as const;
  await commitSteps(deps, recharge, [...toVerifying(recharge, now), back], overdue);
  return 'waiting';
}

/** @param moves of the recharge so far: the first `sent` has the purse as it was before any frame */
export async function settleReadBack(
  deps: RechargeRunnerDeps,
  recharge: Recharge,
  moves: readonly RechargeMove[],
  report: PurseReport,
): Promise<Step> {
  const { count } = recharge;
  if (count === undefined) throw new AppError('invariant-violated', 'a recharge was sent without a count', { rechargeId: recharge.id });
  const now = deps.clock.now();
  const before = moves.find(({ to }) => to === 'sent')?.purse?.balance;
  const { to, reason } = judgePurse(recharge, count, before, report, now);
  const result = { ...rechargeTo(recharge, to, now, reason, report), from: 'verifying' } as const;
  const extra = to === 'failed' ? await caseOf(deps, recharge, reason) : [];
  await commitSteps(deps, recharge, [...toVerifying(recharge, now), result], extra);
  return to === 'queued' ? 'unmoved' : 'moved';
}

/** From wherever it is to its read-back. */
export const toVerifying = (recharge: Recharge, now: RechargeMove['at']): readonly RechargeMove[] => {
  const back = rechargeTo(recharge, 'verifying', now, 'reading the purse back');
  if (recharge.state === 'verifying') return [];
  return recharge.state === 'suspended' ? [rechargeTo(recharge, 'queued', now, 'the purse was read'), { ...back, from: 'queued' }] : [back];
};
