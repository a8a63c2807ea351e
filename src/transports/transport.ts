/**
 * A transport moves bytes and knows no protocol: a serial port, a TCP connection, a port of a concentrator behind MQTT.
 *
 *   open() ──► opening ──► up ──► down ──► opening ──► …      until close()
 *                 └──────► down (reason) ──► opening (after a back-off that doubles up to a bound)
 */
import type { Instant } from '../kernel/clock.ts';
import type { Result } from '../kernel/result.ts';
import type { PortSettings } from './port-settings.ts';

export interface Transport {
  /** What an operator calls it, as `tcp://10.0.0.7:4001`. */
  readonly name: string;
  /** Exchanges that may be in flight together: 1 on anything half-duplex. */
  readonly concurrent: number;
  /** The settings of the physical line where an exchange brings none of its own. */
  readonly port: PortSettings;
  /** What the way to the line and back may add to the meter's own delay. */
  readonly transitMs: number;
  /** Begins to connect and keeps trying until `close`; calling it twice is harmless. */
  open(): void;
  /** Ends for good; resolves when nothing is held any more. */
  close(): Promise<void>;
  state(): TransportState;
  /** Hands over one whole frame at a time; the next call waits for the result of this one, which is there at once where nothing has to wait. */
  write(bytes: Uint8Array, options: WriteOptions): Written;
  /** Adds a listener; the answer removes it. Listeners are called in the turn in which the thing happens. */
  listen(listener: TransportListener): () => void;
}

export type Written = Result<void, WriteError> | Promise<Result<void, WriteError>>;

export interface WriteOptions {
  /** Settings for this exchange only, where the meter's differ from the line's. */
  readonly port?: PortSettings;
  /** How long the sender will listen for the reply, as told to a concentrator. */
  readonly replyWithinMs: number;
}

export interface WriteError {
  readonly code: 'line-down';
  /** False only where certainly no byte has left. */
  readonly sent: boolean;
  readonly reason: string;
}

export interface TransportListener {
  /** A chunk off the line, cut anywhere; its bytes are lent for the call only. */
  data(chunk: Uint8Array): void;
  /** Bytes that the transport itself knows to answer no present request, as a reply with an old transaction id. */
  stray?(bytes: Uint8Array): void;
  up?(): void;
  down?(reason: string): void;
}

/** `down` waits for the next try, or was closed; `reason` says what went wrong last. */
export interface TransportState {
  readonly state: 'opening' | 'up' | 'down';
  readonly since: Instant;
  readonly reason?: string;
}
