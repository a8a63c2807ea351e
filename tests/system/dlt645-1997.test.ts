/** Meters of the 1997 edition from one process to the other, over real TCP. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Child, runCli, startCli } from '../support/child.ts';
import { readFrames } from '../support/frame-log.ts';

const EDITION = ['--protocol', 'dlt645-1997'];

let folder = '';
let log = '';
let meters: Child;
let line = '';
let address = '';

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'feikong-1997-'));
  log = path.join(folder, 'meters.log');
  meters = startCli(['simulate', ...EDITION, '--meters', '2', '--seed', '7', '--load-factor', '0', '--log', log]);
  const ready = JSON.parse(await meters.line((text) => text.startsWith('{')));
  line = ready.listening;
  address = ready.meters[0].address;
});

afterAll(async () => {
  expect(await meters.stop('SIGTERM')).toBe(0);
  rmSync(folder, { recursive: true, force: true });
});

const read = (register: string) => runCli(['read', ...EDITION, '--link', line, '--address', address, '--register', register, '--json']);
const linesOf = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((answer) => JSON.parse(answer));

describe('feikong read of a 1997 meter', () => {
  test('gives an exact decimal with its unit', async () => {
    const { code, stdout } = await read('1-0:1.8.0');
    expect(code).toBe(0);
    expect(linesOf(stdout)).toEqual([
      { register: '1-0:1.8.0', value: expect.stringMatching(/^\d+\.\d\d$/), unit: 'kWh', readAt: expect.stringMatching(/Z$/) },
    ]);
  });

  test('puts a block together from two frames, and its tariffs add up to its total', async () => {
    const { code, stdout } = await read('dlt645:901F');
    expect(code).toBe(0);
    const answers = linesOf(stdout);
    expect(answers.map(({ register }) => register)).toEqual(['1-0:1.8.0', '1-0:1.8.1', '1-0:1.8.2', '1-0:1.8.3', '1-0:1.8.4']);
    const [total, ...tariffs] = answers.map(({ value }) => BigInt(value.replace('.', '')));
    expect(tariffs.reduce((sum, tariff) => sum + tariff, 0n)).toBe(total);
    const frames = readFrames(log).slice(-2);
    expect(frames.map(({ control, di }) => [control, di])).toEqual([
      ['01', '901F'],
      ['02', '901F'],
    ]);
  });

  test('says in one sentence what the meter does not have', async () => {
    const { code, stdout, stderr } = await read('1-0:14.7.0');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/does not have this register.*1-0:14\.7\.0/);
  });
});

test('a relay command to a 1997 meter is refused with the reason, and no frame is sent', async () => {
  const before = readFrames(log).length;
  const { code, stdout, stderr } = await runCli([
    ...['relay', ...EDITION, '--link', line, '--address', address, '--password', '02000000', '--operator', '00000042'],
    ...['--action', 'trip', '--json'],
  ]);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/cannot do this.*DL\/T 645-1997 has no relay command/);
  expect(readFrames(log)).toHaveLength(before);
});

test('a configuration is written for meters of 2007 only', async () => {
  const file = path.join(folder, 'feikong.yaml');
  const { code, stderr } = await runCli(['simulate', ...EDITION, '--write-config', file]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/--write-config writes for dlt645-2007 and Modbus meters only/);
});
