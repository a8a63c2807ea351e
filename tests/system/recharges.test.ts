/** Money into a State Grid meter's own purse: a whole gateway in one process, the meter with its ESAM in another, TCP between them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Child, runCli, startCli } from '../support/child.ts';
import { readFrames } from '../support/frame-log.ts';
import { get, type RunningGateway, startGateway } from '../support/running-gateway.ts';

interface RechargeAnswer {
  readonly id: string;
  readonly state: string;
  readonly purchaseCount: number | null;
  readonly timeline: readonly { readonly state: string; readonly reason: string; readonly balance: string | null }[];
}

const CUSTOMER = '000000004711';
const ENDED = ['confirmed', 'refused', 'failed', 'expired', 'superseded'];

let folder = '';
let meters: Child;
let gateway: RunningGateway;
let meter = '';

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'feikong-recharges-'));
});
afterEach(async () => {
  await gateway.child.stop('SIGKILL');
  await meters.stop('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

async function play(...faults: readonly object[]): Promise<void> {
  const file = (name: string) => path.join(folder, name);
  writeFileSync(file('faults.json'), JSON.stringify({ faults }));
  const config = file('feikong.yaml');
  const args = ['--meters', '1', '--seed', '3', '--load-factor', '1', '--profile', 'state-grid', '--write-config', config];
  meters = startCli(['simulate', ...args, '--log', file('meters.log'), '--faults', file('faults.json')]);
  const ready = JSON.parse(await meters.line((line) => line.startsWith('{')));
  meter = `meter-${ready.meters[0].address}`;
  writeFileSync(config, readFileSync(config, 'utf8').replace(/restoreBy: (close|arm)/, 'restoreBy: $1\n    security: esam'));
  gateway = await startGateway({ config, data: file('data') });
}

async function ask(what: 'openings' | 'recharges', amount: string, key: string): Promise<RechargeAnswer> {
  const response = await fetch(`${gateway.url}/api/v1/meters/${meter}/${what}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify({ amount, customerNumber: CUSTOMER, reason: `receipt ${key}` }),
  });
  expect(response.status).toBe(202);
  return (await response.json()) as RechargeAnswer;
}

async function ended({ id }: RechargeAnswer): Promise<RechargeAnswer> {
  for (;;) {
    const found = await get<RechargeAnswer>(gateway, `/recharges/${id}`);
    if (ENDED.includes(found.state)) return found;
    await pause(50);
  }
}

const statesOf = ({ timeline }: RechargeAnswer) => timeline.map(({ state }) => state);
const framesOf = (di: string) => readFrames(path.join(folder, 'meters.log')).filter((frame) => frame.di === di);

/** What the meter itself shows of its purse. */
async function balanceShown(): Promise<string> {
  const response = await fetch(`${gateway.url}/api/v1/meters/${meter}/reads`, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ registers: ['dlt645:00900200'] }),
  });
  const place = String(response.headers.get('location'));
  for (;;) {
    const read = await get<{ state: string }>(gateway, place.replace('/api/v1', ''));
    if (read.state !== 'waiting') return JSON.stringify(read);
    await pause(50);
  }
}

test('an opening and a recharge are written once each, proven by the count, and shown by the meter', async () => {
  await play();
  const opening = await ended(await ask('openings', '20.00', 'open-1'));
  expect(statesOf(opening)).toEqual(['queued', 'sent', 'acknowledged', 'verifying', 'confirmed']);
  expect(opening).toMatchObject({ purchaseCount: 1 });
  const recharge = await ended(await ask('recharges', '50.05', 'pay-1'));
  expect(recharge).toMatchObject({ state: 'confirmed', purchaseCount: 2 });
  expect(recharge.timeline.at(-1)).toMatchObject({ balance: '70.05', reason: 'the purchase count 2 was read back' });
  expect(framesOf('070101FF')).toHaveLength(1);
  expect(framesOf('070102FF')).toHaveLength(1);
  expect(await balanceShown()).toContain('70.05');
  const check = await runCli(['check', '--data', path.join(folder, 'data')]);
  expect(check.code, check.stdout).toBe(0);
});

test('a recharge whose answer is lost is read back and confirmed, and its frame is not repeated', async () => {
  await play({ meter: '*', kind: 'lostReply', on: 'security', di: '070102FF', limit: 1 });
  await ended(await ask('openings', '20.00', 'open-1'));
  const recharge = await ended(await ask('recharges', '50.00', 'pay-1'));
  expect(statesOf(recharge)).toEqual(['queued', 'sent', 'unknown', 'verifying', 'confirmed']);
  expect(recharge.timeline.at(-1)).toMatchObject({ balance: '70.00' });
  expect(framesOf('070102FF').map(({ answered }) => answered)).toEqual([false]);
});

test('a recharge that the meter never heard is sent again with a new seal after the read-back', async () => {
  await play({ meter: '*', kind: 'silence', on: 'security', di: '070102FF', limit: 1 });
  await ended(await ask('openings', '20.00', 'open-1'));
  const recharge = await ended(await ask('recharges', '50.00', 'pay-1'));
  expect(statesOf(recharge).join(' ')).toBe('queued sent unknown verifying queued sent acknowledged verifying confirmed');
  expect(recharge.timeline.at(-1)).toMatchObject({ balance: '70.00' });
  expect(framesOf('070102FF').map(({ answered }) => answered)).toEqual([false, true]);
});

test('a recharge that the meter refuses ends with its reason and a case, and is not repeated', async () => {
  await play();
  await ended(await ask('openings', '20.00', 'open-1'));
  const recharge = await ended(await ask('recharges', '1000000.00', 'pay-1'));
  expect(statesOf(recharge)).toEqual(['queued', 'sent', 'refused']);
  expect(recharge.timeline.at(-1)).toMatchObject({ reason: 'meter-refused: recharge would hoard too much' });
  const { items } = await get<{ items: { kind: string; reason: string }[] }>(gateway, '/cases');
  expect(items).toMatchObject([{ kind: 'recharge-failed', reason: expect.stringContaining('hoard too much') }]);
  const next = await ended(await ask('recharges', '50.00', 'pay-2'));
  expect(next).toMatchObject({ state: 'confirmed', purchaseCount: 2 });
  expect(framesOf('070102FF')).toHaveLength(2);
});

test('a gateway that is killed between the frame and its answer reads the purse back when it starts again, and sends nothing', async () => {
  await play({ meter: '*', kind: 'delay', on: 'security', di: '070102FF', limit: 1, delayMs: 600_000 });
  await ended(await ask('openings', '20.00', 'open-1'));
  const asked = await ask('recharges', '50.00', 'pay-1');
  while (framesOf('070102FF').length === 0) await pause(20);
  await gateway.child.stop('SIGKILL');
  gateway = await startGateway({ config: path.join(folder, 'feikong.yaml'), data: path.join(folder, 'data') }, gateway.key);
  const recharge = await ended(asked);
  expect(statesOf(recharge)).toEqual(['queued', 'sent', 'unknown', 'verifying', 'confirmed']);
  expect(recharge.timeline.at(-1)).toMatchObject({ balance: '70.00' });
  expect(framesOf('070102FF')).toHaveLength(1);
});
