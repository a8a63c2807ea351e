import type { RegisterMap } from '../../protocols/modbus/index.ts';
import { OperatorError } from '../../src/kernel/app-error.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import { createFaults } from '../faults/faults.ts';
import { type FaultRule, readFaultsFile } from '../faults/faults-file.ts';
import { openFrameLog } from '../frame-log.ts';
import type { Pacing } from '../lines/sender.ts';
import { serveLine } from '../lines/serve-line.ts';
import { parseListenTarget } from '../listen-target.ts';
import { createLoadProfile } from '../meter/load-profile.ts';
import { createRandom } from '../random.ts';
import { createModbusLine } from './line.ts';
import { createModbusMeter, type ModbusMeter } from './meter.ts';

export interface ModbusSimulationOptions {
  readonly protocol: 'modbus-rtu' | 'modbus-tcp';
  readonly map: RegisterMap;
  /** `tcp://HOST:PORT` (0: any free one); RTU also on `pty:` and `mqtt://HOST:PORT/CONCENTRATOR`. */
  readonly listen: string;
  /** How many: units 1, 2, …, at most 247. */
  readonly meters: number;
  readonly seed: number;
  readonly loadFactor: number;
  readonly clock: Clock;
  /** A fault file, or what would be in it. */
  readonly faults?: string | readonly FaultRule[];
  /** Where to append a JSON line for each frame heard. */
  readonly log?: string;
  readonly pacing?: Pacing;
}

export interface RunningModbusSimulation {
  readonly listening: string;
  readonly meters: readonly ModbusMeter[];
  close(): Promise<void>;
}

const MOST_UNITS = 247;

/** Serves Modbus meters of one map on one line. @errors config-invalid, port-in-use, line-down: for the person at the keyboard */
export async function runModbusSimulation(options: ModbusSimulationOptions): Promise<RunningModbusSimulation> {
  const { protocol, clock, seed, meters: count, pacing } = options;
  const target = parseListenTarget(options.listen);
  if (target.kind !== 'tcp' && protocol === 'modbus-tcp')
    throw new OperatorError('config-invalid', `${protocol} meters cannot listen on ${options.listen}; listen on tcp://HOST:PORT instead`);
  if (count > MOST_UNITS) throw new OperatorError('config-invalid', `a Modbus line has at most ${MOST_UNITS} units; ask for fewer meters`);
  const rules = typeof options.faults === 'string' ? readFaultsFile(options.faults) : (options.faults ?? []);
  const log = options.log === undefined ? undefined : openFrameLog(options.log);
  const meters = Array.from({ length: count }, (_, index) => createSeededMeter(options, index + 1));
  const line = createModbusLine({ protocol, meters, clock, faults: createFaults(rules, String(seed)), log, pacing });
  const served = await serveLine(target, line, clock);
  return {
    listening: served.listening,
    meters,
    async close() {
      await served.close();
      log?.close();
    },
  };
}

function createSeededMeter({ clock, map, seed, loadFactor }: ModbusSimulationOptions, unit: number): ModbusMeter {
  const random = createRandom(`${seed}/modbus/${unit}`);
  return createModbusMeter({
    clock,
    unit,
    map,
    tariffs: [random.integer(10_000, 500_000), 0, 0, 0],
    load: createLoadProfile(random),
    loadFactor,
  });
}
