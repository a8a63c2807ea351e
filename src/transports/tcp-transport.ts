import { connect, type Socket } from 'node:net';
import type { Clock } from '../kernel/clock.ts';
import { createListeners } from './listeners.ts';
import { DEFAULT_PORT_SETTINGS, type PortSettings } from './port-settings.ts';
import { createRedialer, type DialEvents, type Redialer } from './redialer.ts';
import { DEFAULT_TCP_TRANSIT_MS, KEEP_ALIVE_AFTER_MS, writeTo } from './socket.ts';
import type { Transport, TransportListener, TransportState, Written } from './transport.ts';

export interface TcpTransportOptions {
  readonly host: string;
  /** The TCP port. */
  readonly portNumber: number;
  readonly clock: Clock;
  /** Of the serial line behind the DTU, from which waits are computed. */
  readonly port?: PortSettings;
  readonly transitMs?: number;
  /** Exchanges in flight together, where the protocol numbers them; 1 where absent. */
  readonly concurrent?: number;
}

const CONNECT_LIMIT_MS = 10_000;

/**
 * What is heard on any connection is read into here. A chunk is passed on in the turn in which it comes and nobody keeps it, so one
 * piece of memory serves all lines.
 */
const HEARD = new Uint8Array(65_536);

/** A line behind a TCP server: a DTU that listens, or a simulator. We dial, and dial again. */
export const createTcpTransport = (options: TcpTransportOptions): Transport => new DialledTransport(options);

class DialledTransport implements Transport {
  readonly concurrent: number;
  readonly port: PortSettings;
  readonly transitMs: number;
  private readonly host: string;
  private readonly portNumber: number;
  private readonly clock: Clock;
  private readonly listeners = createListeners();
  private readonly redialer: Redialer;
  private socket: Socket | undefined = undefined;

  constructor(options: TcpTransportOptions) {
    const { host, portNumber, clock, port = DEFAULT_PORT_SETTINGS, transitMs = DEFAULT_TCP_TRANSIT_MS, concurrent = 1 } = options;
    this.concurrent = concurrent;
    this.port = port;
    this.transitMs = transitMs;
    this.host = host;
    this.portNumber = portNumber;
    this.clock = clock;
    this.redialer = createRedialer({ clock, listener: this.listeners, dial: (events) => this.dial(events) });
  }

  get name(): string {
    return `tcp://${this.host}:${this.portNumber}`;
  }

  open(): void {
    this.redialer.open();
  }

  close(): Promise<void> {
    return this.redialer.close();
  }

  state(): TransportState {
    return this.redialer.state();
  }

  listen(listener: TransportListener): () => void {
    return this.listeners.add(listener);
  }

  write(bytes: Uint8Array): Written {
    return writeTo(this.socket, bytes);
  }

  private dial(events: DialEvents): () => void {
    const { host, portNumber: port } = this;
    const hear = (length: number) => {
      if (this.socket === dialled) this.listeners.data(HEARD.subarray(0, length));
      return true;
    };
    const dialled = connect({
      host,
      port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_AFTER_MS,
      onread: { buffer: HEARD, callback: hear },
    });
    const cancelLimit = this.clock.after(CONNECT_LIMIT_MS, () => events.down(`no connection within ${CONNECT_LIMIT_MS} ms`));
    let reason = 'the other side closed the connection';
    dialled.once('connect', () => {
      cancelLimit();
      this.socket = dialled;
      events.up();
    });
    dialled.on('error', (error) => {
      reason = error.message;
    });
    dialled.on('close', () => {
      cancelLimit();
      events.down(reason);
    });
    return () => {
      cancelLimit();
      if (this.socket === dialled) this.socket = undefined;
      dialled.destroy();
    };
  }
}
