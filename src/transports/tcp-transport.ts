import { connect, type Socket } from 'node:net';
import type { Clock } from '../kernel/clock.ts';
import { createListeners } from './listeners.ts';
import { DEFAULT_PORT_SETTINGS, type PortSettings } from './port-settings.ts';
import { createRedialer } from './redialer.ts';
import { DEFAULT_TCP_TRANSIT_MS, KEEP_ALIVE_AFTER_MS, writeTo } from './socket.ts';
import type { Transport } from './transport.ts';

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

/** A line behind a TCP server: a DTU that listens, or a simulator. We dial, and dial again. */
export function createTcpTransport(options: TcpTransportOptions): Transport {
  const { host, portNumber, clock, port = DEFAULT_PORT_SETTINGS, transitMs = DEFAULT_TCP_TRANSIT_MS, concurrent = 1 } = options;
  const listeners = createListeners();
  let socket: Socket | undefined;

  const redialer = createRedialer({
    clock,
    listener: listeners,
    dial(events) {
      const dialled = connect({ host, port: portNumber, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_AFTER_MS });
      const cancelLimit = clock.after(CONNECT_LIMIT_MS, () => events.down(`no connection within ${CONNECT_LIMIT_MS} ms`));
      let reason = 'the other side closed the connection';
      dialled.on('connect', () => {
        cancelLimit();
        socket = dialled;
        events.up();
      });
      dialled.on('data', (chunk) => {
        if (socket === dialled) listeners.data(chunk);
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
        if (socket === dialled) socket = undefined;
        dialled.destroy();
      };
    },
  });

  return {
    name: `tcp://${host}:${portNumber}`,
    concurrent,
    port,
    transitMs,
    open: redialer.open,
    close: redialer.close,
    state: redialer.state,
    listen: listeners.add,
    write: (bytes) => writeTo(socket, bytes),
  };
}
