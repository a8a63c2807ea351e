/** From the configuration's file to the first request on a line; then a lookup of a meter with its latest readings. */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { writeSimulatedConfig } from '../src/cli/simulated-config.ts';
import { lineOf } from '../src/cli/simulated-line.ts';
import { startGateway } from '../src/compose/gateway.ts';
import { PROTOCOLS } from '../src/compose/protocols.ts';
import { loadConfig } from '../src/config/load.ts';
import { systemClock } from '../src/kernel/clock.ts';
import { asId } from '../src/kernel/ids.ts';
import { silentLogger } from '../src/kernel/logger.ts';
import type { GrowthAsk } from './growth-child.ts';
import { cpuOf } from './scenario.ts';
import { dlt645Address } from './tcp-fleet-meters.ts';

const A_LINE = 100;
const LOOKUPS = 5_000;

async function figuresOf(meters: number): Promise<Record<string, number>> {
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
  // Only the archive is of interest: opening payments would be posted one by one.
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/^ *openingPayment: .*\n/gm, ''));
  const asked = once(simulator, 'message');
  const startedMs = performance.now();
  const config = loadConfig(file, PROTOCOLS, { listen: '127.0.0.1:0' });
  const loadedMs = performance.now() - startedMs;
  const gateway = await startWith(config, path.join(folder, 'data'));
  await asked;
  const firstPollMs = performance.now() - startedMs;
  const lookupMicros = await lookups(gateway.store, meters);
  await gateway.close();
  // A second start finds its archive stored.
  const againMs = await startAgain(file, path.join(folder, 'data'), simulator);
  await simulator.terminate();
  rmSync(folder, { recursive: true, force: true });
  return { firstPollMs, loadedMs, againMs, lookupMicros };
}

async function startAgain(file: string, dataDir: string, simulator: Worker): Promise<number> {
  const asked = once(simulator, 'message');
  const startedMs = performance.now();
  const gateway = await startWith(loadConfig(file, PROTOCOLS, { listen: '127.0.0.1:0' }), dataDir);
  await asked;
  const againMs = performance.now() - startedMs;
  await gateway.close();
  return againMs;
}

const startWith = (config: ReturnType<typeof loadConfig>, dataDir: string) =>
  startGateway({
    config,
    dataDir,
    clock: systemClock,
    logger: silentLogger,
    environment: {},
    onFatal(error) {
      throw error;
    },
  });

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

// As the command does.
enableCompileCache();
const ask = JSON.parse(process.argv[2] ?? '') as GrowthAsk;
const figures = await figuresOf(ask.meters);
process.send?.(figures, () => process.exit(0));
