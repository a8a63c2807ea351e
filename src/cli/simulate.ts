import type { ProfileName } from '../../simulators/meter/profiles.ts';
import { runModbusSimulation } from '../../simulators/modbus/simulate.ts';
import { type RunningSimulation, runSimulation } from '../../simulators/simulate.ts';
import { registerMapOf, talkError } from '../config/meter-protocol.ts';
import { OperatorError } from '../kernel/app-error.ts';
import { systemClock } from '../kernel/clock.ts';
import { printJson, printNote } from './output.ts';
import { stopSignal } from './process-end.ts';
import { writeSimulatedConfig } from './simulated-config.ts';
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
  readonly writeConfig?: string;
}

const LINE_ID = 'line-1';
/** Small, so that a customer who is watched runs out of it. */
const OPENING_PAYMENT = '2.00';
const POLL_EVERY_MS = 1000;

/** Serves simulated meters until told to stop; one line of JSON says that they are ready. */
export async function simulate(options: SimulateOptions): Promise<void> {
  const { protocol, listen, profile, faults, log, writeConfig } = options;
  if (protocol === 'modbus-rtu' || protocol === 'modbus-tcp') return simulateModbus(protocol, options);
  if (writeConfig !== undefined && protocol !== 'dlt645-2007') throw onlyFor2007();
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
  });
  if (writeConfig !== undefined) writeConfigOf(writeConfig, simulation, loadFactor);
  if (loadFactor > 1) printNote(`These meters count ${loadFactor} times as fast as a household's; --load-factor 1 is real.`);
  printJson({
    listening: simulation.lines[0],
    meters: simulation.meters.map(({ address, profile: kind, password }) => ({ address, profile: kind, password })),
  });
  await stopSignal();
  await simulation.close();
}

async function simulateModbus(protocol: 'modbus-rtu' | 'modbus-tcp', options: SimulateOptions): Promise<void> {
  const { listen, faults, log } = options;
  const misfit = talkError({ protocol, address: '1', map: options.map });
  const map = registerMapOf({ protocol, address: '1', map: options.map }, '.');
  if (map === undefined || misfit !== undefined)
    throw new OperatorError('bad-request', `--map is missing; expected ${misfit?.expected ?? 'a register map'}`, { option: '--map' });
  if (options.writeConfig !== undefined) throw onlyFor2007();
  const simulation = await runModbusSimulation({
    protocol,
    map,
    listen,
    meters: wholeNumber('--meters', options.meters, 1),
    seed: wholeNumber('--seed', options.seed, 0),
    loadFactor: wholeNumber('--load-factor', options.loadFactor, 0),
    clock: systemClock,
    ...(faults === undefined ? {} : { faults }),
    ...(log === undefined ? {} : { log }),
  });
  printJson({ listening: simulation.listening, meters: simulation.meters.map(({ unit }) => ({ address: String(unit), map: map.name })) });
  await stopSignal();
  await simulation.close();
}

const onlyFor2007 = () =>
  new OperatorError('bad-request', '--write-config writes for dlt645-2007 meters only; leave it out', { option: '--write-config' });

function writeConfigOf(file: string, simulation: RunningSimulation, loadFactor: number): void {
  const [listening = ''] = simulation.lines;
  writeSimulatedConfig(file, {
    siteName: 'Simulated substation',
    lines: [{ id: LINE_ID, name: listening, transport: lineOf(listening) }],
    meters: simulation.meters.map(({ address, password }) => ({
      address,
      password,
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
