import type { Store } from '../core/ports/store.ts';
import type { Clock } from '../kernel/clock.ts';
import { type Actor, asId } from '../kernel/ids.ts';
import type { Logger } from '../kernel/logger.ts';

export interface Denial {
  readonly actor: Actor;
  /** The route's own words, as `POST /api/v1/payments`: nothing that the caller wrote. */
  readonly action: string;
  /** Why, in the gateway's words. */
  readonly detail: string;
}

/** Writes denied attempts into the audit stream. */
export interface DenialLog {
  note(denial: Denial): Promise<void>;
}

export interface DenialLogDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
}

const WINDOW_MS = 60_000;
/** Records of one window; the rest is counted and told in one record of the next, so that a flood cannot fill the disk. */
const RECORDS_PER_WINDOW = 60;
const ACTOR = asId<Actor>('system:api');

export function createDenialLog({ store, clock, logger }: DenialLogDeps): DenialLog {
  let windowEndsMs = 0;
  let recorded = 0;
  let untold = 0;

  async function record({ actor, action, detail }: Denial): Promise<void> {
    recorded += 1;
    const outcome = await store.commit({
      facts: [{ kind: 'audit', at: clock.now(), actor, action: 'api.request', subject: action, outcome: 'denied', detail }],
    });
    if (outcome.status !== 'committed') logger.warn({ actor, action, status: outcome.status }, 'a denied attempt could not be recorded');
  }

  return {
    async note(denial) {
      if (clock.monotonicMs() >= windowEndsMs) {
        const missed = untold;
        windowEndsMs = clock.monotonicMs() + WINDOW_MS;
        recorded = 0;
        untold = 0;
        if (missed > 0)
          await record({ actor: ACTOR, action: 'any', detail: `${missed} more denied attempts were not recorded one by one` });
      }
      if (recorded < RECORDS_PER_WINDOW) return record(denial);
      untold += 1;
    },
  };
}
