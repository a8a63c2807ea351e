import { type Clock, sleep } from '../kernel/clock.ts';
import type { WatchedStore } from './deps.ts';
import { toEventDto } from './dto/event.ts';

export interface EventStreamAsk {
  readonly store: WatchedStore;
  readonly clock: Clock;
  /** The last event that the listener knows. */
  readonly after: number;
  readonly types: readonly string[] | undefined;
  /** Asked before each batch, and at each heartbeat: whoever may listen no longer hears no more. */
  readonly mayListen: () => Promise<boolean>;
  /** Ends the stream. */
  readonly signal: AbortSignal;
}

/** Events that are read at a time: all that a slow listener can make us hold. */
const BATCH = 100;
/** Proxies drop what is silent for a minute. */
const HEARTBEAT_MS = 15_000;
/** What a browser waits before it connects again. */
const RETRY_MS = 2000;

/**
 * Server-sent events from the journal: it reads on when the listener has taken what there was, and rests until the next commit.
 * Nothing is queued for a listener, so a slow one costs nothing and misses nothing.
 */
export async function* streamEvents({ store, clock, after, types, mayListen, signal }: EventStreamAsk): AsyncGenerator<string> {
  const commits = watchCommits(store, clock, signal);
  let place = after;
  try {
    yield `retry: ${RETRY_MS}\n\n`;
    while (!signal.aborted && (await mayListen())) {
      const seen = commits.count();
      const events = await store.read('events', { after: place, limit: BATCH, types });
      for (const event of events) {
        place = event.seq;
        yield `id: ${event.seq}\ndata: ${JSON.stringify(toEventDto(event))}\n\n`;
      }
      if (events.length === 0 && !(await commits.after(seen)) && !signal.aborted) yield ': nothing new\n\n';
    }
  } finally {
    commits.forget();
  }
}

/** Counts commits, so that one that happens while events are being read is not slept through. */
function watchCommits(store: WatchedStore, clock: Clock, signal: AbortSignal) {
  let count = 0;
  let resting = new AbortController();
  const forget = store.onCommitted(() => {
    count += 1;
    resting.abort();
  });
  return {
    forget,
    count: () => count,
    /** True as soon as there are more than `seen`; false when a heartbeat is due or the stream ends. */
    async after(seen: number): Promise<boolean> {
      resting = new AbortController();
      if (count === seen) await sleep(clock, HEARTBEAT_MS, AbortSignal.any([resting.signal, signal]));
      return count > seen;
    },
  };
}
