import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { OperatorError } from '../kernel/app-error.ts';
import type { Clock } from '../kernel/clock.ts';
import { KEEP_ALIVE_AFTER_MS } from './socket.ts';
import type { RegistrationFormat } from './tcp-server-packets.ts';
import { awaitRegistration, createDtuSocket, type DtuSocket, type HeartbeatSettings, REGISTER_WITHIN_MS } from './tcp-server-socket.ts';

export interface TcpServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly portNumber: number;
  readonly clock: Clock;
  readonly registration: RegistrationFormat;
  readonly heartbeat?: HeartbeatSettings;
  /** PEM texts; without them the port is for loopback and tunnels only. */
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer };
  /** How long a live DTU may stay silent when another connection claims its identity; more than its heartbeat takes. */
  readonly probeMs?: number;
  readonly onEvent?: (event: TcpServerEvent) => void;
}

export interface TcpServerEvent {
  readonly kind: TcpServerEventKind;
  /** How often this has happened on this port. */
  readonly count: number;
  /** What the connection said it is; text of a stranger where the identity is unknown. */
  readonly identity?: string;
  readonly peer?: string;
}

export type TcpServerEventKind =
  /** A DTU has taken its line. */
  | 'registered'
  /** A silent one gave way to a second connection. */
  | 'replaced'
  /** A second connection claimed the identity of one that answers. */
  | 'second-refused'
  | 'unknown-identity'
  /** Who registered was sent away: its meters are not those of the line. */
  | 'binding-refused'
  /** Something else than a registration, or nothing in time. */
  | 'no-registration'
  /** More connections than the lines of this port can need. */
  | 'too-many'
  | 'accept-failed';

/** One listening port for many DTUs; each line expects its own identity. */
export interface TcpServer {
  readonly name: string;
  readonly probeMs: number;
  /**
   * Begins to accept, once everybody is expected; resolves to the port.
   *
   * @errors port-in-use
   */
  listen(): Promise<number>;
  /** Hands over connections that register with this identity; the answer ends it. */
  expect(identity: string, claim: (dtu: DtuSocket) => void): () => void;
  report(kind: TcpServerEventKind, identity: string): void;
  counters(): Readonly<Record<TcpServerEventKind, number>>;
  /** Resolves when nothing is held any more. */
  close(): Promise<void>;
}

/** Of a DTU's heartbeat period, in which a live one is certainly heard. */
const PROBE_PERIODS = 1.25;
/** Where no heartbeat is configured: only a meter's reply to a poll can show that the line lives. */
const DEFAULT_PROBE_MS = 60_000;
/** Connections beside two for each line: strangers, and DTUs that dial again before we know. */
const SPARE_CONNECTIONS = 64;

export function createTcpServer(options: TcpServerOptions): TcpServer {
  const { host, portNumber, clock, registration, heartbeat, tls, onEvent } = options;
  const { probeMs = heartbeat === undefined ? DEFAULT_PROBE_MS : heartbeat.everyMs * PROBE_PERIODS } = options;
  const claims = new Map<string, (dtu: DtuSocket) => void>();
  const connections = new Set<Socket>();
  const counters: Record<TcpServerEventKind, number> = {
    registered: 0,
    replaced: 0,
    'second-refused': 0,
    'unknown-identity': 0,
    'binding-refused': 0,
    'no-registration': 0,
    'too-many': 0,
    'accept-failed': 0,
  };

  function count(kind: TcpServerEventKind, facts: Pick<TcpServerEvent, 'identity' | 'peer'> = {}): void {
    counters[kind] += 1;
    onEvent?.({ kind, count: counters[kind], ...facts });
  }

  function receive(socket: Socket): void {
    const peer = socket.remoteAddress ?? 'gone';
    socket.on('error', () => socket.destroy());
    awaitRegistration({
      socket,
      clock,
      format: registration,
      onEnd(registered, rest) {
        const identity = registered.kind === 'registered' ? registered.identity : undefined;
        const claim = identity === undefined ? undefined : claims.get(identity);
        if (identity !== undefined && claim !== undefined)
          return claim(createDtuSocket({ socket, clock, identity, rest, ...(heartbeat === undefined ? {} : { heartbeat }) }));
        socket.destroy();
        count(identity === undefined ? 'no-registration' : 'unknown-identity', { peer, ...(identity === undefined ? {} : { identity }) });
      },
    });
  }

  const accepting = { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_AFTER_MS };
  const server =
    tls === undefined
      ? createServer(accepting, receive)
      : createTlsServer({ ...accepting, ...tls, minVersion: 'TLSv1.2', handshakeTimeout: REGISTER_WITHIN_MS }, receive);
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
  });
  server.on('tlsClientError', (_error: Error, socket: Socket) => {
    socket.destroy();
    count('no-registration', { peer: socket.remoteAddress ?? 'gone' });
  });
  server.on('drop', (dropped) => count('too-many', { peer: dropped?.remoteAddress ?? 'gone' }));

  return {
    name: `tcp-server://${host.includes(':') ? `[${host}]` : host}:${portNumber}`,
    probeMs,
    async listen() {
      server.listen(portNumber, host);
      try {
        await once(server, 'listening');
      } catch (cause) {
        throw new OperatorError(
          'port-in-use',
          `DTUs cannot dial in at ${host}:${portNumber}: choose an address of this machine and a free port`,
          { host, portNumber },
          cause,
        );
      }
      server.on('error', () => count('accept-failed'));
      return (server.address() as AddressInfo).port;
    },
    expect(identity, claim) {
      claims.set(identity, claim);
      server.maxConnections = 2 * claims.size + SPARE_CONNECTIONS;
      return () => {
        if (claims.get(identity) === claim) claims.delete(identity);
      };
    },
    report: (kind, identity) => count(kind, { identity }),
    counters: () => ({ ...counters }),
    async close() {
      if (!server.listening) return;
      const ended = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of connections) socket.destroy();
      await ended;
    },
  };
}
