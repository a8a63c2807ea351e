/** One figure for one number of meters, in a process of its own; the answer goes to the parent. */
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
import { cpuOf } from './scenario.ts';
import { openBus } from './serial-pollers.ts';
import { dlt645Address } from './tcp-fleet-meters.ts';
import { ourFleet } from './tcp-fleet-pollers.ts';

export interface GrowthAsk {
  readonly figure: keyof typeof FIGURES | 'start';
  readonly meters: number;
  /** Of the simulator. */
  readonly portNumber: number;
  /** How many are counted, at the least. */
  readonly readings: number;
}

const A_LINE = 100;
const TOGETHER = 64;

const FIGURES = {
  /** A connection for each meter: µs of CPU a reading, and what the process holds. */
  async tcp({ meters, portNumber, readings }: GrowthAsk): Promise<Record<string, number>> {
    const fleet = await ourFleet('dlt645', { ports: [portNumber], meters });
    const pass = async () => inTurn(fleet.meters, (poll) => poll());
    await pass();
    const passes = Math.max(1, Math.round(readings / meters));
    const cpuMicros = await cpuOf(async () => {
      for (let count = 0; count < passes; count++) await pass();
    });
    return { cpuMicros: cpuMicros / (passes * meters), ...memory() };
  },

  /** A hundred meters behind each connection. */
  async lines({ meters, portNumber, readings }: GrowthAsk): Promise<Record<string, number>> {
    const lines = await Promise.all(Array.from({ length: meters / A_LINE }, () => openBus({ portNumber, port: DEFAULT_PORT_SETTINGS })));
    const drivers = lines.map(({ bus }) => createDlt645Driver({ bus, clock: systemClock }));
    const asked = Array.from({ length: meters }, (_, index) => ({
      driver: drivers[index % drivers.length],
      address: dlt645Address(index),
    }));
    const template = modbusMeter(1);
    // Few and many read equally often: how far the young generation grows is a matter of readings, not of meters.
    const passes = Math.max(3, Math.round(readings / meters));
    for (let pass = 0; pass < passes; pass++) {
      await inTurn(asked, async ({ driver, address }) => {
        const answers = await driver?.readRegisters({ ...template, id: address, address }, [ENERGY_TOTAL], { priority: 'scheduled' });
        if (answers?.ok !== true) throw new Error('a meter was not read');
      });
    }
    return memory();
  },

  /** Everything but the meters: each poll is answered at once. The same number of polls a second, however many meters. */
  async scheduler({ meters, readings }: GrowthAsk): Promise<Record<string, number>> {
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
        if (polls === readings) polled.resolve();
      },
    });
    const cpuMicros = await cpuOf(() => polled.promise);
    await job.stop();
    return { cpuMicros: cpuMicros / readings };
  },
} as const;

const POLLS_A_SECOND = 5_000;

/** Some at a time, so that nobody waits in a queue that is too long. */
async function inTurn<T>(all: readonly T[], act: (one: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let one = all[next++]; one !== undefined; one = all[next++]) await act(one);
  };
  await Promise.all(Array.from({ length: TOGETHER }, worker));
}

function memory(): Record<string, number> {
  global.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  return { residentMb: rss / 2 ** 20, liveHeapMb: heapUsed / 2 ** 20 };
}

const ask = JSON.parse(process.argv[2] ?? '') as GrowthAsk;
if (ask.figure === 'start') throw new Error('the start has a process of its own kind');
const figures = await FIGURES[ask.figure](ask);
process.send?.(figures, () => process.exit(0));
