/**
 * A line of DL/T 645 meters over a real socket or pty, always full, on which time passes in exchanges: one that is answered
 * takes what its characters take at 9600 bit/s and what a meter thinks, one that isn't takes until the bus writes the next.
 * Nothing else moves the clock, so what is counted is the same on every machine.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { TestContext } from 'vitest';
import { createDlt645Framer } from '../../protocols/dlt645/index.ts';
import { createFaults } from '../../simulators/faults/faults.ts';
import { parseFaults } from '../../simulators/faults/faults-file.ts';
import { createSharedLine } from '../../simulators/lines/shared-line.ts';
import type { VirtualMeter } from '../../simulators/meter/meter.ts';
import { createTown } from '../../simulators/town.ts';
import { ENERGY_TOTAL } from '../../src/core/model/register.ts';
import { createDlt645Driver } from '../../src/drivers/dlt645/driver.ts';
import type { DriverMeter, MeterDriver } from '../../src/drivers/driver.ts';
import { toHex } from '../../src/kernel/bytes.ts';
import { instantOf } from '../../src/kernel/clock.ts';
import { parseZone } from '../../src/kernel/local-time.ts';
import { type BusHealth, createBus } from '../../src/transports/bus/bus.ts';
import { characterMs, type PortSettings } from '../../src/transports/port-settings.ts';
import { createSerialTransport } from '../../src/transports/serial-transport.ts';
import { createTcpTransport } from '../../src/transports/tcp-transport.ts';
import type { Transport } from '../../src/transports/transport.ts';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';
import { ptyFor } from '../support/pty.ts';

type Context = Pick<TestContext, 'skip' | 'onTestFinished'>;

/** The meters' side of a link: what arrives is heard, what is written arrives at the gateway. */
interface Link {
  readonly transport: Transport;
  onBytes(listener: (chunk: Uint8Array) => void): void;
  write(bytes: Uint8Array): void;
}

export type OpenLink = (context: Context, clock: ManualClock) => Promise<Link>;

const port: PortSettings = { baudRate: 9600, dataBits: 8, parity: 'even', stopBits: 1 };

export const overTcp: OpenLink = async ({ onTestFinished }, clock) => {
  let socket: Socket | undefined;
  let hear: (chunk: Uint8Array) => void = () => undefined;
  const server = createServer({ noDelay: true }, (accepted) => {
    socket = accepted;
    accepted.on('data', (chunk) => hear(chunk));
    accepted.on('error', () => accepted.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    socket?.destroy();
    server.close();
  });
  return {
    transport: createTcpTransport({ host: '127.0.0.1', portNumber: (server.address() as AddressInfo).port, clock, port }),
    onBytes: (listener) => {
      hear = listener;
    },
    write: (bytes) => void socket?.write(bytes),
  };
};

export const overPty: OpenLink = async (context, clock) => {
  const { path, onBytes, write } = await ptyFor(context);
  return { transport: createSerialTransport({ path, clock, port }), onBytes, write };
};

export interface Request {
  readonly address: string;
  readonly control: number;
}

export interface FullLine {
  readonly clock: ManualClock;
  readonly driver: MeterDriver;
  readonly town: readonly VirtualMeter[];
  /** Every request that was heard, in order. */
  readonly heard: readonly Request[];
  /** Line time of all exchanges that were answered. */
  readonly answeredMs: () => number;
  /** Scheduled reads that were answered, by address. */
  readonly polls: ReadonlyMap<string, number>;
  health(): BusHealth;
  meterOf(meter: VirtualMeter): DriverMeter;
  /** Resolves with the next request that fits while it is on the line, before its time passes. */
  nextRequest(fits: (request: Request) => boolean): Promise<Request>;
}

const REPLY_DELAY_MS = 20;
const WAKE_UP = 4;
/** A relay frame carries a date of this century: 2026-11-27. */
const START = instantOf(Date.UTC(2026, 10, 27));
/** Shorter than a round of any line here, so that every meter is always due. */
const INTERVAL_MS = 1_000;
const CONTROL_AT = 8;

/** Polls a town for ever, meter by meter at its interval; the dead say nothing to anything. */
export async function openFullLine(
  context: Context,
  open: OpenLink,
  { meters, isDead }: { meters: number; isDead: (index: number) => boolean },
): Promise<FullLine> {
  const clock = createManualClock(START);
  const town = createTown({ seed: 128, count: meters, clock, loadFactor: 0 });
  const dead = town.filter((_, index) => isDead(index)).map(({ address }) => address);
  const silence = dead.map((meter) => ({ meter, kind: 'silence', on: 'any', probability: 1, skip: 0, delayMs: 0 }));
  const faults = createFaults(parseFaults({ faults: silence }, 'the dead'), 'full-line');
  const link = await open(context, clock);
  const bus = createBus({ transport: link.transport, clock });
  const driver = createDlt645Driver({ bus, clock });
  const heard: Request[] = [];
  const polls = new Map<string, number>();
  const waiting: { fits: (request: Request) => boolean; resolve: (request: Request) => void }[] = [];
  let answeredMs = 0;
  let stopped = false;

  let answer: Uint8Array | undefined;
  const end = createSharedLine({ meters: town, clock, faults, log: undefined, pacing: undefined }).connect((bytes) => {
    answer = bytes;
  });

  async function answerTo(bytes: Uint8Array): Promise<void> {
    const request = { address: toHex(bytes.slice(1, 7).reverse()), control: bytes[CONTROL_AT] ?? 0 };
    heard.push(request);
    for (const { fits, resolve } of waiting) if (fits(request)) resolve(request);
    answer = undefined;
    end.hear(bytes);
    if (answer === undefined) return passUntilNextRequest();
    const reply: Uint8Array = answer;
    const lineMs = (WAKE_UP + bytes.length + reply.length) * characterMs(port) + REPLY_DELAY_MS;
    answeredMs += lineMs;
    await clock.advance(lineMs);
    link.write(reply);
  }

  async function passUntilNextRequest(): Promise<void> {
    const { framesSent } = bus.health().counters;
    while (!stopped && bus.health().counters.framesSent === framesSent) await clock.advance(1);
  }

  const framer = createDlt645Framer();
  let answering = Promise.resolve();
  link.onBytes((chunk) => {
    for (const { kind, bytes } of framer.push(chunk)) if (kind === 'frame') answering = answering.then(() => answerTo(bytes));
  });

  const zone = parseZone('Asia/Shanghai');
  if (zone === undefined) throw new Error('this Node knows no Asia/Shanghai');
  const meterOf = ({ address, password }: VirtualMeter): DriverMeter => ({
    id: address,
    address,
    zone,
    password,
    operatorCode: '00000000',
  });

  async function pollForEver(meter: VirtualMeter): Promise<void> {
    while (!stopped) {
      const dueMs = clock.monotonicMs() + INTERVAL_MS;
      const reading = await driver.readRegisters(meterOf(meter), [ENERGY_TOTAL], { priority: 'scheduled' });
      if (reading.ok) polls.set(meter.address, (polls.get(meter.address) ?? 0) + 1);
      const restMs = dueMs - clock.monotonicMs();
      if (restMs > 0) await new Promise<void>((resolve) => clock.after(restMs, resolve));
    }
  }

  const up = new Promise<void>((resolve) => link.transport.listen({ data: () => undefined, up: resolve }));
  link.transport.open();
  await up;
  context.onTestFinished(async () => {
    stopped = true;
    bus.close();
    await link.transport.close();
  });
  for (const meter of town) void pollForEver(meter);
  return {
    clock,
    driver,
    town,
    heard,
    answeredMs: () => answeredMs,
    polls,
    health: () => bus.health(),
    meterOf,
    nextRequest: (fits) => new Promise((resolve) => waiting.push({ fits, resolve })),
  };
}
