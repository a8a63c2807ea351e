import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Child, runCli, startCli } from '../support/child.ts';
import { readFrames } from '../support/frame-log.ts';

let folder = '';
let meters: Child;
let line = '';
let plain = { address: '', password: '' };

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'feikong-tools-'));
  meters = startCli([
    'simulate',
    '--meters',
    '3',
    '--seed',
    '7',
    '--log',
    path.join(folder, 'meters.log'),
    '--write-config',
    path.join(folder, 'feikong.yaml'),
  ]);
  const ready = JSON.parse(await meters.line((text) => text.startsWith('{')));
  line = ready.listening;
  plain = ready.meters[0];
});

afterAll(async () => {
  expect(await meters.stop('SIGTERM')).toBe(0);
  rmSync(folder, { recursive: true, force: true });
});

const relay = (...args: string[]) =>
  runCli(['relay', '--link', line, '--address', plain.address, '--operator', '00000042', '--json', ...args]);

describe('feikong decode', () => {
  test('answers each line in order, with the frame or with a code', async () => {
    const input = [
      { id: 'reply', protocol: 'dlt645', hex: 'FEFEFEFE6801000000000068910833333433593954537016' },
      { id: 'request', protocol: 'dlt645-2007', hex: '68AAAAAAAAAAAA68110433333433AE16', direction: 'request' },
      { id: 'refusal', protocol: 'dlt645-2007', hex: '6837030092813968D101355D16' },
      { id: 'damaged', protocol: 'dlt645-2007', hex: '680172007200006891083333343333333333E816' },
      { id: 'odd', protocol: 'dlt645-2007', hex: '683' },
    ];
    const { code, stdout } = await runCli(
      ['decode', '--json'],
      `${input.map((question) => JSON.stringify(question)).join('\n')}\nno json\n`,
    );
    const answers = stdout
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text));
    expect(code).toBe(0);
    expect(answers.map(({ id, ok }) => [id, ok])).toEqual([
      ['reply', true],
      ['request', true],
      ['refusal', true],
      ['damaged', false],
      ['odd', false],
      [null, false],
    ]);
    expect(answers[0].items).toEqual([
      { di: '00010000', register: '1-0:1.8.0', name: 'current forward active energy total', value: '202106.26', unit: 'kWh' },
    ]);
    expect(answers[1]).toMatchObject({
      frame: { address: 'AAAAAAAAAAAA', control: '11', direction: 'request' },
      items: [{ di: '00010000', value: null }],
    });
    expect(answers[2]).toMatchObject({ frame: { abnormal: true, error: '02' }, items: [] });
    expect(answers.slice(3).map(({ error }) => error.code)).toEqual(['bad-checksum', 'bad-hex', 'bad-request']);
  });
});

test('an answer that nobody reads any more ends the command without a stack trace', async () => {
  const child = startCli(['decode', '--json']);
  child.process.stdout?.destroy();
  for (let line = 0; line < 3; line++) child.process.stdin?.write('{}\n');
  child.process.stdin?.end();
  expect(await child.stop('SIGCONT')).toBe(0);
  expect(child.said().trim()).toBe('');
});

describe('feikong read', () => {
  test('gives an exact decimal with its unit', async () => {
    const { code, stdout } = await runCli([
      'read',
      '--link',
      line,
      '--protocol',
      'dlt645-2007',
      '--address',
      plain.address,
      '--register',
      '1-0:1.8.0',
      '--json',
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      register: '1-0:1.8.0',
      value: expect.stringMatching(/^\d+\.\d\d$/),
      unit: 'kWh',
      readAt: expect.stringMatching(/Z$/),
    });
  });

  test('says which part of a record a value is, and when a load record was made', async () => {
    const readAll = async (...args: string[]) => {
      const { code, stdout } = await runCli(['read', '--link', line, '--address', plain.address, '--json', ...args]);
      expect(code).toBe(0);
      return stdout
        .trim()
        .split('\n')
        .map((text) => JSON.parse(text));
    };
    const trip = await readAll('--register', '1D00FF01');
    expect(trip.map(({ part }) => part).slice(0, 3)).toEqual(['time', 'operator', 'forward active energy']);
    const [record] = await readAll('--register', '06040000', '--blocks', '1');
    expect(record).toMatchObject({ register: '1-0:1.8.0', unit: 'kWh', occurred: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d$/) });
  });

  test.each([
    ['a load record without its time', ['--register', '06040001'], /--from is missing; expected a time by the clock of the meter/],
    ['a count of blocks that is none', ['--register', '06040000', '--blocks', '0'], /--blocks is 0; expected 1 to 255/],
    ['a time for what is no load record', ['--register', '1-0:1.8.0', '--from', '2026-11-24T08:15'], /1-0:1\.8\.0 is no load record/],
    ['a count of last records', ['--register', '06000002', '--blocks', '5'], /--blocks is 5; expected none: 06000002 is the last record/],
    [
      'a protocol of meters that push',
      ['--register', '1-0:1.8.0', '--protocol', 'pushed'],
      /--protocol is pushed; expected one of dlt645-2007/,
    ],
    ['an unknown register', ['--register', '9.9.9'], /does not have this register.*9\.9\.9/],
    ['an address that is none', ['--register', '1-0:1.8.0', '--address', '12'], /--address is 12; expected 12 digits/],
    [
      'an address that every meter obeys',
      ['--register', '1-0:1.8.0', '--address', '999999999999'],
      /--address is 9{12}; expected 12 digits/,
    ],
    ['a line that leads nowhere', ['--register', '1-0:1.8.0', '--link', 'tcp://127.0.0.1:1'], /tcp:\/\/127\.0\.0\.1:1 cannot be reached/],
    ['a link that is none', ['--register', '1-0:1.8.0', '--link', 'foo'], /--link is foo; expected serial:PATH.*tcp:\/\/HOST:PORT/],
  ])('says in one sentence that %s is wrong', async (_, args, sentence) => {
    const { code, stdout, stderr } = await runCli(['read', '--link', line, '--address', plain.address, '--json', ...args]);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(sentence);
  });
});

describe('feikong relay', () => {
  test('proves a trip, an arm and a close by reading the relay back, and always says that no gate was asked', async () => {
    const trip = await relay('--action', 'trip', '--password', plain.password);
    expect(JSON.parse(trip.stdout)).toEqual({
      action: 'trip',
      accepted: true,
      relay: 'open',
      commanded: 'open',
      evidence: 'accepted; dlt645:04000503=0050',
    });
    expect([trip.code, trip.stderr]).toEqual([0, expect.stringContaining('No gate was asked')]);
    const arm = await relay('--action', 'arm', '--password', plain.password);
    expect([arm.code, JSON.parse(arm.stdout)]).toEqual([
      0,
      expect.objectContaining({ accepted: true, relay: 'armed', commanded: 'closed' }),
    ]);
    const close = await relay('--action', 'close', '--password', plain.password);
    expect([close.code, JSON.parse(close.stdout)]).toEqual([
      0,
      expect.objectContaining({ accepted: true, relay: 'closed', commanded: 'closed' }),
    ]);
  });

  test('ends with 3 where the meter refuses the password, and the relay has not moved', async () => {
    const { code, stdout } = await relay('--action', 'trip', '--password', '02999999');
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ accepted: false, relay: 'closed' });
  });

  test('ends with 4 where nobody answers: what happened is unknown', async () => {
    const { code, stdout } = await relay('--action', 'close', '--password', plain.password, '--address', '000000000009');
    expect(code).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject({ accepted: false, relay: 'unknown', commanded: 'unknown' });
  });

  test('refuses where a gateway has its data, unless it is a bench test', async () => {
    const refused = await relay('--action', 'trip', '--password', plain.password, '--data', folder);
    expect([refused.code, refused.stdout]).toEqual([1, '']);
    expect(refused.stderr).toMatch(/ask its gateway/);
    expect(readFrames(path.join(folder, 'meters.log')).at(-1)?.code).not.toBe('1A');
    const bench = await relay('--action', 'close', '--password', plain.password, '--data', folder, '--bench-test');
    expect(bench.code).toBe(0);
  });
});

describe('bad input to feikong start', () => {
  const start = (config: string, ...args: string[]) => runCli(['start', '--config', config, '--data', path.join(folder, 'data'), ...args]);
  const broken = (name: string, change: (text: string) => string): string => {
    const file = path.join(folder, name);
    writeFileSync(file, change(readFileSync(path.join(folder, 'feikong.yaml'), 'utf8')));
    return file;
  };

  test.each([
    [
      'an unknown key',
      (text: string) => text.replace('notifier: simulated', 'notifier: simulated\nnotifyer: x'),
      /notifyer is "x"; expected no such key/,
    ],
    ['a wrong type', (text: string) => text.replace('intervalMs: 1000', 'intervalMs: soon'), /poll\.intervalMs is "soon"; expected/],
    [
      'a line that is not there',
      (text: string) => text.replace('line: line-1', 'line: line-9'),
      /meters\[0\]\.line is "line-9"; expected one of line-1/,
    ],
    ['rules for simulated lines on a real one', (text: string) => text.replace('simulated: true', 'simulated: false'), /simulated/],
    ['no YAML', (text: string) => `${text}\n\t- {`, /is no YAML/],
  ])('%s is one sentence with the path, the value and what was expected', async (_, change, sentence) => {
    const { code, stdout, stderr } = await start(broken('broken.yaml', change));
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(sentence);
  });

  test('a port that is taken, and a data folder that is in use, are one sentence each', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const config = path.join(folder, 'feikong.yaml');
    const busyPort = await start(config, '--listen', `127.0.0.1:${port}`, '--log-level', 'silent');
    expect([busyPort.code, busyPort.stderr]).toEqual([1, expect.stringMatching(/^feikong: 127\.0\.0\.1:\d+ is taken; .*\n$/)]);
    taken.close();
    const running = startCli([
      'start',
      '--config',
      config,
      '--data',
      path.join(folder, 'data'),
      '--listen',
      '127.0.0.1:0',
      '--log-level',
      'silent',
    ]);
    await running.line((text) => text.startsWith('feikong listens'));
    // The start that found no port has used up no key.
    expect(running.said()).toMatch(/^administrator key, shown this once: fk_/m);
    const second = await start(config, '--listen', '127.0.0.1:0', '--log-level', 'silent');
    expect([second.code, second.stderr.trim().split('\n').length]).toEqual([1, 1]);
    expect(second.stderr).toMatch(/another process|in use/i);
    expect(await running.stop('SIGTERM')).toBe(0);
  });

  test('any address but loopback without TLS is refused', async () => {
    const { code, stderr } = await start(path.join(folder, 'feikong.yaml'), '--listen', '0.0.0.0:0');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/api\.listen is "0\.0\.0\.0:0"; expected a loopback address, or api\.tls/)]);
  });

  test('a folder without a database cannot be checked, and that is not a violation', async () => {
    const { code, stderr } = await runCli(['check', '--data', path.join(folder, 'nowhere'), '--json']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('cannot be checked')]);
  });
});

test('the program says its version', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(await runCli(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n` });
});
