import { expect, test } from 'vitest';
import { NO_FAULTS } from '../../../../simulators/faults/faults.ts';
import { SPOKEN_2007 } from '../../../../simulators/lines/edition-2007.ts';
import { createMixedLine } from '../../../../simulators/lines/mixed-line.ts';
import { createSharedLine } from '../../../../simulators/lines/shared-line.ts';
import { createModbusLine } from '../../../../simulators/modbus/line.ts';
import { createModbusMeter } from '../../../../simulators/modbus/meter.ts';
import { loadRegisterMap, registerMapFile } from '../../../../src/config/register-map.ts';
import { createManualClock } from '../../../support/manual-clock.ts';
import { bytesOf, meterOf, START, spaced } from '../line-in-memory.ts';

/** Its request promises a Modbus write: 10 behind the first byte, and 80 where the count of data bytes would be. */
const ADDRESS = '800000000010';
/** Energy in all, 10.00 kWh: 104 + 16 + 128 + 104 + 17 + 4 + 51 + 51 + 52 + 51 = 578, and 930 of the answer. */
const ASK_DLT645 = '68 10 00 00 00 00 80 68 11 04 33 33 34 33 42 16';
const DLT645_ANSWERS = '68 10 00 00 00 00 80 68 91 08 33 33 34 33 33 43 33 33 A2 16';
/** Registers 000A and 000B of unit 1: 123.45 kWh in hundredths are 3039. */
const ASK_MODBUS = '01 03 00 0A 00 02 E4 09';
const MODBUS_ANSWERS = '01 03 04 00 00 30 39 2E 21';

function askerOf() {
  const clock = createManualClock(START);
  const common = { clock, faults: NO_FAULTS, log: undefined, pacing: undefined };
  const map = loadRegisterMap(registerMapFile('hiking-dds238', '.'));
  const unit = createModbusMeter({ clock, unit: 1, map, tariffs: [12_345, 0, 0, 0], load: new Uint16Array(96), loadFactor: 0 });
  const line = createMixedLine({
    clock,
    dlt645: [createSharedLine({ ...common, edition: SPOKEN_2007, meters: [meterOf({ clock, address: ADDRESS })] })],
    modbusRtu: createModbusLine({ ...common, protocol: 'modbus-rtu', meters: [unit] }),
  });
  const chunks: string[] = [];
  const end = line.connect((bytes) => void chunks.push(spaced(bytes)));
  const ask = (text: string): readonly string[] => {
    end.hear(bytesOf(text));
    return chunks.splice(0);
  };
  return { clock, ask };
}

test('meters of both protocols on one line answer their own frames, whatever the other could take them for', () => {
  const { ask } = askerOf();
  for (let turn = 0; turn < 3; turn++) {
    expect(ask(ASK_DLT645)).toEqual([DLT645_ANSWERS]);
    expect(ask(ASK_MODBUS)).toEqual([MODBUS_ANSWERS]);
  }
});

test('meters of both protocols put their frames together from pieces, and forget what was broken off', async () => {
  const { clock, ask } = askerOf();
  expect(ask(ASK_MODBUS.slice(0, 11))).toEqual([]);
  expect(ask(ASK_MODBUS.slice(12))).toEqual([MODBUS_ANSWERS]);
  expect(ask(ASK_DLT645.slice(0, 20))).toEqual([]);
  await clock.advance(501);
  expect(ask(ASK_MODBUS)).toEqual([MODBUS_ANSWERS]);
});
