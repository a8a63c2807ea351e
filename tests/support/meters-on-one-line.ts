/** Simulated meters of both years of DL/T 645 and of Modbus RTU on one pair of wires. */
import { NO_FAULTS } from '../../simulators/faults/faults.ts';
import type { FrameLog } from '../../simulators/frame-log.ts';
import { createSpoken1997 } from '../../simulators/lines/edition-1997.ts';
import { SPOKEN_2007 } from '../../simulators/lines/edition-2007.ts';
import { createMixedLine } from '../../simulators/lines/mixed-line.ts';
import { createSharedLine, type SharedLine } from '../../simulators/lines/shared-line.ts';
import { createModbusLine } from '../../simulators/modbus/line.ts';
import { createModbusMeter } from '../../simulators/modbus/meter.ts';
import { loadRegisterMap, registerMapFile } from '../../src/config/register-map.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import { meterOf } from '../unit/simulators/line-in-memory.ts';

export interface MetersOnOneLine {
  readonly clock: Clock;
  /** Addresses of the meters of each year, and Modbus units, which are DDS238. */
  readonly of2007?: readonly string[];
  readonly of1997?: readonly string[];
  readonly units?: readonly number[];
  readonly log?: FrameLog;
}

/** None of them counts: each DL/T 645 meter shows 10.00 kWh, each unit 123.45. */
export function metersOnOneLine({ clock, of2007 = [], of1997 = [], units = [], log }: MetersOnOneLine): SharedLine {
  const common = { clock, faults: NO_FAULTS, log, pacing: undefined };
  const map = loadRegisterMap(registerMapFile('hiking-dds238', '.'));
  const load = new Uint16Array(96).fill(1500);
  const dlt645 = (addresses: readonly string[]) => addresses.map((address) => meterOf({ clock, address, load, loadFactor: 0 }));
  return createMixedLine({
    clock,
    dlt645: [
      createSharedLine({ ...common, edition: SPOKEN_2007, meters: dlt645(of2007) }),
      createSharedLine({ ...common, edition: createSpoken1997(), meters: dlt645(of1997) }),
    ],
    modbusRtu: createModbusLine({
      ...common,
      protocol: 'modbus-rtu',
      meters: units.map((unit) => createModbusMeter({ clock, unit, map, tariffs: [12_345, 0, 0, 0], load, loadFactor: 0 })),
    }),
  });
}
