import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type SimulateOptions, simulate } from '../../../src/cli/simulate.ts';
import { freePort } from '../../support/free-port.ts';

const DEFAULTS = { protocol: 'dlt645-2007', listen: 'tcp://127.0.0.1:0', meters: '1', seed: '1', loadFactor: '1' };

/** Fails where somebody still listens there. */
const listenOn = (port: number) =>
  new Promise<void>((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(port, '127.0.0.1', () => server.close(() => resolve()));
  });

function fileInstead(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'feikong-simulate-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'file');
  writeFileSync(file, '');
  return file;
}

test.each<[string, Partial<SimulateOptions>, RegExp]>([
  ['a protocol that is none', { protocol: 'foo' }, /^--protocol is foo; expected one of dlt645-2007, .*, modbus-tcp$/],
  ['a map that is none', { protocol: 'modbus-rtu', map: 'nope' }, /^--map is nope; expected one of .*eastron-sdm630.*, or the path/],
  ['Modbus without a map', { protocol: 'modbus-rtu' }, /^--map is missing; expected a register map, as eastron-sdm630/],
  ['a map for 1997', { protocol: 'dlt645-1997', map: 'eastron-sdm630' }, /^--map is eastron-sdm630; expected none/],
  [
    'a profile for Modbus',
    { protocol: 'modbus-rtu', map: 'eastron-sdm630', profile: 'state-grid' },
    /^--profile is state-grid; expected none/,
  ],
  ['pushing for Modbus', { protocol: 'modbus-rtu', map: 'eastron-sdm630', pushEvery: '50' }, /^--push-every is 50; expected none/],
  ['a broker that is down', { listen: 'mqtt://127.0.0.1:1/c1' }, /^mqtt:\/\/127\.0\.0\.1:1 cannot be reached: .*ECONNREFUSED/],
])('simulate refuses %s in one sentence', async (_, options, sentence) => {
  await expect(simulate({ ...DEFAULTS, ...options })).rejects.toThrow(sentence);
});

test.each<[string, () => Partial<SimulateOptions>, RegExp]>([
  ['pushing without a concentrator', () => ({ pushEvery: '50' }), /only a concentrator pushes readings/],
  [
    'a configuration that cannot be written',
    () => ({ writeConfig: path.join(fileInstead(), 'below', 'feikong.yaml') }),
    /^--write-config .* cannot be written \(ENOTDIR.*\); name another file$/,
  ],
])('simulate that refuses %s leaves nobody listening', async (_, options, sentence) => {
  const port = await freePort();
  await expect(simulate({ ...DEFAULTS, listen: `tcp://127.0.0.1:${port}`, ...options() })).rejects.toThrow(sentence);
  await listenOn(port);
});
