import { SITE } from '../core/model/mark.ts';
import type { Store } from '../core/ports/store.ts';
import type { Clock, Instant } from '../kernel/clock.ts';
import { type Actor, asId } from '../kernel/ids.ts';
import type { Logger } from '../kernel/logger.ts';
import { type RunningLoop, startLoop } from './loop.ts';

export interface ClockWatchDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told of each look, for the figures. */
  readonly onDrift?: (seconds: number) => void;
}

const ACTOR = asId<Actor>('system:clock-watch');
/** Wall time that jumps further than this against the monotonic clock freezes trips. */
const JUMP_MS = 5 * 60_000;
/** Agreement for so long lifts the freeze. */
const AGREEMENT_MS = 15 * 60_000;
const LOOK_EVERY_MS = 5000;

/**
 * Freezes trips when wall time jumps against the monotonic clock, and at start when it lies before the last commit; lifts the
 * freeze after fifteen minutes of agreement.
 */
export async function startClockWatch({ store, clock, logger, onDrift }: ClockWatchDeps): Promise<RunningLoop> {
  let offset = clock.now() - clock.monotonicMs();
  let agreesSince = clock.monotonicMs();
  const freeze = async (reason: string) => {
    agreesSince = clock.monotonicMs();
    logger.warn({ reason }, 'the clock jumped: trips are frozen');
    return store.commit({
      facts: [{ kind: 'mark', mark: { subject: SITE, kind: 'clock-jumped', since: clock.now(), actor: ACTOR, reason } }],
    });
  };
  const lastCommit = await store.read('lastCommitAt', {});
  if (lastCommit !== undefined && lastCommit - clock.now() > 0)
    await freeze(`the clock is ${seconds(lastCommit, clock.now())} s behind the last commit`);

  return startLoop({
    name: 'clock',
    clock,
    logger,
    async round() {
      const drift = clock.now() - clock.monotonicMs() - offset;
      onDrift?.(drift / 1000);
      if (Math.abs(drift) > JUMP_MS) {
        const { status } = await freeze(`wall time jumped by ${Math.round(drift / 1000)} s`);
        if (status === 'committed') offset += drift;
      } else if (clock.monotonicMs() - agreesSince > AGREEMENT_MS) {
        agreesSince = Number.POSITIVE_INFINITY;
        await store.commit({ facts: [{ kind: 'markLifted', subject: SITE, mark: 'clock-jumped', at: clock.now(), actor: ACTOR }] });
      }
      return LOOK_EVERY_MS;
    },
  });
}

const seconds = (later: Instant, earlier: Instant): number => Math.round((later - earlier) / 1000);
