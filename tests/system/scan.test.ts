/** `feikong scan` against simulated meters at the far end of a real pseudo-terminal and a real socket. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { servePty } from '../../simulators/lines/serve-pty.ts';
import { serveTcp } from '../../simulators/lines/serve-tcp.ts';
import { writeSimulatedConfig } from '../../src/cli/simulated-config.ts';
import { lineOf } from '../../src/cli/simulated-line.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { runCli, startCli } from '../support/child.ts';
import { metersOnOneLine } from '../support/meters-on-one-line.ts';
import { ptyFor } from '../support/pty.ts';
import { get, type RunningGateway, startGateway } from '../support/running-gateway.ts';

const linesOf = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((answer) => JSON.parse(answer));

test('feikong scan finds exactly the meters of a mixed line, two that collide among them', async (context) => {
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

test('a scan that is stopped ends at once, with what it has found and an exit code that says so', async () => {
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

interface ScanAnswer {
  readonly id: string;
  readonly state: string;
  readonly found: readonly { readonly protocol: string; readonly address: string }[];
}
interface MeterAnswer {
  readonly readings: readonly { readonly measuredAt: string }[];
}

async function startScan({ url, key }: RunningGateway, line: string, body: object): Promise<ScanAnswer> {
  const response = await fetch(`${url}/api/v1/lines/${line}/scans`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(202);
  return (await response.json()) as ScanAnswer;
}

test('a running gateway scans a line that it polls, and polls on', async () => {
  const line = metersOnOneLine({ clock: systemClock, of2007: ['000012345678'], of1997: ['110000000001'], units: [3] });
  const served = await serveTcp('127.0.0.1', 0, line);
  const folder = mkdtempSync(path.join(tmpdir(), 'feikong-scan-'));
  const config = path.join(folder, 'feikong.yaml');
  const meter = { address: '000012345678', line: 'line-1', openingPayment: '1000.00', restoreBy: 'close' } as const;
  writeSimulatedConfig(config, {
    siteName: 'Scanned line',
    lines: [{ id: 'line-1', name: 'one meter known, two not', transport: lineOf(served.listening) }],
    meters: [meter],
    pollIntervalMs: 200,
    loadFactor: 1,
  });
  const gateway = await startGateway({ config, data: path.join(folder, 'data') });
  onTestFinished(async () => {
    await gateway.child.stop('SIGKILL');
    await served.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const lastRead = async () => (await get<{ items: readonly MeterAnswer[] }>(gateway, '/meters')).items[0]?.readings[0]?.measuredAt;
  await expect.poll(lastRead).toBeDefined();
  const before = await lastRead();
  const { id } = await startScan(gateway, 'line-1', { lastUnit: 5 });
  const answer = () => get<ScanAnswer>(gateway, `/scans/${id}`);
  await expect.poll(async () => (await answer()).state).toBe('complete');
  expect((await answer()).found.map(({ protocol, address }) => `${protocol} ${address}`)).toEqual([
    'dlt645-2007 000012345678',
    'dlt645-1997 110000000001',
    'modbus-rtu 3',
  ]);
  await expect.poll(lastRead).not.toBe(before);
});
