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

export interface RedialerOptions {
  readonly clock: Clock;
  readonly dial: Dial;
  readonly listener: Pick<TransportListener, 'up' | 'down'>;
}

export const createRedialer = (options: RedialerOptions): Redialer => new BackingOffRedialer(options);

class BackingOffRedialer implements Redialer {
  private readonly clock: Clock;
  private readonly dial: Dial;
  private readonly listener: RedialerOptions['listener'];
  private present: TransportState;
  private hangUp: ReturnType<Dial> | undefined = undefined;
  private cancelRedial: CancelTimer | undefined = undefined;
  private connection = 0;
  private isOpen = false;
  private waitMs = FIRST_REDIAL_MS;
  private upAtMs: number | undefined = undefined;

  constructor({ clock, dial, listener }: RedialerOptions) {
    this.clock = clock;
    this.dial = dial;
    this.listener = listener;
    this.present = { state: 'down', since: clock.now(), reason: 'not opened' };
  }

  open(): void {
    if (this.isOpen) return;
    this.isOpen = true;
    this.waitMs = FIRST_REDIAL_MS;
    this.dialNow();
  }

  async close(): Promise<void> {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.connection += 1;
    this.cancelRedial?.();
    const wasDown = this.present.state === 'down';
    this.become('down', 'closed');
    if (!wasDown) this.listener.down?.('closed');
    const end = this.hangUp;
    this.hangUp = undefined;
    await end?.();
  }

  state(): TransportState {
    return this.present;
  }

  drop(reason: string): void {
    if (this.isOpen && this.present.state !== 'down') this.lose(reason);
  }

  private become(name: TransportState['state'], reason: string | undefined): void {
    this.present = { state: name, since: this.clock.now(), ...(reason === undefined ? {} : { reason }) };
  }

  private dialNow(): void {
    const mine = ++this.connection;
    this.cancelRedial = undefined;
    this.become('opening', this.present.reason);
    this.hangUp = this.dial({
      up: () => {
        if (mine !== this.connection) return;
        this.upAtMs = this.clock.monotonicMs();
        this.become('up', undefined);
        this.listener.up?.();
      },
      down: (reason) => {
        if (mine === this.connection) this.lose(reason);
      },
    });
  }

  private lose(reason: string): void {
    this.connection += 1;
    void this.hangUp?.();
    this.hangUp = undefined;
    if (this.upAtMs !== undefined && this.clock.monotonicMs() - this.upAtMs >= STEADY_AFTER_MS) this.waitMs = FIRST_REDIAL_MS;
    this.upAtMs = undefined;
    this.cancelRedial = this.clock.after(this.waitMs, () => this.dialNow());
    this.waitMs = Math.min(LAST_REDIAL_MS, this.waitMs * 2);
    this.become('down', reason);
    this.listener.down?.(reason);
  }
}
