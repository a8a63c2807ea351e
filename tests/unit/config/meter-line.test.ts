import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';
import { CONFIG_YAML, type ConfigFolder, createConfigFolder } from '../../support/core-config-files.ts';

const PROTOCOLS = ['dlt645-2007', 'dlt645-1997', 'modbus-rtu', 'modbus-tcp'];
const SERIAL = '{ type: serial, path: /dev/ttyS1 }';
const MQTT = '{ type: mqtt, concentrator: JZQ }';
const DIALLED = '{ type: tcp, host: 10.0.0.9, port: 4001 }';

let folder: ConfigFolder;
beforeEach(() => {
  folder = createConfigFolder();
});
afterEach(() => folder.remove());

/** The good configuration with its meter on another line, saying more. */
function load(transport: string, ...more: readonly string[]) {
  const text = CONFIG_YAML.replace(DIALLED, transport).replace(
    '    address: "000000000001"\n',
    more.some((row) => row.startsWith('address')) ? '' : '    address: "000000000001"\n',
  );
  folder.write('feikong.yaml', `${text}${more.map((row) => `    ${row}\n`).join('')}`);
  return loadConfig(folder.path('feikong.yaml'), PROTOCOLS);
}
const modbus = (protocol: string) => [`protocol: ${protocol}`, 'address: "7"', 'map: hiking-dds238', 'restoreBy: close'];

test('a meter takes from its line what it does not say of its port', () => {
  const config = load(SERIAL, 'protocol: dlt645-1997', 'port: { baudRate: 1200 }', 'voltageDecimals: 1');
  expect(config.points[0]).toMatchObject({ port: { baudRate: 1200, dataBits: 8, parity: 'even', stopBits: 1 }, voltageDecimals: 1 });
});

test.each([
  [
    'Modbus TCP on a serial line',
    SERIAL,
    modbus('modbus-tcp'),
    /meters\[0\]\.protocol is "?modbus-tcp"?.*modbus-rtu: line line-1 is serial/,
  ],
  ['Modbus TCP behind a concentrator', MQTT, modbus('modbus-tcp'), /meters\[0\]\.protocol is "?modbus-tcp"?.*line line-1 is mqtt/],
  ['port settings behind a converter', DIALLED, ['port: { baudRate: 1200 }'], /meters\[0\]\.port.*belongs to its tcp side/],
  [
    'a serial number that the map has no register for',
    DIALLED,
    [...modbus('modbus-rtu'), 'serialNumber: "17"'],
    /serialNumber.*no register 0-0:96\.1\.0/,
  ],
  ['a serial number of a DL/T 645 meter', DIALLED, ['serialNumber: "17"'], /meters\[0\]\.serialNumber.*known by its address/],
  ['decimals of a 2007 meter', SERIAL, ['voltageDecimals: 1'], /meters\[0\]\.voltageDecimals.*only dlt645-1997/],
])('%s are refused with the path', (_, transport, more, sentence) => {
  expect(() => load(transport, ...more)).toThrow(sentence);
});

test.each([
  ['Modbus TCP on a socket', DIALLED, modbus('modbus-tcp')],
  ['Modbus RTU on a serial line', SERIAL, modbus('modbus-rtu')],
])('%s is taken', (_, transport, more) => {
  expect(load(transport, ...more).points).toHaveLength(1);
});
