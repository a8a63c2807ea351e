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

export const createAlarm = (clock: Clock, onRing: () => void): Alarm => new MovedAlarm(clock, onRing);

class MovedAlarm implements Alarm {
  private readonly clock: Clock;
  private readonly onRing: () => void;
  private dueMs = Number.POSITIVE_INFINITY;
  /** When the timer that runs will wake us: at the latest when it is due. */
  private wakesMs = Number.POSITIVE_INFINITY;
  private cancelTimer: CancelTimer | undefined = undefined;

  constructor(clock: Clock, onRing: () => void) {
    this.clock = clock;
    this.onRing = onRing;
  }

  setFor(atMs: number): void {
    this.dueMs = atMs;
    if (atMs < this.wakesMs) this.wakeAt(atMs);
  }

  unset(): void {
    this.dueMs = Number.POSITIVE_INFINITY;
  }

  close(): void {
    this.dueMs = Number.POSITIVE_INFINITY;
    this.wakesMs = Number.POSITIVE_INFINITY;
    this.cancelTimer?.();
  }

  private wakeAt(atMs: number): void {
    this.cancelTimer?.();
    this.wakesMs = atMs;
    this.cancelTimer = this.clock.after(Math.max(0, atMs - this.clock.monotonicMs()), () => this.wake());
  }

  private wake(): void {
    this.wakesMs = Number.POSITIVE_INFINITY;
    this.cancelTimer = undefined;
    if (this.dueMs === Number.POSITIVE_INFINITY) return;
    if (this.clock.monotonicMs() < this.dueMs) this.wakeAt(this.dueMs);
    else {
      this.dueMs = Number.POSITIVE_INFINITY;
      this.onRing();
    }
  }
}
