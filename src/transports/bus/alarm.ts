import type { CancelTimer, Clock } from '../../kernel/clock.ts';

/** One timer that is moved rather than made anew: nearly every wait ends long before it would ring. */
export interface Alarm {
  /** Rings once when this moment has come, instead of whenever it was set for before. */
  setFor(dueMs: number): void;
  /** Does not ring until it is set again. */
  unset(): void;
  /** Gives its timer back. */
  close(): void;
}

export function createAlarm(clock: Clock, onRing: () => void): Alarm {
  let dueMs = Number.POSITIVE_INFINITY;
  /** When the timer that runs will wake us: at the latest when it is due. */
  let wakesMs = Number.POSITIVE_INFINITY;
  let cancelTimer: CancelTimer = () => undefined;

  function wakeAt(atMs: number): void {
    cancelTimer();
    wakesMs = atMs;
    cancelTimer = clock.after(Math.max(0, atMs - clock.monotonicMs()), wake);
  }

  function wake(): void {
    wakesMs = Number.POSITIVE_INFINITY;
    if (dueMs === Number.POSITIVE_INFINITY) return;
    if (clock.monotonicMs() < dueMs) wakeAt(dueMs);
    else {
      dueMs = Number.POSITIVE_INFINITY;
      onRing();
    }
  }

  return {
    setFor(atMs) {
      dueMs = atMs;
      if (atMs < wakesMs) wakeAt(atMs);
    },
    unset() {
      dueMs = Number.POSITIVE_INFINITY;
    },
    close() {
      dueMs = Number.POSITIVE_INFINITY;
      wakesMs = Number.POSITIVE_INFINITY;
      cancelTimer();
    },
  };
}
