import { DEFAULT_TOPICS } from '../../protocols/concentrator/index.ts';
import type { ProfileName } from '../../simulators/meter/profiles.ts';
import { runModbusSimulation } from '../../simulators/modbus/simulate.ts';
import { runSimulation } from '../../simulators/simulate.ts';
import { registerMapOf, talkError } from '../config/meter-protocol.ts';
import { registerMapFile } from '../config/register-map.ts';
import { OperatorError } from '../kernel/app-error.ts';
import { systemClock } from '../kernel/clock.ts';
import { printJson, printNote } from './output.ts';
import { stopSignal } from './process-end.ts';
import { type SimulatedMeter, writeSimulatedConfig } from './simulated-config.ts';
import { lineOf } from './simulated-line.ts';

export interface SimulateOptions {
  readonly protocol: string;
  readonly map?: string;
  readonly listen: string;
  readonly meters: string;
  readonly seed: string;
  readonly profile: ProfileName;
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

/** Serves simulated meters until told to stop; one line of JSON says that they are ready. */
export async function simulate(options: SimulateOptions): Promise<void> {
  const { protocol, listen, profile, faults, log, pushEvery, writeConfig } = options;
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
  await stopSignal();
  await simulation.close();
}

async function simulateModbus(protocol: 'modbus-rtu' | 'modbus-tcp', options: SimulateOptions): Promise<void> {
  const { listen, faults, log, pushEvery, writeConfig } = options;
  if (pushEvery !== undefined)
    throw new OperatorError('bad-request', '--push-every is for DL/T 645 meters behind a concentrator; leave it out', {
      option: '--push-every',
    });
  const misfit = talkError({ protocol, address: '1', map: options.map });
  const map = registerMapOf({ protocol, address: '1', map: options.map }, '.');
  if (map === undefined || misfit !== undefined)
    throw new OperatorError('bad-request', `--map is missing; expected ${misfit?.expected ?? 'a register map'}`, { option: '--map' });
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
  const { listening, meters } = simulation;
  if (writeConfig !== undefined) {
    const speaks = { protocol, map: options.map === map.name ? map.name : registerMapFile(options.map ?? '', '.') };
    writeConfigOf(writeConfig, { listening, loadFactor, meters: meters.map(({ unit }) => ({ address: String(unit), speaks })) });
  }
  noteTimeLapse(loadFactor);
  printJson({ listening, meters: meters.map(({ unit }) => ({ address: String(unit), map: map.name })) });
  await stopSignal();
  await simulation.close();
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

function writeConfigOf(file: string, { listening, meters, loadFactor, pushes = false }: Served): void {
  writeSimulatedConfig(file, {
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
  });
}

/** A number of the command line. */
export function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (!/^\d{1,9}$/.test(text) || value < least)
    throw new OperatorError('bad-request', `${option} is ${text}; expected a whole number from ${least}`, { option });
  return value;
}
