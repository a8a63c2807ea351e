/** `feikong write` and what an installer does from the command line, on simulated meters behind a real socket and a real pty. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { NO_FAULTS } from '../../simulators/faults/faults.ts';
import { servePty } from '../../simulators/lines/serve-pty.ts';
import { createSharedLine } from '../../simulators/lines/shared-line.ts';
import { type RunningSimulation, runSimulation } from '../../simulators/simulate.ts';
import { createTown } from '../../simulators/town.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { runCli } from '../support/child.ts';
import { ptyFor } from '../support/pty.ts';

let folder = '';
let simulation: RunningSimulation;
let meter = { address: '', password: '', line: '' };
let passwordFile = '';

/** A file that only its owner can read. */
function secret(name: string, content: string, mode = 0o600): string {
  const file = path.join(folder, name);
  writeFileSync(file, content, { mode });
  return file;
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'feikong-write-'));
  simulation = await runSimulation({ protocol: 'dlt645-2007', listen: 'tcp://127.0.0.1:0', meters: 1, seed: 7, clock: systemClock });
  [meter = meter] = simulation.meters;
  passwordFile = secret('password', `${meter.password}\n`);
});

afterAll(async () => {
  await simulation.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (command: readonly string[], ...args: readonly string[]) =>
  runCli([...command, '--link', meter.line, '--address', meter.address, '--password-file', passwordFile, ...args]);
const write = (...args: readonly string[]) => run(['write'], ...args);

describe('feikong write', () => {
  const table = ['--item', 'day table 1, set 2', '--value', '["00:00 4","08:00 3","18:00 1"]'];

  test('shows what would change, changes it, and finds nothing left to change', async () => {
    const planned = await write(...table, '--dry-run');
    expect([planned.code, planned.stdout.split('\n')[0]]).toEqual([0, 'day table 1, set 2 (04020001): planned']);
    expect(planned.stdout).toContain('TOU period 2: 07:00 03 -> 08:00 03');

    const written = await write(...table, '--json');
    expect([written.code, written.stderr]).toEqual([0, '']);
    expect(written.stdout.trim().split('\n')).toHaveLength(1);
    const report = JSON.parse(written.stdout);
    expect(report).toMatchObject({ address: meter.address, di: '04020001', result: 'written' });
    expect(report.difference[0]).toEqual({ field: 'TOU period 2', unit: '', before: '07:00 03', after: '08:00 03' });
    expect(report.readBack).toEqual(report.wanted);

    const again = await write(...table);
    expect([again.code, again.stdout]).toEqual([0, 'day table 1, set 2 (04020001): unchanged\n']);
  });

  test('changes the price of one step block by its name', async () => {
    const { code, stdout } = await write('--item', '040605FF', '--value', '{"price 2":"0.5983"}');
    expect([code, stdout]).toEqual([0, 'backup step block table (040605FF): written\n  price 2: 0.5783 -> 0.5983 yuan/kWh\n']);
  });

  test('ends with 3 where the meter refuses the password, which may come from the environment', async () => {
    vi.stubEnv('FEIKONG_METER_PASSWORD', '02999999');
    onTestFinished(() => void vi.unstubAllEnvs());
    const asked = ['write', '--link', meter.line, '--address', meter.address, '--item', 'alarm amount 1', '--value', '20', '--json'];
    const { code, stdout } = await runCli(asked);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ result: 'refused', reason: 'wrong password or not authorised' });
  });

  test.each([
    ['an item that nobody may set', ['--item', '1-0:1.8.0', '--value', '1'], /--item is 1-0:1\.8\.0; expected the name, the DI/],
    ['a value that does not fit', ['--item', 'alarm amount 1', '--value', '1.234'], /alarm amount 1 is 1\.234; expected a number/],
    ['a number where a text is expected', ['--item', 'backup prices', '--value', '[0.5]'], /--value\[0\] is 0\.5; expected a text/],
    ['no JSON', ['--item', 'backup prices', '--value', '["0.5"'], /--value is no JSON/],
    [
      'everybody’s address',
      ['--item', 'alarm amount 1', '--value', '1', '--address', '999999999999'],
      /expected 12 digits, as printed on one meter/,
    ],
    ['another protocol', ['--item', 'alarm amount 1', '--value', '1', '--protocol', 'dlt645-1997'], /expected dlt645-2007/],
    ['no password file', ['--item', 'alarm amount 1', '--value', '1', '--password-file', '/nowhere/at/all'], /cannot be read/],
  ])('says in one sentence that %s is wrong', async (_, args, sentence) => {
    const { code, stdout, stderr } = await write(...args);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(sentence);
  });

  test('takes no password from a file that others can read, and shows none', async () => {
    const { code, stderr } = await write('--item', 'alarm amount 1', '--value', '1', '--password-file', secret('open', '02123456', 0o644));
    expect([code, stderr]).toEqual([1, expect.stringMatching(/can be read by others; expected a file of mode 600/)]);
    expect(stderr).not.toContain('02123456');
  });
});

test('a table is written over a serial port', async (context) => {
  const [one] = createTown({ seed: 7, clock: systemClock, count: 1 });
  if (one === undefined) return expect.unreachable('the town is empty');
  const line = createSharedLine({ meters: [one], clock: systemClock, faults: NO_FAULTS, log: undefined, pacing: undefined });
  const served = servePty(await ptyFor(context), line);
  onTestFinished(() => served.close());
  const asked = ['--item', 'season table, set 2', '--value', '["01-01 1","07-01 2"]', '--password-file', secret('serial', one.password)];
  const link = `serial:${served.listening.slice('pty:'.length)}?baud=9600&parity=even`;
  const { code, stdout } = await runCli(['write', '--link', link, '--address', one.address, ...asked]);
  expect([code, stdout]).toEqual([0, 'season table, set 2 (04020000): written\n  season 2: 01-01 01 -> 07-01 02\n']);
});

describe('what cannot be undone', () => {
  test.each([
    ['clear', ['clear', 'events']],
    ['set-speed', ['set-speed', '--baud', '9600']],
    ['change-password', ['change-password']],
  ])('by feikong %s needs --yes', async (_, command) => {
    vi.stubEnv('FEIKONG_NEW_METER_PASSWORD', '02654321');
    onTestFinished(() => void vi.unstubAllEnvs());
    const { code, stderr } = await run(command);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^feikong: --yes is missing: .* cannot be undone from here/)]);
  });

  test('is proven by the count of the meter', async () => {
    const { code, stdout } = await run(['clear', 'demand'], '--yes', '--operator', '00000042');
    expect([code, stdout]).toEqual([0, 'clear-demand: proven (count 0 -> 1)\n']);
    const record = await runCli(['read', '--link', meter.line, '--address', meter.address, '--register', '03300201', '--json']);
    expect(record.stdout).toContain('"value":"00000042"');
  });

  test('is not done to everybody', async () => {
    const { code, stderr } = await run(['clear', 'meter'], '--yes', '--address', '999999999999');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/expected 12 digits, as printed on one meter/)]);
  });

  test('is refused where a gateway has its data', async () => {
    const { code, stderr } = await run(['clear', 'meter'], '--yes', '--data', import.meta.dirname);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^feikong: A data folder is configured .*: ask its gateway/)]);
  });

  test('gives the meter a new password, and a speed', async () => {
    const renewed = await run(['change-password'], '--yes', '--new-password-file', secret('new', '02654321'));
    expect([renewed.code, renewed.stdout]).toEqual([0, 'change-password: accepted\n']);
    const old = await run(['clear', 'events'], '--yes');
    expect(old.code).toBe(3);
    const speed = await run(['set-speed', '--baud', '9600'], '--yes', '--json');
    expect([speed.code, JSON.parse(speed.stdout)]).toEqual([0, expect.objectContaining({ act: 'change-speed', result: 'accepted' })]);
  });
});

test('the multi-function terminal takes its signal', async () => {
  const { code, stdout } = await run(['terminal'], '--output', 'demand-period');
  expect([code, stdout]).toEqual([0, 'multi-function-output: accepted\n']);
});
