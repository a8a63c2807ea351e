/** `feikong scan` against simulated meters at the far end of a real pseudo-terminal and a real socket. */
import { expect, onTestFinished, test } from 'vitest';
import { servePty } from '../../simulators/lines/serve-pty.ts';
import { serveTcp } from '../../simulators/lines/serve-tcp.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { runCli, startCli } from '../support/child.ts';
import { metersOnOneLine } from '../support/meters-on-one-line.ts';
import { ptyFor } from '../support/pty.ts';

const linesOf = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((answer) => JSON.parse(answer));

test('feikong scan finds exactly the meters of a mixed line, two that collide among them', { timeout: 120_000 }, async (context) => {
  const pty = await ptyFor(context);
  const line = metersOnOneLine({
    clock: systemClock,
    of2007: ['000012345678', '000012345601'],
    of1997: ['110000000001'],
    units: [2, 5],
  });
  const served = servePty(pty, line);
  context.onTestFinished(() => served.close());
  // At this speed the bytes cost nothing, and half the standard's time to think is plenty for a simulator.
  const link = `serial:${pty.path}?baud=115200&parity=even`;
  const { code, stdout, stderr } = await runCli(['scan', '--link', link, '--wait', '250', '--units', '1-6', '--json']);
  const at = { speed: 115_200, parity: 'even' };
  expect(linesOf(stdout).sort((left, right) => left.address.localeCompare(right.address))).toEqual([
    {
      protocol: 'dlt645-2007',
      address: '000012345601',
      ...at,
      evidence: 'answers 13 to a wildcard; by its address 00010000 is 10.00 kWh',
    },
    {
      protocol: 'dlt645-2007',
      address: '000012345678',
      ...at,
      evidence: 'answers 13 to a wildcard; by its address 00010000 is 10.00 kWh',
    },
    { protocol: 'dlt645-1997', address: '110000000001', ...at, evidence: 'answers 01 to a wildcard; by its address 9010 is 10.00 kWh' },
    { protocol: 'modbus-rtu', address: '2', ...at, evidence: 'function 03 at 0000 answered' },
    { protocol: 'modbus-rtu', address: '5', ...at, evidence: 'function 03 at 0000 answered' },
  ]);
  expect(code).toBe(0);
  expect(stderr).toContain('addresses ending in 50, by 13 (50 of 100)');
  expect(stderr).toMatch(/5 meters found\.\n$/);
});

test('a scan that is stopped ends at once, with what it has found and an exit code that says so', { timeout: 60_000 }, async () => {
  const served = await serveTcp('127.0.0.1', 0, metersOnOneLine({ clock: systemClock, of2007: ['000012345678'] }));
  onTestFinished(() => served.close());
  const child = startCli(['scan', '--link', served.listening, '--json']);
  const found = JSON.parse(await child.line((text) => text.startsWith('{')));
  expect(found).toMatchObject({ protocol: 'dlt645-2007', address: '000012345678', speed: null, parity: null });
  expect(await child.stop('SIGINT')).toBe(130);
  expect(child.said()).toContain('Stopped before the end; 1 meter found so far.');
});

test.each([
  ['a protocol that is not looked for', ['--protocol', 'dlms'], /--protocol is dlms; expected one or more of dlt645-2007/],
  ['units that are none', ['--units', '0-300'], /--units is 0-300; expected units from 1 to 247/],
  ['a wait that is none', ['--wait', 'soon'], /--wait is soon; expected milliseconds from 0 to 10000/],
  ['Modbus TCP on a serial line', ['--protocol', 'modbus-tcp'], /--link is serial:\/dev\/null; expected tcp:\/\/HOST:PORT/],
])('says in one sentence that %s is wrong', async (_, args, sentence) => {
  const { code, stdout, stderr } = await runCli(['scan', '--link', 'serial:/dev/null', ...args]);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(sentence);
});
