/** M1 and M2: frames that concentrators send up over MQTT, through a broker of its own and through the one in this process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect as connectTcp, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { Aedes } from 'aedes';
import { connectAsync } from 'mqtt';
import { DEFAULT_TOPICS, decodeUplink, topicOf } from '../protocols/concentrator/index.ts';
import { createDlt645Framer, decodeFrame, decodeItems, decodeReply, encodeItems, encodeReply, findRow } from '../protocols/dlt645/index.ts';
import { toHex } from '../src/kernel/bytes.ts';
import { systemClock } from '../src/kernel/clock.ts';
import { createEmbeddedBroker } from '../src/transports/embedded-broker.ts';
import { createMqttLink, type MqttLink } from '../src/transports/mqtt-link.ts';
import { findPart } from '../tests/support/require-part.ts';
import type { FloodData } from './mqtt-flood-worker.ts';
import { type Contender, type Ratio, ratioRounds, type Scenario, type ScenarioResult } from './scenario.ts';

const MESSAGES = 20_000;
const QUICK_MESSAGES = 4_000;
const ADDRESS = '000000000001';
const BLOCK = '0001FF00';
const TOPIC = topicOf(DEFAULT_TOPICS.up, 'C1');
const UNSCALED = 1_234_567n;

/** Five energies in one frame: an envelope of some 150 bytes. */
const frameHex = toHex(blockReply());
const payload = JSON.stringify({ txId: 'b3nch0000000-000000', port: 2, frameHex });

function blockReply(): Uint8Array {
  const row = findRow(BLOCK);
  if (row === undefined) throw new Error('the catalogue has no block of forward active energy');
  const items = Array.from({ length: 5 }, () => ({ value: { kind: 'number', decimal: { unscaled: UNSCALED, scale: 2 } } as const }));
  return encodeReply(ADDRESS, { kind: 'read', di: BLOCK, value: encodeItems(row, items), more: false }, { wakeUp: 4 });
}

/** What arrives, counted; resolves where so many more have come. */
interface Ingest {
  readonly takes: (count: number) => Promise<void>;
  close(): Promise<void>;
}

function counter(): { add(): void; takes(count: number): Promise<void> } {
  let left = 0;
  let resolve: () => void = () => undefined;
  return {
    add() {
      left -= 1;
      if (left === 0) resolve();
    },
    takes: (count) =>
      new Promise<void>((done) => {
        left = count;
        resolve = done;
      }),
  };
}

/** The product's connection and envelope, its framer and catalogue: exact decimals come out. */
const ourIngest = (portNumber: number): Promise<Ingest> =>
  ingestFrom(createMqttLink({ url: `mqtt://127.0.0.1:${portNumber}`, clock: systemClock }));

async function ingestFrom(link: MqttLink): Promise<Ingest> {
  const { add, takes } = counter();
  const framer = createDlt645Framer();
  const row = findRow(BLOCK);
  const message = (text: string) => {
    const uplink = decodeUplink(text);
    for (const { kind, bytes } of framer.push(uplink?.bytes ?? new Uint8Array(0))) {
      const frame = decodeFrame(bytes);
      const reply = kind === 'frame' && frame.ok ? decodeReply(frame.value) : undefined;
      if (reply?.ok !== true || reply.value.kind !== 'read' || row === undefined) throw new Error('a frame does not verify');
      const { items } = decodeItems(row, reply.value.value);
      if (!items.every(({ value }) => value?.kind === 'number' && value.decimal.unscaled === UNSCALED)) throw new Error('a wrong value');
      add();
    }
  };
  const unwatch = await new Promise<() => Promise<void>>((resolve, reject) => {
    const end = link.watch({ topic: TOPIC, message, up: () => resolve(end), down: (reason) => reject(new Error(reason)) });
  });
  return { takes, close: unwatch };
}

async function bareIngest(portNumber: number): Promise<Ingest> {
  const { add, takes } = counter();
  const client = await connectAsync(`mqtt://127.0.0.1:${portNumber}`, { protocolVersion: 4, reconnectPeriod: 0 });
  client.on('message', add);
  await client.subscribeAsync(TOPIC, { qos: 1 });
  return { takes, close: () => client.endAsync(true) };
}

interface Flood {
  send(count: number): void;
  close(): Promise<void>;
}

async function openFlood(portNumber: number): Promise<Flood> {
  const worker = new Worker(new URL('./mqtt-flood-worker.ts', import.meta.url), {
    workerData: { portNumber, topic: TOPIC, payload } satisfies FloodData,
  });
  await once(worker, 'message');
  return {
    send: (count) => worker.postMessage(count),
    async close() {
      await worker.terminate();
    },
  };
}

/** One that listens only while it is measured: a broker delivers to everybody who has subscribed. */
const contenderOf = (name: string, open: () => Promise<{ ingest: Ingest; flood: Flood }>, messages: number): Contender => ({
  name,
  async run() {
    const { ingest, flood } = await open();
    try {
      const all = ingest.takes(messages);
      flood.send(messages);
      await all;
      return messages;
    } finally {
      await flood.close();
      await ingest.close();
    }
  },
});

export const m1: Scenario = {
  id: 'M1',
  title: 'MQTT QoS 1 through mosquitto: envelope, frame and values of each message',
  async run({ quick }) {
    const mosquitto = findPart('mosquitto');
    if (mosquitto === undefined) return { id: 'M1', rows: [], absolute: {}, checked: 'nothing', note: 'skipped: no mosquitto on PATH' };
    const messages = quick ? QUICK_MESSAGES : MESSAGES;
    const broker = await openMosquitto(mosquitto);
    const through = (ingest: typeof ourIngest) => async () => ({
      ingest: await ingest(broker.portNumber),
      flood: await openFlood(broker.portNumber),
    });
    try {
      const contenders = [contenderOf('ours', through(ourIngest), messages), contenderOf('bare', through(bareIngest), messages)];
      return await measured('M1', contenders, quick, { goal: 0.7, stretch: 0.85 });
    } finally {
      await broker.close();
    }
  },
};

export const m2: Scenario = {
  id: 'M2',
  title: 'MQTT QoS 1 through the embedded broker, in the same process',
  async run({ quick }) {
    const messages = quick ? QUICK_MESSAGES : MESSAGES;
    const ours = async () => {
      const broker = await createEmbeddedBroker({ clock: systemClock });
      const portNumber = Number(new URL(broker.url).port);
      const ingest = await ingestFrom(broker.link);
      const close = async () => {
        await ingest.close();
        await broker.close();
      };
      return { ingest: { ...ingest, close }, flood: await openFlood(portNumber) };
    };
    const contenders = [contenderOf('ours', ours, messages), contenderOf('bare', bareBroker, messages)];
    return measured('M2', contenders, quick, { goal: 0.6, stretch: 0.75 });
  },
};

/** Aedes with a hook that counts what is published; nobody subscribes. */
async function bareBroker(): Promise<{ ingest: Ingest; flood: Flood }> {
  const { add, takes } = counter();
  const broker = await Aedes.createBroker();
  broker.on('publish', ({ topic }) => {
    if (topic === TOPIC) add();
  });
  const server = createServer({ noDelay: true }, broker.handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    await new Promise<void>((resolve) => broker.close(() => resolve()));
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { ingest: { takes, close }, flood: await openFlood((server.address() as AddressInfo).port) };
}

async function measured(
  id: string,
  contenders: readonly Contender[],
  quick: boolean,
  goals: { readonly goal: number; readonly stretch: number },
): Promise<ScenarioResult> {
  const rounds = await ratioRounds(contenders, { quick, quickRounds: 2 });
  const ratio: Ratio = rounds.ratio('ours', 'bare');
  return {
    id,
    rows: [{ label: 'messages/s / bare, that only counts', ratio, ...goals, higherIsBetter: true }],
    absolute: {
      'messages a second, ours': rounds.medianOf('ours', 'perSecond'),
      'messages a second, bare': rounds.medianOf('bare', 'perSecond'),
      'µs of CPU a message, ours': rounds.medianOf('ours', 'cpuMicrosPerUnit'),
      'µs of CPU a message, bare': rounds.medianOf('bare', 'cpuMicrosPerUnit'),
    },
    checked: 'five exact decimals of every message; not one message lost',
    note: 'connecting is part of each lap; nothing is stored yet, since no message comes unasked',
  };
}

async function openMosquitto(program: string): Promise<{ readonly portNumber: number; close(): Promise<void> }> {
  const portNumber = await freePort();
  const folder = mkdtempSync(path.join(tmpdir(), 'feikong-bench-'));
  const config = path.join(folder, 'mosquitto.conf');
  const lines = [`listener ${portNumber} 127.0.0.1`, 'allow_anonymous true', 'max_queued_messages 0', 'max_inflight_messages 0'];
  writeFileSync(config, lines.join('\n'));
  const child: ChildProcess = spawn(program, ['-c', config], { stdio: 'ignore' });
  await answers(portNumber);
  return {
    portNumber,
    async close() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Knocks until somebody opens. */
async function answers(portNumber: number): Promise<void> {
  for (;;) {
    const socket = connectTcp(portNumber, '127.0.0.1');
    const opened = await new Promise<boolean>((resolve) => {
      socket.on('connect', () => resolve(true));
      socket.on('error', () => resolve(false));
    });
    socket.destroy();
    if (opened) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
