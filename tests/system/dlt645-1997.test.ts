/** Meters of the 1997 edition from one process to the other, over real TCP. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { checkDataFolder } from '../../src/store/sqlite/index.ts';
import { type Child, runCli, startCli } from '../support/child.ts';
import { readFrames } from '../support/frame-log.ts';
import { get, pollFaster, startGateway } from '../support/running-gateway.ts';

interface AccountAnswer {
  readonly available: string;
}
interface MeterAnswer {
  readonly protocol: string;
  readonly relay: { readonly reported: string };
  readonly readings: readonly { readonly quality: string }[];
}

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

describe('1997 meters in a running gateway', () => {
  test('are polled and charged; without a relay that tells its state nobody is tripped', async () => {
    const config = path.join(folder, 'feikong.yaml');
    const counting = startCli(['simulate', ...EDITION, '--meters', '3', '--seed', '9', '--load-factor', '20000', '--write-config', config]);
    onTestFinished(async () => void (await counting.stop('SIGKILL')));
    await counting.line((text) => text.startsWith('{'));
    pollFaster(config);
    const data = path.join(folder, 'data');
    const gateway = await startGateway({ config, data });
    onTestFinished(async () => void (await gateway.child.stop('SIGKILL')));

    const accounts = async () => (await get<{ items: readonly AccountAnswer[] }>(gateway, '/accounts')).items;
    await expect.poll(async () => (await accounts()).filter(({ available }) => available.startsWith('-'))).toHaveLength(3);
    const { items: metersSeen } = await get<{ items: readonly MeterAnswer[] }>(gateway, '/meters');
    expect(metersSeen.map(({ protocol, relay }) => [protocol, relay.reported])).toEqual(Array(3).fill(['dlt645-1997', 'unknown']));
    for (const { readings } of metersSeen) expect(readings.map(({ quality }) => quality)).not.toContain('rejected');
    expect(await get(gateway, '/relay-commands')).toMatchObject({ items: [] });
    expect(await gateway.child.stop('SIGTERM')).toBe(0);
    expect(checkDataFolder(data)).toMatchObject({ ok: true, value: { violations: [] } });
  });
});

test('reads voltages of a meter that is known to give a decimal', async () => {
  const voltage = ['read', ...EDITION, '--link', line, '--address', address, '--register', '1-0:32.7.0', '--json'];
  const whole = await runCli(voltage);
  const [{ value }] = linesOf(whole.stdout);
  expect(value).toMatch(/^2\d\d$/);
  const decimal = await runCli([...voltage, '--voltage-decimals', '1']);
  expect(linesOf(decimal.stdout)[0].value).toMatch(/^\d\d\.\d$/);
  const wrong = await runCli([...voltage, '--voltage-decimals', '2']);
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('--voltage-decimals is 2; expected 0 or 1')]);
});
