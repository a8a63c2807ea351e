import type { CancelTimer, Clock } from '../kernel/clock.ts';
import type { TransportListener, TransportState } from './transport.ts';

/** What a dialler reports; reports of a connection that has been given up are ignored. */
export interface DialEvents {
  up(): void;
  /** Could not connect, or was connected and is no longer. */
  down(reason: string): void;
}

/** Starts one connection and returns how to end it, whatever it has come to. */
export type Dial = (events: DialEvents) => () => void | Promise<void>;

/** Keeps one connection: dials, and dials again after each loss, with a wait that doubles from the first bound to the last. */
export interface Redialer {
  open(): void;
  close(): Promise<void>;
  state(): TransportState;
  /** Gives the present connection up, as the other side would. */
  drop(reason: string): void;
}

export const FIRST_REDIAL_MS = 250;
export const LAST_REDIAL_MS = 15_000;
/** A connection that lived this long was a good one: the next loss begins with the first wait again. */
const STEADY_AFTER_MS = 5_000;

export function createRedialer({
  clock,
  dial,
  listener,
}: {
  clock: Clock;
  dial: Dial;
  listener: Pick<TransportListener, 'up' | 'down'>;
}): Redialer {
  let state: TransportState = { state: 'down', since: clock.now(), reason: 'not opened' };
  let hangUp: (() => void | Promise<void>) | undefined;
  let cancelRedial: CancelTimer | undefined;
  let connection = 0;
  let isOpen = false;
  let waitMs = FIRST_REDIAL_MS;
  let upAtMs: number | undefined;

  function become(name: TransportState['state'], reason: string | undefined): void {
    state = { state: name, since: clock.now(), ...(reason === undefined ? {} : { reason }) };
  }

  function dialNow(): void {
    const mine = ++connection;
    become('opening', state.reason);
    hangUp = dial({
      up() {
        if (mine !== connection) return;
        upAtMs = clock.monotonicMs();
        become('up', undefined);
        listener.up?.();
      },
      down(reason) {
        if (mine === connection) lose(reason);
      },
    });
  }

  function lose(reason: string): void {
    connection += 1;
    void hangUp?.();
    hangUp = undefined;
    if (upAtMs !== undefined && clock.monotonicMs() - upAtMs >= STEADY_AFTER_MS) waitMs = FIRST_REDIAL_MS;
    upAtMs = undefined;
    cancelRedial = clock.after(waitMs, dialNow);
    waitMs = Math.min(LAST_REDIAL_MS, waitMs * 2);
    become('down', reason);
    listener.down?.(reason);
  }

  return {
    open() {
      if (isOpen) return;
      isOpen = true;
      waitMs = FIRST_REDIAL_MS;
      dialNow();
    },
    async close() {
      if (!isOpen) return;
      isOpen = false;
      connection += 1;
      cancelRedial?.();
      const wasDown = state.state === 'down';
      become('down', 'closed');
      if (!wasDown) listener.down?.('closed');
      const end = hangUp;
      hangUp = undefined;
      await end?.();
    },
    state: () => state,
    drop(reason) {
      if (isOpen && state.state !== 'down') lose(reason);
    },
  };
}
