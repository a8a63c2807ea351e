import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { type Child, runCli, startCli } from '../support/child.ts';
import { type LoggedFrame, readFrames } from '../support/frame-log.ts';
import { isRelayFrame, readSentCommands, repeatedWithoutReadBack } from '../support/relay-log.ts';
import { get, pollFaster, type RunningGateway, startGateway } from '../support/running-gateway.ts';

interface CommandAnswer {
  readonly id: string;
  readonly meterId: string;
  readonly action: string;
  readonly state: string;
  readonly timeline: readonly { readonly state: string; readonly reason: string }[];
}

let folder = '';
let meters: Child;
let gateway: RunningGateway;

/** Two meters whose customers soon run out of money, with what goes wrong between them and the gateway. */
async function play(
  faults: readonly object[],
  args: readonly string[] = [],
  prepare: (config: string) => void = pollFaster,
): Promise<void> {
  folder = mkdtempSync(path.join(tmpdir(), 'feikong-faults-'));
  const files = { config: path.join(folder, 'feikong.yaml'), data: path.join(folder, 'data') };
  writeFileSync(path.join(folder, 'faults.json'), JSON.stringify({ faults }));
  meters = startCli([
    'simulate',
    '--meters',
    '2',
    '--seed',
    '3',
    '--load-factor',
    '20000',
    '--write-config',
    files.config,
    '--log',
    path.join(folder, 'meters.log'),
    '--faults',
    path.join(folder, 'faults.json'),
    ...args,
  ]);
  await meters.line((line) => line.startsWith('{'));
  prepare(files.config);
  gateway = await startGateway(files);
}

afterEach(async () => {
  await gateway.child.stop('SIGKILL');
  await meters.stop('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** Polls fast, and has every meter's relay orders sealed. */
function sealOrders(config: string): void {
  pollFaster(config);
  writeFileSync(config, readFileSync(config, 'utf8').replaceAll('restoreBy: close', 'restoreBy: close\n    security: esam'));
}

const repeatedInLog = () =>
  repeatedWithoutReadBack(readFrames(path.join(folder, 'meters.log')), readSentCommands(path.join(folder, 'data')));

const relayFrames = (): LoggedFrame[] => readFrames(path.join(folder, 'meters.log')).filter(isRelayFrame);

/** Waits until the meters have heard so many frames more: ten polls of both are some sixty. */
async function moreFrames(count: number): Promise<void> {
  const log = path.join(folder, 'meters.log');
  const until = readFrames(log).length + count;
  while (readFrames(log).length < until) await pause(50);
}

/** The first command that has come so far, with its time line. */
async function commandIn(state: string): Promise<CommandAnswer> {
  for (;;) {
    const { items } = await get<{ items: CommandAnswer[] }>(gateway, '/relay-commands?limit=100');
    const found = items.find((command) => command.state === state);
    if (found !== undefined) return get(gateway, `/relay-commands/${found.id}`);
    await pause(50);
  }
}

test('a lost reply is read back, proven, and its frame is never repeated', async () => {
  await play([{ meter: '*', kind: 'lostReply', on: 'relay' }]);
  const trip = await commandIn('confirmed');
  expect(trip.action).toBe('trip');
  expect(trip.timeline.map(({ state }) => state)).toEqual(['queued', 'sent', 'unknown', 'verifying', 'confirmed']);
  const frames = relayFrames();
  expect(frames.length).toBeGreaterThan(0);
  expect(frames.every(({ answered }) => !answered)).toBe(true);
  expect(repeatedInLog()).toEqual([]);
});

test('a relay that sticks is commanded again only after an answered read-back of an unmoved relay', async () => {
  await play([{ meter: '*', kind: 'stuckRelay', limit: 2 }]);
  const trip = await commandIn('confirmed');
  const stuck = ['sent', 'acknowledged', 'verifying', 'verifying', 'queued'];
  const path = ['queued', ...stuck, ...stuck, 'sent', 'acknowledged', 'verifying', 'confirmed'];
  expect(trip.timeline.map(({ state }) => state)).toEqual(path);
  expect(repeatedInLog()).toEqual([]);
});

test('a plaintext trip that a state-grid meter refuses is a result with its reason and a case, not a loop', async () => {
  await play([], ['--profile', 'state-grid']);
  const trip = await commandIn('refused');
  expect(trip.timeline.at(-1)).toMatchObject({ state: 'refused', reason: expect.stringContaining('wrong password or not authorised') });
  const before = await get<{ items: { kind: string }[] }>(gateway, '/cases');
  expect(before.items[0]).toMatchObject({ kind: 'trip-failed', owner: 'operator on duty' });
  await moreFrames(200);
  const perMeter = Map.groupBy(relayFrames(), ({ address }) => address);
  expect([...perMeter.values()].map((frames) => frames.length)).not.toContain(2);
});

test('a state-grid meter whose orders are sealed is tripped: one authentication and one sealed frame, proven by the read-back', async () => {
  await play([], ['--profile', 'state-grid'], sealOrders);
  const trip = await commandIn('confirmed');
  expect(trip.action).toBe('trip');
  expect(trip.timeline.map(({ state }) => state)).toEqual(['queued', 'sent', 'acknowledged', 'verifying', 'confirmed']);
  const orders = readFrames(path.join(folder, 'meters.log')).filter(
    ({ address, control }) => trip.meterId === `meter-${address}` && (control === '03' || control === '1C'),
  );
  expect(orders.map(({ control, code, relay }) => [control, code, relay])).toEqual([
    ['03', null, 'closed'],
    ['1C', null, 'open'],
  ]);
});

/** Polls fast, and has no trip leave for a meter whose clock is off by more than six milliseconds: each of them is. */
function holdByClock(config: string): void {
  pollFaster(config);
  const demo = path.join(import.meta.dirname, '../../config/rules/demo.yaml');
  writeFileSync(path.join(folder, 'strict.yaml'), `${readFileSync(demo, 'utf8')}\nrelayClockBoundMinutes: 0.0001\n`);
  writeFileSync(config, readFileSync(config, 'utf8').replace(/^ {2}- .*demo\.yaml$/m, '  - strict.yaml'));
}

test('a trip is held, with its reason, for a meter whose own clock is off by more than the rule set allows', async () => {
  await play([], [], holdByClock);
  const trip = await commandIn('suspended');
  expect(trip.timeline.map(({ state }) => state)).toEqual(['queued', 'suspended']);
  expect(trip.timeline.at(-1)?.reason).toMatch(
    /^the meter's clock is \d+ s (ahead|behind), more than the 0\.006 s that rule set demo allows/,
  );
  expect(relayFrames()).toEqual([]);
});

test('damaged, late, doubled and foreign bytes cost readings their time and never their truth', async () => {
  await play([
    { meter: '*', kind: 'corrupt', probability: 0.1 },
    { meter: '*', kind: 'split', probability: 0.2 },
    { meter: '*', kind: 'echo', probability: 0.2 },
    { meter: '*', kind: 'wrongAddress', probability: 0.1 },
    { meter: '*', kind: 'delay', delayMs: 700, probability: 0.05 },
  ]);
  await commandIn('confirmed');
  const { stdout } = await runCli(['check', '--data', path.join(folder, 'data'), '--json']);
  expect(JSON.parse(stdout).violations).toEqual([]);
  expect(repeatedInLog()).toEqual([]);
});
