import { afterEach, beforeEach, expect, test } from 'vitest';
import { proofOf } from '../../../src/compose/meter-proof.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { CONFIG_YAML, type ConfigFolder, createConfigFolder } from '../../support/core-config-files.ts';

let folder: ConfigFolder;
beforeEach(() => {
  folder = createConfigFolder();
});
afterEach(() => folder.remove());

/** A map of a meter that tells its serial number. */
const MAP = {
  name: 'maker-model',
  maker: 'Maker',
  model: 'Model',
  source: 'this test',
  function: 3,
  registers: [
    { register: '1-0:1.8.0', name: 'energy', address: 0, type: 'u32', scale: '0.01', unit: 'kWh' },
    { register: '0-0:96.1.0', name: 'serial number', address: 2, type: 'u32', unit: '' },
  ],
};
const MODBUS = ['protocol: modbus-rtu', 'map: ./maker-model.json', 'restoreBy: close'];

function proofFor(address: string, ...more: readonly string[]) {
  folder.write('maker-model.json', JSON.stringify(MAP));
  const rows = [`address: "${address}"`, ...more].map((row) => `    ${row}\n`).join('');
  folder.write('feikong.yaml', CONFIG_YAML.replace('    address: "000000000001"\n', rows));
  const [point] = loadConfig(folder.path('feikong.yaml'), ['dlt645-2007', 'dlt645-1997', 'modbus-rtu']).points;
  return point === undefined ? undefined : proofOf(point);
}

test.each([
  ['a 2007 meter its address', '000012345678', [], { register: 'dlt645:04000401', expected: '000012345678' }],
  ['a 1997 meter its address', '000012345678', ['protocol: dlt645-1997'], { register: 'dlt645:C034', expected: '000012345678' }],
  ['a Modbus meter its serial number', '7', [...MODBUS, 'serialNumber: "4711"'], { register: '0-0:96.1.0', expected: '4711' }],
  ['a Modbus meter without one anything', '7', MODBUS, { register: '1-0:1.8.0', expected: undefined }],
  ['a meter that does not tell anything', '000012345678', ['binding: presence'], { register: '1-0:1.8.0', expected: undefined }],
])('asks of %s', (_, address, more, proof) => {
  expect(proofFor(address, ...more)).toEqual(proof);
});
