/** DTUs that dial in at a running gateway over real sockets: nothing behind them is used before it has said its own number. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { SharedLine } from '../../simulators/lines/shared-line.ts';
import { createLogger } from '../../src/cli/logger.ts';
import { startGateway } from '../../src/compose/gateway.ts';
import { PROTOCOLS } from '../../src/compose/protocols.ts';
import { loadConfig } from '../../src/config/load.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { checkDataFolder } from '../../src/store/sqlite/index.ts';
import { metersOnOneLine } from '../support/meters-on-one-line.ts';
import { get } from '../support/running-gateway.ts';

const OURS = '000012345678';
const THEIRS = '999912345678';
const RULES = path.join(import.meta.dirname, '../../config/rules/demo.yaml');

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

interface Event {
  readonly type: string;
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
}
interface Meter {
  readonly readings: readonly { readonly register: string; readonly value: string }[];
  readonly relay: { readonly reported: string };
}
interface Line {
  readonly binding: string | null;
  readonly transport: { readonly state: string };
}

/** A gateway with one meter on a line that dials in; asks of it over the API. */
async function gatewayFor(meter = `address: "${OURS}"`) {
  const folder = mkdtempSync(path.join(tmpdir(), 'feikong-binding-'));
  const port = await freePort();
  const file = path.join(folder, 'feikong.yaml');
  writeFileSync(
    file,
    `poll: { intervalMs: 200 }
notifier: simulated
ruleSets: [${RULES}]
tariffs: [{ id: flat, rates: [{ component: energy, register: "1-0:1.8.0", price: "0.5" }] }]
listeners: [{ id: gprs, listen: "127.0.0.1:${port}", registration: { packet: "REG:{identity};" }, probeMs: 30000 }]
lines: [{ id: village, transport: { type: tcp-server, listener: gprs, identity: "1380" }, port: { baudRate: 115200 }, simulated: true }]
meters: [{ id: m1, line: village, ${meter}, account: a1, tariff: flat, ruleSet: demo, maxPowerKw: "25", openingPayment: "5.00" }]
`,
  );
  const data = path.join(folder, 'data');
  const { url, adminKey, close } = await startGateway({
    config: loadConfig(file, PROTOCOLS, { listen: '127.0.0.1:0' }),
    dataDir: data,
    clock: systemClock,
    logger: createLogger('silent'),
    environment: {},
    onFatal: (error) => expect.unreachable(String(error)),
  });
  onTestFinished(async () => {
    await close();
    rmSync(folder, { recursive: true, force: true });
  });
  const api = { url, key: adminKey ?? '' };
  const one = async <T>(list: string) => (await get<{ items: readonly T[] }>(api, list)).items[0];
  return {
    port,
    api,
    data,
    close,
    meter: async () => (await one<Meter>('/meters')) ?? { readings: [], relay: { reported: 'none' } },
    line: async () => one<Line>('/lines'),
    /** Alarms of the line, oldest first. */
    alarms: async () =>
      (await get<{ items: readonly Event[] }>(api, '/events?limit=500')).items.filter(({ type }) => type.startsWith('line.')),
  };
}

/** A connection that registers and puts what it hears on a line. */
async function dial(port: number, line?: SharedLine, identity = '1380'): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.on('error', () => socket.destroy());
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  socket.write(`REG:${identity};`);
  const end = line?.connect((bytes) => void socket.write(bytes));
  socket.on('data', (chunk) => end?.hear(chunk));
  return socket;
}

const ours = () => metersOnOneLine({ clock: systemClock, of2007: [OURS] });

/** Meters of a stranger behind addresses of ours: on the wire they answer as ours, but their own number is another. */
function disguised(line: SharedLine, from: string, to: string): SharedLine {
  return {
    connect(send) {
      const end = line.connect((bytes) => send(renamed(bytes, to, from)));
      return { hear: (chunk) => end.hear(renamed(chunk, from, to)), close: () => end.close() };
    },
  };
}

/** A frame that names another address, its checksum made anew; wake-up bytes stay in front. */
function renamed(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const at = bytes.indexOf(0x68);
  const frame = Uint8Array.from(bytes);
  const own = (address: string) => Uint8Array.from(Buffer.from(address, 'hex')).reverse();
  if (Buffer.compare(frame.subarray(at + 1, at + 7), own(from)) !== 0) return frame;
  frame.set(own(to), at + 1);
  const sumAt = frame.length - 2;
  frame[sumAt] = frame.subarray(at, sumAt).reduce((sum, byte) => (sum + byte) & 0xff, 0);
  return frame;
}

describe('A DTU that dials in', () => {
  test('is used as soon as its meter has said its own number', async () => {
    const gateway = await gatewayFor();
    expect(await gateway.line()).toMatchObject({ binding: 'unverified' });
    await dial(gateway.port, ours());
    await expect.poll(async () => (await gateway.meter()).readings[0]?.value).toBe('10.00');
    expect((await gateway.meter()).relay.reported).toBe('closed');
    expect(await gateway.line()).toMatchObject({ binding: 'verified', transport: { state: 'up' } });
    expect(await gateway.alarms()).toEqual([]);
  });

  test('is not replaced by a second connection while it answers: that is refused, with an event', async () => {
    const gateway = await gatewayFor();
    await dial(gateway.port, ours());
    await expect.poll(async () => (await gateway.line())?.binding).toBe('verified');
    const second = await dial(gateway.port);
    await once(second.resume(), 'close');
    await expect.poll(gateway.alarms).toEqual([
      expect.objectContaining({
        type: 'line.second-refused',
        subject: 'line:village',
        data: { detail: 'listener gprs, identity 1380, 1 times on this port', leftOut: 0 },
      }),
    ]);
    expect(await gateway.line()).toMatchObject({ binding: 'verified', transport: { state: 'up' } });
  });
});

describe('A stranger that knows the identity of a DTU that is away', () => {
  test('is sent away when its meter says another number; nothing of it is read, charged or stored', async () => {
    const gateway = await gatewayFor();
    const heard: string[] = [];
    const log = { write: ({ di }: { di: string | null }) => void (di !== null && heard.push(di)), close: () => undefined };
    const theirs = disguised(metersOnOneLine({ clock: systemClock, of2007: [THEIRS], log }), OURS, THEIRS);
    const stranger = await dial(gateway.port, theirs);
    await once(stranger, 'close');
    await expect.poll(gateway.alarms).toEqual([
      expect.objectContaining({
        type: 'line.binding-refused',
        subject: 'line:village',
        data: { detail: `meter m1: dlt645:04000401 says ${THEIRS}, expected ${OURS}`, leftOut: 0 },
      }),
    ]);
    expect(await gateway.line()).toMatchObject({ binding: 'refused', transport: { state: 'down' } });
    expect(await gateway.meter()).toMatchObject({ readings: [], relay: { reported: 'unknown' } });
    expect(new Set(heard)).toEqual(new Set(['04000401']));

    // The line is not lost to it: the DTU itself dials in later and is used.
    await dial(gateway.port, ours());
    await expect.poll(async () => (await gateway.meter()).readings[0]?.value).toBe('10.00');
    expect(await gateway.line()).toMatchObject({ binding: 'verified' });
    await gateway.close();
    expect(checkDataFolder(gateway.data)).toMatchObject({ ok: true, value: { violations: [] } });
  });

  test('is asked for nothing but the number, and the time, while its meter says nothing', async () => {
    const gateway = await gatewayFor();
    const stranger = await dial(gateway.port);
    const asked: string[] = [];
    stranger.on('data', (chunk: Buffer) => asked.push(chunk.toString('hex').slice(8)));
    await expect
      .poll(gateway.alarms)
      .toEqual([expect.objectContaining({ type: 'line.binding-unproven', data: { detail: 'meter m1: no-reply', leftOut: 0 } })]);
    expect(await gateway.line()).toMatchObject({ binding: 'unverified', transport: { state: 'up' } });
    // 11 of 04000401, and of 04000102 to know that no older reply is under way: 33H added to each byte, lowest first.
    expect(asked.every((frame) => ['110434373337', '110435343337'].includes(frame.slice(16, 28)))).toBe(true);
    expect((await gateway.meter()).readings).toEqual([]);
  });
});

test('a Modbus meter without a number of its own is used when it answers at all', async () => {
  const gateway = await gatewayFor('protocol: modbus-rtu, address: "7", map: hiking-dds238, restoreBy: close');
  await dial(gateway.port, metersOnOneLine({ clock: systemClock, units: [7] }));
  await expect.poll(async () => (await gateway.meter()).readings.map(({ value }) => value)).toContain('123.45');
  expect(await gateway.line()).toMatchObject({ binding: 'verified' });
});
