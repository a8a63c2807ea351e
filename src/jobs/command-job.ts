import type { Command } from '../core/model/command.ts';
import type { Store } from '../core/ports/store.ts';
import type { Step } from '../core/services/command-moves.ts';
import type { CommandRunner } from '../core/services/command-runner.ts';
import type { RechargeRunner } from '../core/services/recharge-runner.ts';
import type { Clock } from '../kernel/clock.ts';
import type { CommandId, MeterId, RechargeId } from '../kernel/ids.ts';
import type { Logger } from '../kernel/logger.ts';
import { type RunningLoop, startLoop } from './loop.ts';

export interface CommandJobDeps {
  readonly store: Store;
  readonly runner: CommandRunner;
  readonly rechargeRunner: RechargeRunner;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Waiting commands are looked at again after this, doubling up to the last. */
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 15_000;
/** A relay that does not move is commanded again after rests that double up to this: a stuck one must not fill its line. */
const LAST_REPEAT_MS = 60_000;
const REST_MS = 500;
/** Meters that are worked on at a time. */
const AT_ONCE = 256;

/** A relay command or a recharge that has not ended: both talk to one meter, and there one of them at a time. */
interface Driven {
  readonly id: CommandId | RechargeId;
  readonly meterId: MeterId;
  readonly rank: number;
  advance(): Promise<Step>;
}

/** Who goes first at a meter: restores, then money for its purse, then trips. */
const RANK = { restore: 0, recharge: 1, trip: 2 } as const;

interface Retry {
  readonly waits: number;
  /** Frames that went and moved nothing. */
  readonly unmoved: number;
  readonly dueMs: number;
}

/**
 * Drives every open command and recharge step by step: one at a time for each meter, restores before trips, waiting ones with growing rests.
 * A command that nobody drives here, `sent` ones of an earlier process included, is picked up from the store.
 */
export function startCommandJob(deps: CommandJobDeps): RunningLoop {
  const { clock, logger } = deps;
  const driving = new Map<MeterId, Promise<void>>();
  const retries = new Map<Driven['id'], Retry>();

  const drive = async (driven: Driven) => {
    const step = await driven.advance().catch((error: unknown) => {
      logger.error({ id: driven.id, error }, 'a step failed; it is tried again');
      return 'waiting' as const;
    });
    const before = retries.get(driven.id);
    const waits = step === 'waiting' ? (before?.waits ?? 0) + 1 : 0;
    const unmoved = (before?.unmoved ?? 0) + (step === 'unmoved' ? 1 : 0);
    const restMs = step === 'unmoved' ? restAfter(unmoved, LAST_REPEAT_MS) : restAfter(waits, LAST_RETRY_MS);
    retries.set(driven.id, { waits, unmoved, dueMs: clock.monotonicMs() + restMs });
  };

  const loop = startLoop({
    name: 'commands',
    clock,
    logger,
    async round() {
      const open = await readOpen(deps);
      forgetEnded(retries, open);
      const now = clock.monotonicMs();
      const due = open.filter(({ id }) => (retries.get(id)?.dueMs ?? 0) <= now).sort((left, right) => left.rank - right.rank);
      for (const driven of due) {
        if (driving.has(driven.meterId) || driving.size >= AT_ONCE) continue;
        const done = drive(driven).then(() => {
          driving.delete(driven.meterId);
          loop.wake();
        });
        driving.set(driven.meterId, done);
      }
      return nextRest(open, retries, now);
    },
  });
  return {
    wake: loop.wake,
    async stop() {
      await loop.stop();
      await Promise.all(driving.values());
    },
  };
}

const restAfter = (times: number, lastMs: number): number => (times === 0 ? 0 : Math.min(FIRST_RETRY_MS * 2 ** (times - 1), lastMs));

async function readOpen({ store, runner, rechargeRunner }: CommandJobDeps): Promise<readonly Driven[]> {
  const commands = (await store.read('openCommands', {})).filter(({ state }) => state !== 'pendingApproval');
  const recharges = await store.read('openRecharges', {});
  return [
    ...commands.map((command) => ({ ...idsOf(command), rank: rankOf(command), advance: () => runner.advance(command) })),
    ...recharges.map((recharge) => ({ ...idsOf(recharge), rank: RANK.recharge, advance: () => rechargeRunner.advance(recharge) })),
  ];
}

const idsOf = ({ id, meterId }: Pick<Driven, 'id' | 'meterId'>) => ({ id, meterId });
const rankOf = ({ action }: Command): number => (action === 'trip' ? RANK.trip : RANK.restore);

function forgetEnded(retries: Map<Driven['id'], Retry>, open: readonly Driven[]): void {
  const alive = new Set(open.map(({ id }) => id));
  for (const id of retries.keys()) if (!alive.has(id)) retries.delete(id);
}

function nextRest(open: readonly Driven[], retries: ReadonlyMap<Driven['id'], Retry>, now: number): number {
  const dueIn = open.map(({ id }) => (retries.get(id)?.dueMs ?? now) - now).filter((ms) => ms > 0);
  return Math.max(1, Math.min(REST_MS, ...dueIn));
}
