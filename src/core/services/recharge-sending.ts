import { AppError } from '../../kernel/app-error.ts';
import { type Instant, instantOf } from '../../kernel/clock.ts';
import type { PurseReport, Recharge, RechargeMove } from '../model/recharge.ts';
import type { Step } from './command-moves.ts';
import { endsOrder, saysNo, wordsOf } from './meter-failures.ts';
import { caseOf, commitSteps, type RechargeRunnerDeps, rechargeTo } from './recharge-moves.ts';
import { settleReadBack, toVerifying } from './recharge-verifying.ts';

/** A frame that cannot leave so soon after its `sent` was committed does not leave at all; the purse is read back. */
const SEND_WITHIN_MS = 10_000;
const ON_DEMAND = { priority: 'on-demand' } as const;

/** Reads the purse, commits `sent` with the count that it makes, and only then writes the frame. */
export async function trySend(deps: RechargeRunnerDeps, recharge: Recharge): Promise<Step> {
  const moves = await movesOf(deps, recharge);
  const wasSent = moves.some(({ to }) => to === 'sent');
  const answer = await deps.purses.readPurse(recharge.meterId, ON_DEMAND);
  const now = deps.clock.now();
  if (!answer.ok) {
    const reason = `the purse could not be read: ${wordsOf(answer.error)}`;
    return saysNo(answer.error) && !wasSent ? giveUp(deps, recharge, reason, now) : hold(deps, recharge, reason, now);
  }
  if (recharge.expiresAt <= now) return expire(deps, recharge);
  const before = answer.value;
  const asked = recharge.count ?? before.count + 1;
  // A frame that was thought lost: what it wrote shows now.
  if (wasSent && before.count !== asked - 1) return settleReadBack(deps, recharge, moves, before);
  const misfit = misfitOf(recharge, asked, before);
  if (misfit !== undefined) return giveUp(deps, recharge, misfit, now, before);
  const waited = recharge.state === 'suspended' ? [rechargeTo(recharge, 'queued', now, 'the purse was read')] : [];
  const sent: RechargeMove = {
    ...rechargeTo(recharge, 'sent', now, `the purse has ${before.count} purchases; this one makes ${asked}`, before),
    from: 'queued',
    count: asked,
  };
  const status = await commitSteps(deps, recharge, [...waited, sent]);
  if (status !== 'committed') return status === 'refused' ? 'waiting' : 'moved';
  return send(deps, { ...recharge, state: 'sent', count: asked }, asked);
}

async function movesOf({ store }: RechargeRunnerDeps, { id }: Recharge): Promise<readonly RechargeMove[]> {
  const known = await store.read('recharge', { rechargeId: id });
  if (known === undefined) throw new AppError('invariant-violated', 'a recharge that is driven is not in the store', { rechargeId: id });
  return known.moves;
}

/** Why a purse as it was read cannot take this purchase; undefined where it can. */
function misfitOf({ kind, customer }: Recharge, asked: number, before: PurseReport): string | undefined {
  if (kind === 'opening' && before.count !== 0) return `the purse was opened before: it has ${before.count} purchases`;
  if (before.count !== asked - 1) return `the purse has ${before.count} purchases; this recharge needs ${asked - 1}`;
  if (kind === 'recharge' && before.count === 0) return 'the purse has no purchase yet: it is opened first';
  return kind === 'recharge' && before.customer !== customer ? 'the purse belongs to another customer' : undefined;
}

async function send(deps: RechargeRunnerDeps, recharge: Recharge, count: number): Promise<Step> {
  const { meterId, kind, amount, customer, expiresAt } = recharge;
  const deadline = instantOf(Math.min(expiresAt, deps.clock.now() + SEND_WITHIN_MS));
  const answer = await deps.purses.fillPurse(meterId, { kind, amount, count, customer }, { ...ON_DEMAND, deadline });
  const now = deps.clock.now();
  if (answer.ok) {
    const move =
      answer.value === 'accepted'
        ? rechargeTo(recharge, 'acknowledged', now, 'accepted by the meter')
        : rechargeTo(recharge, 'unknown', now, `the meter says that it has purchase ${count} already`);
    await commitSteps(deps, recharge, [move]);
    return 'moved';
  }
  deps.logger.warn({ rechargeId: recharge.id, code: answer.error.code, sent: answer.error.sent }, 'a recharge was not accepted');
  const reason = wordsOf(answer.error);
  if (endsOrder(answer.error)) {
    await commitSteps(deps, recharge, [rechargeTo(recharge, 'refused', now, reason)], await caseOf(deps, recharge, reason));
    return 'moved';
  }
  await commitSteps(deps, recharge, [rechargeTo(recharge, 'unknown', now, reason)]);
  return 'moved';
}

/** No answer is no reason to end: it is asked again until the deadline. */
async function hold(deps: RechargeRunnerDeps, recharge: Recharge, reason: string, now: Instant): Promise<Step> {
  if (recharge.state !== 'suspended') await commitSteps(deps, recharge, [rechargeTo(recharge, 'suspended', now, reason)]);
  return 'waiting';
}

/** What it rests on is not so: no frame leaves, and a person looks. */
async function giveUp(deps: RechargeRunnerDeps, recharge: Recharge, reason: string, now: Instant, report?: PurseReport): Promise<Step> {
  await commitSteps(deps, recharge, [rechargeTo(recharge, 'superseded', now, reason, report)], await caseOf(deps, recharge, reason));
  return 'moved';
}

/** A deadline that passed while it waited. One whose frames moved nothing is read back once more: that ends it. */
export async function expire(deps: RechargeRunnerDeps, recharge: Recharge): Promise<Step> {
  const now = deps.clock.now();
  const wasSent = (await movesOf(deps, recharge)).some(({ to }) => to === 'sent');
  if (wasSent) {
    await commitSteps(deps, recharge, toVerifying(recharge, now));
    return 'moved';
  }
  const reason = 'no frame left before the deadline';
  await commitSteps(deps, recharge, [rechargeTo(recharge, 'expired', now, reason)], await caseOf(deps, recharge, reason));
  return 'moved';
}
