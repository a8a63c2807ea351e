/** Three ways to poll one line: the product's bus, a greedy loop that does nothing else, and one that waits for silence. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createDlt645Framer } from '../protocols/dlt645/index.ts';
import { systemClock } from '../src/kernel/clock.ts';
import { type Bus, createBus } from '../src/transports/bus/bus.ts';
import type { Exchange } from '../src/transports/bus/exchange.ts';
import type { PortSettings } from '../src/transports/port-settings.ts';
import { createTcpTransport } from '../src/transports/tcp-transport.ts';

export interface Poller {
  /** Reads so many times and checks every reply. */
  poll(times: number): Promise<void>;
  close(): Promise<void>;
}

export interface PolledLine {
  readonly portNumber: number;
  readonly port: PortSettings;
  readonly request: Uint8Array;
  readonly reply: Uint8Array;
}

const WAKE_UP_BYTES = 4;

export interface OpenBus {
  readonly bus: Bus;
  close(): Promise<void>;
}

/** The product's bus on its TCP transport, up. */
export async function openBus({
  portNumber,
  port,
  concurrent = 1,
}: {
  portNumber: number;
  port: PortSettings;
  concurrent?: number;
}): Promise<OpenBus> {
  const transport = createTcpTransport({ host: '127.0.0.1', portNumber, clock: systemClock, port, transitMs: 0, concurrent });
  const bus = createBus({ transport, clock: systemClock });
  await new Promise<void>((resolve) => {
    transport.listen({ data: () => undefined, up: resolve });
    transport.open();
  });
  return {
    bus,
    async close() {
      bus.close();
      await transport.close();
    },
  };
}

/** A DL/T 645 read that takes this reply and no other. */
export function fixedExchange({ request, reply }: Pick<PolledLine, 'request' | 'reply'>, meter = 'polled'): Exchange {
  const frame = reply.subarray(WAKE_UP_BYTES);
  return {
    meter,
    bytes: request,
    createFramer: createDlt645Framer,
    accepts: (heard) => Buffer.compare(heard, frame) === 0,
    longestReplyBytes: reply.length,
    repeatable: true,
    expectsReply: true,
  };
}

export async function busPoller(line: PolledLine): Promise<Poller> {
  const { bus, close } = await openBus(line);
  const exchange = fixedExchange(line);
  return {
    async poll(times) {
      const results = await Promise.all(Array.from({ length: times }, () => bus.request(exchange, { priority: 'scheduled' })));
      if (!results.every(({ ok }) => ok) || bus.health().counters.repeats > 0) throw new Error('the bus lost a poll');
    },
    close,
  };
}

/** Sends the next request as soon as all bytes of the reply are there, or `gapMs` later: what the shim and the machine allow at most. */
export const greedyPoller = (line: PolledLine, gapMs = 0): Promise<Poller> =>
  rawPoller(line, (socket, onReply) => {
    let heard = 0;
    socket.on('data', (chunk) => {
      heard += chunk.length;
      if (heard < line.reply.length) return;
      heard = 0;
      after(performance.now() + gapMs, onReply);
    });
  });

/** Sharper than a timer: turn by turn of the loop. */
function after(dueMs: number, act: () => void): void {
  if (performance.now() >= dueMs) act();
  else setImmediate(after, dueMs, act);
}

/** Takes the end of a frame from silence, as many gateways do. */
export const silencePoller = (line: PolledLine, silenceMs: number): Promise<Poller> =>
  rawPoller(line, (socket, onReply) => {
    let timer: NodeJS.Timeout | undefined;
    socket.on('data', () => {
      clearTimeout(timer);
      timer = setTimeout(onReply, silenceMs);
    });
  });

async function rawPoller(
  { portNumber, request, reply }: PolledLine,
  watch: (socket: Socket, onReply: () => void) => void,
): Promise<Poller> {
  const socket = connect({ host: '127.0.0.1', port: portNumber, noDelay: true });
  await once(socket, 'connect');
  let bytesHeard = 0;
  let onReply: () => void = () => undefined;
  socket.on('data', (chunk) => {
    bytesHeard += chunk.length;
  });
  watch(socket, () => onReply());
  return {
    async poll(times) {
      bytesHeard = 0;
      for (let count = 0; count < times; count++) {
        await new Promise<void>((resolve) => {
          onReply = resolve;
          socket.write(request);
        });
      }
      if (bytesHeard !== times * reply.length) throw new Error('a poll was lost');
    },
    close: () =>
      new Promise((resolve) => {
        socket.on('close', () => resolve());
        socket.destroy();
      }),
  };
}
