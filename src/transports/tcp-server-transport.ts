import type { CancelTimer, Clock } from '../kernel/clock.ts';
import { err } from '../kernel/result.ts';
import { createListeners } from './listeners.ts';
import { DEFAULT_PORT_SETTINGS, type PortSettings } from './port-settings.ts';
import { DEFAULT_TCP_TRANSIT_MS } from './socket.ts';
import type { TcpServer } from './tcp-server.ts';
import type { DtuSocket } from './tcp-server-socket.ts';
import type { Transport, TransportState } from './transport.ts';

export interface TcpServerTransportOptions {
  readonly server: TcpServer;
  readonly clock: Clock;
  /** What the DTU registers with. */
  readonly identity: string;
  /** Of the serial line behind the DTU, from which waits are computed. */
  readonly port?: PortSettings;
  readonly transitMs?: number;
}

/** A line that dials in, and whose connection of the moment can be sent away. */
export interface DialInTransport extends Transport {
  /** Ends the connection: who has it is not whom it says. A second one that waits takes its place. */
  refuse(reason: string): void;
}

/**
 * A line behind a DTU that dials in. Who knows an identity may claim it, so a second connection does not replace a live one:
 *
 *   second connection ──► the first is heard within the bound ──► the second is refused
 *                    └──► it is not, or ends                  ──► the second takes its place
 */
export function createTcpServerTransport(options: TcpServerTransportOptions): DialInTransport {
  const { server, clock, identity, port = DEFAULT_PORT_SETTINGS, transitMs = DEFAULT_TCP_TRANSIT_MS } = options;
  const listeners = createListeners();
  let state: TransportState = { state: 'down', since: clock.now(), reason: 'not opened' };
  let current: DtuSocket | undefined;
  let candidate: DtuSocket | undefined;
  let cancelProbe: CancelTimer | undefined;
  let stopExpecting: (() => void) | undefined;

  function become(name: TransportState['state'], reason?: string): void {
    state = { state: name, since: clock.now(), ...(reason === undefined ? {} : { reason }) };
  }

  function goDown(reason: string): void {
    const was = state.state;
    become('down', reason);
    if (was !== 'down') listeners.down(reason);
  }

  function take(dtu: DtuSocket): void {
    current = dtu;
    server.report('registered', identity);
    become('up');
    listeners.up();
    dtu.follow({ heard: keepCurrent, data: (chunk) => listeners.data(chunk), ended: loseCurrent });
  }

  function claim(dtu: DtuSocket): void {
    if (current === undefined) take(dtu);
    else if (candidate !== undefined) refuse(dtu);
    else probe(current, dtu);
  }

  function probe(first: DtuSocket, second: DtuSocket): void {
    candidate = second;
    second.follow({
      heard: () => undefined,
      data: () => undefined,
      ended() {
        candidate = undefined;
      },
    });
    // A candidate that leaves does not end the probe: a DTU that dials again and again is let in by the first bound.
    if (cancelProbe !== undefined) return;
    first.askOften(true);
    cancelProbe = clock.after(server.probeMs, replaceCurrent);
  }

  function refuse(dtu: DtuSocket): void {
    server.report('second-refused', identity);
    void dtu.end();
  }

  function endProbe(): DtuSocket | undefined {
    cancelProbe?.();
    cancelProbe = undefined;
    const waiting = candidate;
    candidate = undefined;
    return waiting;
  }

  /** The first was heard: whoever waits is an impostor, or a DTU whose old connection lives. */
  function keepCurrent(): void {
    if (cancelProbe === undefined) return;
    current?.askOften(false);
    const waiting = endProbe();
    if (waiting !== undefined) refuse(waiting);
  }

  function loseCurrent(reason: string): void {
    current = undefined;
    const waiting = endProbe();
    goDown(reason);
    if (waiting !== undefined) take(waiting);
  }

  function replaceCurrent(): void {
    if (candidate === undefined) {
      keepCurrent();
      return;
    }
    server.report('replaced', identity);
    void current?.end();
    loseCurrent('silent while another connection claimed its identity');
  }

  return {
    name: `${server.name}/${identity}`,
    concurrent: 1,
    port,
    transitMs,
    open() {
      if (stopExpecting !== undefined) return;
      become('opening', 'the DTU has not dialled in');
      stopExpecting = server.expect(identity, claim);
    },
    async close() {
      stopExpecting?.();
      stopExpecting = undefined;
      const ending = [endProbe(), current];
      current = undefined;
      goDown('closed');
      await Promise.all(ending.map((dtu) => dtu?.end()));
    },
    refuse(reason) {
      if (current === undefined) return;
      server.report('binding-refused', identity);
      void current.end();
      loseCurrent(reason);
    },
    state: () => state,
    listen: (listener) => listeners.add(listener),
    write: (bytes) => current?.write(bytes) ?? err({ code: 'line-down', sent: false, reason: 'the DTU is not connected' }),
  };
}
