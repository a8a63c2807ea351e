/** The far ends of real lines for the contract suite: what a meter, a DTU or a concentrator holds in its hands. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { connectAsync, type MqttClient } from 'mqtt';
import type { TestContext } from 'vitest';
import { createDlt645Framer } from '../../protocols/dlt645/index.ts';
import { fromHex, toHex } from '../../src/kernel/bytes.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import type { CreateFramer } from '../../src/kernel/framer.ts';
import { createEmbeddedBroker } from '../../src/transports/embedded-broker.ts';
import { createMqttLink, type MqttVersion } from '../../src/transports/mqtt-link.ts';
import { createMqttTransport } from '../../src/transports/mqtt-transport.ts';
import type { PortSettings } from '../../src/transports/port-settings.ts';
import { createSerialTransport } from '../../src/transports/serial-transport.ts';
import { createTcpServer } from '../../src/transports/tcp-server.ts';
import { createTcpServerTransport } from '../../src/transports/tcp-server-transport.ts';
import { createTcpTransport } from '../../src/transports/tcp-transport.ts';
import type { Transport } from '../../src/transports/transport.ts';
import { freePort } from '../support/free-port.ts';
import { mosquittoFor } from '../support/mosquitto.ts';
import { ptyFor } from '../support/pty.ts';

export interface FarEnd {
  readonly transport: Transport;
  /** The whole requests that have been heard. */
  readonly heard: readonly Uint8Array[];
  /** Resolves when so many have been heard. */
  hears(count: number): Promise<void>;
  /** Sends chunks as the answer to the request with this index. */
  answer(request: number, ...chunks: readonly Uint8Array[]): Promise<void>;
  cut(): Promise<void>;
  mend(): Promise<void>;
}

type Context = Pick<TestContext, 'skip' | 'onTestFinished'>;
/** @param createFramer finds requests in what is heard; DL/T 645 where nothing is said */
export type OpenFarEnd = (context: Context, createFramer?: CreateFramer) => Promise<FarEnd>;

/** One character takes 0.095 ms, so waits are short. */
const port: PortSettings = { baudRate: 115200, dataBits: 8, parity: 'even', stopBits: 1 };
/** Two hops and two programs more than a socket: a busy machine must not make a reply late. */
const BROKER_TRANSIT_MS = 600;
const common = { clock: systemClock, port, transitMs: 40 };

/** Keeps each whole request of a stream. */
function requestCounter(createFramer: CreateFramer = createDlt645Framer) {
  const heard: Uint8Array[] = [];
  const waiting: { readonly until: number; readonly resolve: () => void }[] = [];
  return {
    heard,
    hears: (until: number) =>
      heard.length >= until ? Promise.resolve() : new Promise<void>((resolve) => waiting.push({ until, resolve })),
    /** Of one connection: half a request ends with it. */
    listener() {
      const framer = createFramer();
      return (chunk: Uint8Array) => {
        for (const { kind, bytes } of framer.push(chunk)) if (kind === 'frame') heard.push(bytes);
        for (const { until, resolve } of waiting) if (heard.length >= until) resolve();
      };
    },
  };
}

export const openTcp: OpenFarEnd = async ({ onTestFinished }, createFramer) => {
  const counter = requestCounter(createFramer);
  let socket: Socket | undefined;
  const server = createServer({ noDelay: true }, (accepted) => {
    socket = accepted;
    accepted.on('data', counter.listener());
    accepted.on('error', () => accepted.destroy());
  });
  const listen = (portNumber: number) => new Promise<void>((resolve) => server.listen(portNumber, '127.0.0.1', resolve));
  await listen(0);
  const { port: portNumber } = server.address() as AddressInfo;
  const transport = createTcpTransport({ ...common, host: '127.0.0.1', portNumber });
  const cut = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    socket?.destroy();
    await closed;
  };
  onTestFinished(async () => {
    await transport.close();
    if (server.listening) await cut();
  });
  return {
    transport,
    ...counter,
    async answer(_request, ...chunks) {
      for (const chunk of chunks) {
        await new Promise((resolve) => socket?.write(chunk, resolve));
        await turn();
      }
    },
    cut,
    mend: () => listen(portNumber),
  };
};

/** A DTU that dials in, registers, and says PING\n before and within every answer. */
export const openDialIn: OpenFarEnd = async ({ onTestFinished }, createFramer) => {
  const counter = requestCounter(createFramer);
  const server = createTcpServer({
    host: '127.0.0.1',
    portNumber: 0,
    clock: systemClock,
    registration: { as: 'ascii', packet: 'DTU {identity}\r\n' },
    heartbeat: { as: 'ascii', packet: 'PING\n', everyMs: 60_000 },
  });
  const transport = createTcpServerTransport({ ...common, server, identity: '13800000001' });
  transport.open();
  const portNumber = await server.listen();
  let socket: Socket | undefined;
  const dial = async () => {
    const dialled = connect({ port: portNumber, host: '127.0.0.1', noDelay: true });
    dialled.on('data', counter.listener());
    dialled.on('error', () => dialled.destroy());
    await once(dialled, 'connect');
    dialled.write('DTU 13800000001\r\n');
    socket = dialled;
  };
  await dial();
  onTestFinished(async () => {
    socket?.destroy();
    await transport.close();
    await server.close();
  });
  return {
    transport,
    ...counter,
    async answer(_request, ...chunks) {
      for (const chunk of chunks) {
        await new Promise((resolve) => socket?.write(Buffer.concat([Buffer.from('PING\n'), chunk]), resolve));
        await turn();
      }
    },
    async cut() {
      socket?.destroy();
    },
    mend: dial,
  };
};

/** The port is named by a link, as under `/dev/serial/by-id`, so that another pty can take its place. */
export const openSerial: OpenFarEnd = async (context, createFramer) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'feikong-pty-'));
  const name = path.join(folder, 'meters');
  const counter = requestCounter(createFramer);
  const plugIn = async () => {
    const pty = await ptyFor(context);
    pty.onBytes(counter.listener());
    symlinkSync(pty.path, name);
    return pty;
  };
  let pty = await plugIn();
  const transport = createSerialTransport({ ...common, path: name });
  context.onTestFinished(async () => {
    await transport.close();
    rmSync(folder, { recursive: true });
  });
  return {
    transport,
    ...counter,
    async answer(_request, ...chunks) {
      for (const chunk of chunks) {
        pty.write(chunk);
        await turn();
      }
    },
    async cut() {
      unlinkSync(name);
      pty.close();
    },
    async mend() {
      pty = await plugIn();
    },
  };
};

interface Broker {
  readonly url: string;
  readonly version?: MqttVersion;
  stop(): Promise<void>;
  start(): Promise<void>;
}

interface MqttFarEnd extends FarEnd {
  /** Sends chunks with the place of each in the reply. */
  answerAt(request: number, ...chunks: readonly (readonly [offset: number, bytes: Uint8Array])[]): Promise<void>;
}

async function openMqtt({ onTestFinished }: Context, broker: Broker, createFramer: CreateFramer | undefined): Promise<MqttFarEnd> {
  const { version = '3.1.1' } = broker;
  const counter = requestCounter(createFramer);
  const downlinks: { txId: string; port: number }[] = [];
  let concentrator: MqttClient | undefined;
  const join = async () => {
    concentrator = await connectAsync(broker.url, { protocolVersion: version === 5 ? 5 : 4, reconnectPeriod: 0 });
    concentrator.on('error', () => undefined);
    concentrator.on('message', (_topic, payload) => {
      const { txId, port: line, frameHex } = JSON.parse(payload.toString()) as { txId: string; port: number; frameHex: string };
      downlinks.push({ txId, port: line });
      counter.listener()(fromHex(frameHex) ?? new Uint8Array(0));
    });
    await concentrator.subscribeAsync('feikong/v1/concentrators/C1/down', { qos: 1 });
  };
  const sendUp = (message: object) => concentrator?.publishAsync('feikong/v1/concentrators/C1/up', JSON.stringify(message), { qos: 1 });
  const cut = async () => {
    await concentrator?.endAsync(true);
    await broker.stop();
  };
  await broker.start();
  await join();
  const link = createMqttLink({ url: broker.url, version, clock: systemClock });
  const transport = createMqttTransport({ ...common, transitMs: BROKER_TRANSIT_MS, link, concentrator: 'C1', portNumber: 2 });
  onTestFinished(async () => {
    await transport.close();
    await cut();
  });
  return {
    transport,
    ...counter,
    async answer(request, ...chunks) {
      for (const chunk of chunks) await sendUp({ ...downlinks[request], frameHex: toHex(chunk) });
    },
    async answerAt(request, ...chunks) {
      for (const [offset, chunk] of chunks) await sendUp({ ...downlinks[request], offset, frameHex: toHex(chunk) });
    },
    cut,
    async mend() {
      await broker.start();
      await join();
    },
  };
}

export const openEmbedded = async (context: Context, createFramer?: CreateFramer): Promise<MqttFarEnd> => {
  const portNumber = await freePort();
  let running: { close(): Promise<void> } | undefined;
  const broker: Broker = {
    url: `mqtt://127.0.0.1:${portNumber}`,
    async start() {
      running = await createEmbeddedBroker({ clock: systemClock, portNumber });
    },
    async stop() {
      await running?.close();
      running = undefined;
    },
  };
  return openMqtt(context, broker, createFramer);
};

export const openMosquitto =
  (version: MqttVersion): OpenFarEnd =>
  async (context, createFramer) =>
    openMqtt(context, { ...(await mosquittoFor(context)), version }, createFramer);
