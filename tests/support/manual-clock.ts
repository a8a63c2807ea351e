/** A clock that moves only when a test says so. */
import { type Clock, type Instant, instantOf } from '../../src/kernel/clock.ts';

export interface ManualClock extends Clock {
  /** Moves on by `ms`: each timer that falls due runs at its own time, in order, and promises settle after each. */
  advance(ms: number): Promise<void>;
  /** Lets promises settle without moving. */
  settle(): Promise<void>;
  /** Moves the wall time alone, as a person or NTP does; timers and durations don't notice. */
  stepWall(ms: number): void;
}

interface Timer {
  readonly dueMs: number;
  readonly order: number;
  readonly callback: () => void;
}

export function createManualClock(start: Instant = instantOf(0)): ManualClock {
  const timers = new Set<Timer>();
  let elapsedMs = 0;
  let wallOffsetMs: number = start;
  let order = 0;

  /** A turn of the event loop runs every promise that is ready, however long their chain. */
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

  function nextDue(untilMs: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of timers) {
      if (timer.dueMs > untilMs) continue;
      if (next === undefined || timer.dueMs < next.dueMs || (timer.dueMs === next.dueMs && timer.order < next.order)) next = timer;
    }
    return next;
  }

  return {
    now: () => instantOf(Math.floor(wallOffsetMs + elapsedMs)),
    monotonicMs: () => elapsedMs,
    after(ms, callback) {
      const timer = { dueMs: elapsedMs + Math.max(0, ms), order: order++, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    settle,
    async advance(ms) {
      const untilMs = elapsedMs + ms;
      await settle();
      for (let timer = nextDue(untilMs); timer !== undefined; timer = nextDue(untilMs)) {
        timers.delete(timer);
        elapsedMs = Math.max(elapsedMs, timer.dueMs);
        timer.callback();
        await settle();
      }
      elapsedMs = untilMs;
    },
    stepWall(ms) {
      wallOffsetMs += ms;
    },
  };
}
