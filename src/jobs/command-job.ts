import type { Command } from '../core/model/command.ts';
import type { Store } from '../core/ports/store.ts';
import type { CommandRunner } from '../core/services/command-runner.ts';
import type { Clock } from '../kernel/clock.ts';
import type { CommandId, MeterId } from '../kernel/ids.ts';
import type { Logger } from '../kernel/logger.ts';
import { type RunningLoop, startLoop } from './loop.ts';

export interface CommandJobDeps {
  readonly store: Store;
  readonly runner: CommandRunner;
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

interface Retry {
  readonly waits: number;
  /** Frames that went and moved nothing. */
  readonly unmoved: number;
  readonly dueMs: number;
}

/**
 * Drives every open command step by step: one at a time for each meter, restores before trips, waiting ones with growing rests.
 * A command that nobody drives here, `sent` ones of an earlier process included, is picked up from the store.
 */
export function startCommandJob({ store, runner, clock, logger }: CommandJobDeps): RunningLoop {
  const driving = new Map<MeterId, Promise<void>>();
  const retries = new Map<CommandId, Retry>();

  const drive = async (command: Command) => {
    const step = await runner.advance(command).catch((error: unknown) => {
      logger.error({ commandId: command.id, error }, 'a step of a command failed; it is tried again');
      return 'waiting' as const;
    });
    const before = retries.get(command.id);
    const waits = step === 'waiting' ? (before?.waits ?? 0) + 1 : 0;
    const unmoved = (before?.unmoved ?? 0) + (step === 'unmoved' ? 1 : 0);
    const restMs = step === 'unmoved' ? restAfter(unmoved, LAST_REPEAT_MS) : restAfter(waits, LAST_RETRY_MS);
    retries.set(command.id, { waits, unmoved, dueMs: clock.monotonicMs() + restMs });
  };

  const loop = startLoop({
    name: 'commands',
    clock,
    logger,
    async round() {
      const open = await store.read('openCommands', {});
      forgetEnded(retries, open);
      const now = clock.monotonicMs();
      const due = open.filter(({ id, state }) => state !== 'pendingApproval' && (retries.get(id)?.dueMs ?? 0) <= now).sort(restoresFirst);
      for (const command of due) {
        if (driving.has(command.meterId) || driving.size >= AT_ONCE) continue;
        const done = drive(command).then(() => {
          driving.delete(command.meterId);
          loop.wake();
        });
        driving.set(command.meterId, done);
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

const restoresFirst = (left: Command, right: Command): number => Number(left.action === 'trip') - Number(right.action === 'trip');

function forgetEnded(retries: Map<CommandId, Retry>, open: readonly Command[]): void {
  const alive = new Set(open.map(({ id }) => id));
  for (const id of retries.keys()) if (!alive.has(id)) retries.delete(id);
}

function nextRest(open: readonly Command[], retries: ReadonlyMap<CommandId, Retry>, now: number): number {
  const dueIn = open.map(({ id }) => (retries.get(id)?.dueMs ?? now) - now).filter((ms) => ms > 0);
  return Math.max(1, Math.min(REST_MS, ...dueIn));
}
