/** One figure for one number of meters, in a process of its own; the answer goes to the parent. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { writeSimulatedConfig } from '../src/cli/simulated-config.ts';
import { lineOf } from '../src/cli/simulated-line.ts';
import { startGateway } from '../src/compose/gateway.ts';
import { PROTOCOLS } from '../src/compose/protocols.ts';
import { loadConfig } from '../src/config/load.ts';
import { ENERGY_TOTAL } from '../src/core/model/register.ts';
import type { MeterGateway } from '../src/core/ports/meter-gateway.ts';
import { createDlt645Driver } from '../src/drivers/dlt645/driver.ts';
import { startPollJob } from '../src/jobs/poll-job.ts';
import { systemClock } from '../src/kernel/clock.ts';
import { asId, type MeterId } from '../src/kernel/ids.ts';
import { silentLogger } from '../src/kernel/logger.ts';
import { err, ok } from '../src/kernel/result.ts';
import { DEFAULT_PORT_SETTINGS } from '../src/transports/port-settings.ts';
import { modbusMeter } from './rtu-meter.ts';
import { openBus } from './serial-pollers.ts';
import { dlt645Address } from './tcp-fleet-meters.ts';
import { ourFleet } from './tcp-fleet-pollers.ts';

export interface GrowthAsk {
  readonly figure: keyof typeof FIGURES;
  readonly meters: number;
  /** Of the simulator. */
  readonly portNumber: number;
}

const READINGS = 20_000;
const A_LINE = 100;
const TOGETHER = 64;

const FIGURES = {
  /** A connection for each meter: µs of CPU a reading, and what the process holds. */
  async tcp({ meters, portNumber }: GrowthAsk): Promise<Record<string, number>> {
    const fleet = await ourFleet('dlt645', { ports: [portNumber], meters });
    const pass = async () => inTurn(fleet.meters, (poll) => poll());
    await pass();
    const passes = Math.max(1, Math.round(READINGS / meters));
    const cpuMicros = await cpuOf(async () => {
      for (let count = 0; count < passes; count++) await pass();
    });
    return { cpuMicros: cpuMicros / (passes * meters), residentMb: residentMb() };
  },

  /** A hundred meters behind each connection. */
  async lines({ meters, portNumber }: GrowthAsk): Promise<Record<string, number>> {
    const lines = await Promise.all(Array.from({ length: meters / A_LINE }, () => openBus({ portNumber, port: DEFAULT_PORT_SETTINGS })));
    const drivers = lines.map(({ bus }) => createDlt645Driver({ bus, clock: systemClock }));
    const asked = Array.from({ length: meters }, (_, index) => ({
      driver: drivers[index % drivers.length],
      address: dlt645Address(index),
    }));
    const template = modbusMeter(1);
    for (let pass = 0; pass < 3; pass++) {
      await inTurn(asked, async ({ driver, address }) => {
        const answers = await driver?.readRegisters({ ...template, id: address, address }, [ENERGY_TOTAL], { priority: 'scheduled' });
        if (answers?.ok !== true) throw new Error('a meter was not read');
      });
    }
    return { residentMb: residentMb() };
  },

  /** Everything but the meters: each poll is answered at once. The same number of polls a second, however many meters. */
  async scheduler({ meters }: GrowthAsk): Promise<Record<string, number>> {
    const polled = Promise.withResolvers<void>();
    let polls = 0;
    const gateway: MeterGateway = {
      readRegisters: () => Promise.resolve(ok([])),
      readRelay: () => Promise.resolve(err({ code: 'no-reply', sent: true })),
      readyForRelay: () => Promise.resolve(ok('ready')),
      operateRelay: () => Promise.resolve(err({ code: 'no-reply', sent: true })),
    };
    const metering = { registersOf: () => [], record: () => Promise.resolve() };
    const intervalMs = (meters * 1000) / POLLS_A_SECOND;
    const job = startPollJob({
      meters: Array.from({ length: meters }, (_, index) => ({
        meterId: asId<MeterId>(`meter-${index}`),
        meterPointId: asId(`point-${index}`),
        intervalMs,
      })),
      gateway,
      metering: metering as unknown as Parameters<typeof startPollJob>[0]['metering'],
      clock: systemClock,
      logger: silentLogger,
      onPolled() {
        polls += 1;
        if (polls === POLLS_COUNTED) polled.resolve();
      },
    });
    const cpuMicros = await cpuOf(() => polled.promise);
    await job.stop();
    return { cpuMicros: cpuMicros / POLLS_COUNTED };
  },

  /** From the configuration's file to the first request on a line; then a lookup of a meter with its latest readings. */
  async start({ meters }: GrowthAsk): Promise<Record<string, number>> {
    const folder = mkdtempSync(path.join(tmpdir(), 'feikong-growth-'));
    const simulator = new Worker(new URL('./growth-simulator.ts', import.meta.url));
    const [{ port }] = (await once(simulator, 'message')) as [AddressInfo];
    const file = path.join(folder, 'feikong.yaml');
    const lines = Array.from({ length: meters / A_LINE }, (_, index) => `line-${index}`);
    writeSimulatedConfig(file, {
      siteName: 'Growth',
      lines: lines.map((id) => ({ id, name: id, transport: lineOf(`tcp://127.0.0.1:${port}`) })),
      meters: Array.from({ length: meters }, (_, index) => ({
        address: dlt645Address(index),
        line: lines[index % lines.length] ?? '',
        openingPayment: '1.00',
        restoreBy: 'close' as const,
      })),
      pollIntervalMs: 900_000,
      loadFactor: 1,
    });
    const asked = once(simulator, 'message');
    const startedMs = performance.now();
    const config = loadConfig(file, PROTOCOLS, { listen: '127.0.0.1:0' });
    const loadedMs = performance.now() - startedMs;
    const gateway = await startGateway({
      config,
      dataDir: path.join(folder, 'data'),
      clock: systemClock,
      logger: silentLogger,
      environment: {},
      onFatal(error) {
        throw error;
      },
    });
    await asked;
    const firstPollMs = performance.now() - startedMs;
    const lookupMicros = await lookups(gateway.store, meters);
    await gateway.close();
    // A second start finds its archive stored.
    const againMs = await startAgain(file, path.join(folder, 'data'), simulator);
    await simulator.terminate();
    rmSync(folder, { recursive: true, force: true });
    return { firstPollMs, loadedMs, againMs, lookupMicros };
  },
} as const;

const POLLS_A_SECOND = 5_000;
const POLLS_COUNTED = 10_000;
const LOOKUPS = 5_000;

async function startAgain(file: string, dataDir: string, simulator: Worker): Promise<number> {
  const asked = once(simulator, 'message');
  const startedMs = performance.now();
  const gateway = await startGateway({
    config: loadConfig(file, PROTOCOLS, { listen: '127.0.0.1:0' }),
    dataDir,
    clock: systemClock,
    logger: silentLogger,
    environment: {},
    onFatal(error) {
      throw error;
    },
  });
  await asked;
  const againMs = performance.now() - startedMs;
  await gateway.close();
  return againMs;
}

async function lookups(store: Awaited<ReturnType<typeof startGateway>>['store'], meters: number): Promise<number> {
  const one = async (count: number) => {
    const view = await store.read('meter', { meterId: asId(`meter-${dlt645Address((count * 7_919) % meters)}`) });
    if (view === undefined) throw new Error('a meter is not stored');
  };
  for (let count = 0; count < LOOKUPS / 5; count++) await one(count);
  const cpuMicros = await cpuOf(async () => {
    for (let count = 0; count < LOOKUPS; count++) await one(count);
  });
  return cpuMicros / LOOKUPS;
}

/** Some at a time, so that nobody waits in a queue that is too long. */
async function inTurn<T>(all: readonly T[], act: (one: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let one = all[next++]; one !== undefined; one = all[next++]) await act(one);
  };
  await Promise.all(Array.from({ length: TOGETHER }, worker));
}

async function cpuOf(act: () => Promise<void>): Promise<number> {
  const cpuUsage = process.threadCpuUsage ?? process.cpuUsage;
  const before = cpuUsage();
  await act();
  const { user, system } = cpuUsage(before);
  return user + system;
}

function residentMb(): number {
  global.gc?.();
  return process.memoryUsage.rss() / 2 ** 20;
}

const ask = JSON.parse(process.argv[2] ?? '') as GrowthAsk;
const figures = await FIGURES[ask.figure](ask);
process.send?.(figures, () => process.exit(0));
