import { describe, expect, test } from 'vitest';
import { NO_FAULTS } from '../../../../simulators/faults/faults.ts';
import { createModbusLine } from '../../../../simulators/modbus/line.ts';
import { createModbusMeter } from '../../../../simulators/modbus/meter.ts';
import { loadRegisterMap, registerMapFile } from '../../../../src/config/register-map.ts';
import { createManualClock } from '../../../support/manual-clock.ts';
import { bytesOf, START, spaced } from '../line-in-memory.ts';

/** Two DDS238 on one RTU line: their relay is register 001A, 1 closed and 0 open. */
function lineOfTwo() {
  const clock = createManualClock(START);
  const map = loadRegisterMap(registerMapFile('hiking-dds238', '.'));
  const meterOf = (unit: number) =>
    createModbusMeter({ clock, unit, map, tariffs: [12_345, 0, 0, 0], load: new Uint16Array(96), loadFactor: 0 });
  const meters = [meterOf(1), meterOf(2)];
  const line = createModbusLine({ protocol: 'modbus-rtu', meters, clock, faults: NO_FAULTS, log: undefined, pacing: undefined });
  const chunks: string[] = [];
  const end = line.connect((bytes) => void chunks.push(spaced(bytes)));
  const ask = (text: string): readonly string[] => {
    end.hear(bytesOf(text));
    return chunks.splice(0);
  };
  return { ask, relays: () => meters.map((meter) => meter.relay()) };
}

describe('A request of a known function', () => {
  test.each([
    ['of no register', '01 03 00 00 00 00 45 CA', '01 83 03 01 31'],
    ['of 126 registers', '01 03 00 00 00 7E C5 EA', '01 83 03 01 31'],
    ['past the last address', '01 03 FF FF 00 02 C4 2F', '01 83 02 C0 F1'],
    ['of a coil that is neither on nor off', '01 05 00 1A 12 34 E1 7A', '01 85 03 02 91'],
  ])('%s is refused for what is wrong with it', (_, request, refusal) => {
    expect(lineOfTwo().ask(request)).toEqual([refusal]);
  });
});

describe('A broadcast', () => {
  test('of a write is obeyed by every unit and answered by none', () => {
    const { ask, relays } = lineOfTwo();
    expect(ask('00 10 00 1A 00 01 02 00 00 A9 FA')).toEqual([]);
    expect(relays()).toEqual(['open', 'open']);
  });

  test('of a read is answered by none', () => {
    expect(lineOfTwo().ask('00 03 00 1A 00 01 A4 1C')).toEqual([]);
  });
});
