import { DEFAULT_TOPICS } from '../../protocols/concentrator/index.ts';
import type { ProfileName } from '../../simulators/meter/profiles.ts';
import { runModbusSimulation } from '../../simulators/modbus/simulate.ts';
import { runSimulation } from '../../simulators/simulate.ts';
import { isModbus, talkError } from '../config/meter-protocol.ts';
import { registerMapFile } from '../config/register-map.ts';
import { OperatorError } from '../kernel/app-error.ts';
import { systemClock } from '../kernel/clock.ts';
import { readMapOption } from './map-option.ts';
import { printJson, printNote } from './output.ts';
import { stopSignal } from './process-end.ts';
import { type SimulatedConfig, type SimulatedMeter, writeSimulatedConfig } from './simulated-config.ts';
import { lineOf } from './simulated-line.ts';

export interface SimulateOptions {
  readonly protocol: string;
  readonly map?: string;
  readonly listen: string;
  readonly meters: string;
  readonly seed: string;
  readonly profile?: ProfileName;
  readonly faults?: string;
  readonly log?: string;
  readonly loadFactor: string;
  readonly pushEvery?: string;
  readonly writeConfig?: string;
}

const LINE_ID = 'line-1';
/** Small, so that a customer who is watched runs out of it. */
const OPENING_PAYMENT = '2.00';
const POLL_EVERY_MS = 1000;
const PUSHED_TOPICS = { statusTopic: DEFAULT_TOPICS.status, readingsTopic: DEFAULT_TOPICS.readings };

const SIMULATED = ['dlt645-2007', 'dlt645-1997', 'modbus-rtu', 'modbus-tcp'];

/** Serves simulated meters until told to stop; one line of JSON says that they are ready. */
export async function simulate(options: SimulateOptions): Promise<void> {
  const { protocol, listen, profile = 'plain', faults, log, pushEvery, writeConfig } = options;
  refuseMisfits(options);
  if (protocol === 'modbus-rtu' || protocol === 'modbus-tcp') return simulateModbus(protocol, options);
  const loadFactor = wholeNumber('--load-factor', options.loadFactor, 0);
  const simulation = await runSimulation({
    protocol,
    listen,
    profile,
    meters: wholeNumber('--meters', options.meters, 1),
    seed: wholeNumber('--seed', options.seed, 0),
    loadFactor,
    clock: systemClock,
    ...(faults === undefined ? {} : { faults }),
    ...(log === undefined ? {} : { log }),
    ...(pushEvery === undefined ? {} : { pushEveryMs: wholeNumber('--push-every', pushEvery, 10) }),
  });
  await serveUntilStopped(simulation, () => {
    const [listening = ''] = simulation.lines;
    if (writeConfig !== undefined)
      writeConfigOf(writeConfig, {
        listening,
        loadFactor,
        meters: simulation.meters.map(asConfigured(protocol)),
        pushes: pushEvery !== undefined,
      });
    noteTimeLapse(loadFactor);
    printJson({
      listening,
      meters: simulation.meters.map(({ address, profile: kind, password }) => ({ address, profile: kind, password })),
    });
  });
}

/** What would be ignored: nobody shall believe that it was not. */
function refuseMisfits({ protocol, map, profile, pushEvery }: SimulateOptions): void {
  if (!SIMULATED.includes(protocol)) throw wrong('--protocol', protocol, `one of ${SIMULATED.join(', ')}`);
  const modbus = isModbus(protocol);
  const misfit = talkError({ protocol, address: modbus ? '1' : '000000000001', map });
  if (misfit !== undefined) throw wrong('--map', map ?? 'missing', misfit.expected);
  if (profile !== undefined && protocol !== 'dlt645-2007')
    throw wrong('--profile', profile, 'none: only dlt645-2007 meters take relay commands in several ways');
  if (pushEvery !== undefined && modbus) throw wrong('--push-every', pushEvery, 'none: only DL/T 645 meters behind a concentrator push');
}

/** Says what is served, then waits; however that ends, the line is given back. */
async function serveUntilStopped(simulation: { close(): Promise<void> }, tell: () => void): Promise<void> {
  try {
    tell();
    await stopSignal();
  } finally {
    await simulation.close();
  }
}

async function simulateModbus(protocol: 'modbus-rtu' | 'modbus-tcp', options: SimulateOptions): Promise<void> {
  const { listen, faults, log, writeConfig, map: named = '' } = options;
  const map = readMapOption(named);
  const loadFactor = wholeNumber('--load-factor', options.loadFactor, 0);
  const simulation = await runModbusSimulation({
    protocol,
    map,
    listen,
    meters: wholeNumber('--meters', options.meters, 1),
    seed: wholeNumber('--seed', options.seed, 0),
    loadFactor,
    clock: systemClock,
    ...(faults === undefined ? {} : { faults }),
    ...(log === undefined ? {} : { log }),
  });
  await serveUntilStopped(simulation, () => {
    const { listening, meters } = simulation;
    if (writeConfig !== undefined) {
      const speaks = { protocol, map: named === map.name ? map.name : registerMapFile(named, '.') };
      writeConfigOf(writeConfig, { listening, loadFactor, meters: meters.map(({ unit }) => ({ address: String(unit), speaks })) });
    }
    noteTimeLapse(loadFactor);
    printJson({ listening, meters: meters.map(({ unit }) => ({ address: String(unit), map: map.name })) });
  });
}

/** A 1997 meter has no relay, so nobody needs its password. */
const asConfigured =
  (protocol: string) =>
  ({ address, password }: { readonly address: string; readonly password: string }): Served['meters'][number] =>
    protocol === 'dlt645-1997' ? { address, speaks: { protocol } } : { address, password };

function noteTimeLapse(loadFactor: number): void {
  if (loadFactor > 1) printNote(`These meters count ${loadFactor} times as fast as a household's; --load-factor 1 is real.`);
}

interface Served {
  readonly listening: string;
  readonly meters: readonly Pick<SimulatedMeter, 'address' | 'password' | 'speaks'>[];
  readonly loadFactor: number;
  /** The concentrator pushes readings, and says whether it is there. */
  readonly pushes?: boolean;
}

function writeConfigOf(file: string, served: Served): void {
  const config = configOf(served);
  try {
    writeSimulatedConfig(file, config);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new OperatorError('bad-request', `--write-config ${file} cannot be written (${reason}); name another file`, { file }, error);
  }
}

function configOf({ listening, meters, loadFactor, pushes = false }: Served): SimulatedConfig {
  return {
    siteName: 'Simulated substation',
    lines: [{ id: LINE_ID, name: listening, transport: { ...lineOf(listening), ...(pushes ? PUSHED_TOPICS : {}) } }],
    meters: meters.map(({ address, password, speaks }) => ({
      address,
      ...(password === undefined ? {} : { password }),
      ...(speaks === undefined ? {} : { speaks }),
      line: LINE_ID,
      openingPayment: OPENING_PAYMENT,
      restoreBy: 'close',
    })),
    pollIntervalMs: POLL_EVERY_MS,
    loadFactor: Math.max(1, loadFactor),
    ...(listening.startsWith('mqtt://') ? { mqttUrl: listening.replace(/\/[^/]*$/, '') } : {}),
  };
}

/** A number of the command line. */
export function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (!/^\d{1,9}$/.test(text) || value < least) throw wrong(option, text, `a whole number from ${least}`);
  return value;
}

const wrong = (option: string, value: string, expected: string) =>
  new OperatorError('bad-request', `${option} is ${value}; expected ${expected}`, { option });
