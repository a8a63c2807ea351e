/** A sealed trip through an encryption machine behind HTTP: gateway, meters and machine are three processes' worth of sockets. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Child, runCli, startCli } from '../support/child.ts';
import { readFrames } from '../support/frame-log.ts';
import { get, type RunningGateway, startGateway } from '../support/running-gateway.ts';
import { SECRET, type SignerMachine, startSignerMachine } from '../support/signer-machine.ts';

interface CommandAnswer {
  readonly id: string;
  readonly state: string;
  readonly timeline: readonly { readonly state: string; readonly reason: string }[];
}

let folder = '';
let machine: SignerMachine;
let meters: Child;
let gateway: RunningGateway | undefined;
let config = '';
let meter = '';

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'feikong-signer-'));
  machine = await startSignerMachine();
  config = path.join(folder, 'feikong.yaml');
  const args = ['--meters', '1', '--seed', '3', '--load-factor', '1', '--profile', 'state-grid', '--write-config', config];
  meters = startCli(['simulate', ...args, '--log', path.join(folder, 'meters.log')]);
  const ready = JSON.parse(await meters.line((line) => line.startsWith('{')));
  meter = `meter-${ready.meters[0].address}`;
  const written = readFileSync(config, 'utf8').replace(/restoreBy: (close|arm)/, 'restoreBy: close\n    security: esam');
  writeFileSync(config, `${written}signer:\n  kind: http\n  url: ${machine.url}\n  timeoutMs: 2000\n`);
});
afterEach(async () => {
  await gateway?.child.stop('SIGKILL');
  gateway = undefined;
  await meters.stop('SIGKILL');
  await machine.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<RunningGateway> {
  gateway = await startGateway({ config, data: path.join(folder, 'data') }, undefined, { FEIKONG_SIGNER_SECRET: SECRET });
  return gateway;
}

let asks = 0;

async function ask({ url, key }: RunningGateway, action: 'trip' | 'restore'): Promise<CommandAnswer> {
  asks += 1;
  const response = await fetch(`${url}/api/v1/meters/${meter}/relay-commands`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'idempotency-key': `${action}-${asks}` },
    body: JSON.stringify({ action, reason: 'wiring is repaired' }),
  });
  expect(response.status).toBe(202);
  return (await response.json()) as CommandAnswer;
}

async function comeTo(at: RunningGateway, { id }: CommandAnswer, state: string): Promise<CommandAnswer> {
  for (;;) {
    const found = await get<CommandAnswer>(at, `/relay-commands/${id}`);
    if (found.state === state) return found;
    await pause(50);
  }
}

const relayFrames = () => readFrames(path.join(folder, 'meters.log')).filter(({ control }) => control === '1C');
const statesOf = ({ timeline }: CommandAnswer) => timeline.map(({ state }) => state);

test('a trip that the machine has sealed is obeyed by the meter, and each seal is used once', async () => {
  const at = await start();
  const trip = await comeTo(at, await ask(at, 'trip'), 'confirmed');
  expect(statesOf(trip)).toEqual(['queued', 'sent', 'acknowledged', 'verifying', 'confirmed']);
  expect(relayFrames().map(({ relay }) => relay)).toEqual(['open']);
  expect(machine.asked.map((asked) => asked.path)).toEqual(['authenticate', 'authenticate', 'seal-relay']);
});

test('a trip is held with its reason while the machine is down, nothing reaches the meter, and it goes on when the machine is back', async () => {
  const at = await start();
  const port = Number(new URL(machine.url).port);
  await machine.close();
  const held = await comeTo(at, await ask(at, 'trip'), 'suspended');
  expect(statesOf(held)).toEqual(['queued', 'suspended']);
  expect(held.timeline.at(-1)?.reason).toMatch(/^signer-down: http:\S+ cannot be asked \(.*ECONNREFUSED.*\); look at its address/);
  expect(readFrames(path.join(folder, 'meters.log')).filter(({ control }) => control === '03' || control === '1C')).toEqual([]);
  machine = await startSignerMachine({ port });
  const trip = await comeTo(at, held, 'confirmed');
  expect(statesOf(trip)).toEqual(['queued', 'suspended', 'queued', 'sent', 'acknowledged', 'verifying', 'confirmed']);
  expect(relayFrames()).toHaveLength(1);
});

test('a restore that a meter refuses is not repeated, and of a meter that has shut itself off it is a case', async () => {
  const at = await start();
  await comeTo(at, await ask(at, 'trip'), 'confirmed');
  machine.spoils = true;
  for (let count = 0; count < 3; count++) {
    const refused = await comeTo(at, await ask(at, 'restore'), 'refused');
    expect(refused.timeline.at(-1)?.reason).toBe('meter-refused: wrong password or not authorised');
  }
  expect(relayFrames()).toHaveLength(4);
  machine.spoils = false;
  const shut = await comeTo(at, await ask(at, 'restore'), 'refused');
  expect(shut.timeline.at(-1)?.reason).toBe('meter-refused: no session begun: remote control is suspended');
  expect(relayFrames()).toHaveLength(4);
  const { items } = await get<{ items: { kind: string; owner: string }[] }>(at, '/cases');
  expect(items.map(({ kind, owner }) => [kind, owner])).toContainEqual(['restore-failed', 'operator on duty']);
});

test('a gateway without the machine’s secret does not start, and says which variable it lacks', async () => {
  const { code, stderr } = await runCli(['start', '--config', config, '--data', path.join(folder, 'data'), '--listen', '127.0.0.1:0']);
  expect(code).not.toBe(0);
  expect(stderr).toContain('the environment lacks FEIKONG_SIGNER_SECRET');
});
