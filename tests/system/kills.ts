/**
 * Gateway and simulated meters in processes of their own; the gateway is killed at random moments while customers pay and
 * balances drain. Afterwards every acknowledged payment must be there once, every invariant must hold, and the meters' own log
 * must show a read-back, answered with an unchanged relay, between two relay frames of one command.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { runCli, startCli } from '../support/child.ts';
import { readFrames } from '../support/frame-log.ts';
import { createRandom } from '../support/random.ts';
import { isRelayFrame, readSentCommands, repeatedWithoutReadBack } from '../support/relay-log.ts';
import { pollFaster, type RunningGateway, startGateway } from '../support/running-gateway.ts';

export interface KillReport {
  readonly kills: number;
  readonly acknowledged: number;
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  readonly relayFrames: number;
  readonly repeatedWithoutReadBack: readonly string[];
  readonly checkExit: number | null;
  readonly checkSaid: string;
}

interface Attempt {
  readonly key: string;
  readonly body: { accountId: string; amount: string; channel: string; channelSerial: string; channelDate: string };
  /** What the gateway answered; undefined while nothing came back. */
  paymentId: string | undefined;
}

const METERS = 6;
const PAYMENTS_APART_MS = 20;
const ANSWER_WITHIN_MS = 30_000;

export async function runKills({ kills, seed }: { kills: number; seed: number }): Promise<KillReport> {
  const random = createRandom(seed);
  const folder = mkdtempSync(path.join(tmpdir(), 'feikong-kills-'));
  const files = { config: path.join(folder, 'feikong.yaml'), data: path.join(folder, 'data'), log: path.join(folder, 'meters.log') };
  const meters = startCli([
    'simulate',
    '--meters',
    String(METERS),
    '--seed',
    String(seed),
    '--log',
    files.log,
    '--write-config',
    files.config,
    '--load-factor',
    '20000',
  ]);
  let gateway: RunningGateway | undefined;
  try {
    const { meters: simulated } = JSON.parse(await meters.line((line) => line.startsWith('{'))) as { meters: { address: string }[] };
    const accounts = simulated.map(({ address }) => `account-${address}`);
    const attempts: Attempt[] = [];
    pollFaster(files.config);
    gateway = await startGateway(files);
    const { key } = gateway;
    for (let kill = 0; kill < kills; kill++) {
      const { child } = gateway;
      let alive = true;
      const killed = pause(Math.round(random.between(300, 2500))).then(() => {
        alive = false;
        return child.stop('SIGKILL');
      });
      while (alive) await pay(gateway, attempts, accounts[random.below(accounts.length)] ?? '');
      await killed;
      gateway = await startGateway(files, key);
    }
    for (const attempt of attempts) await send(gateway, attempt);
    const doubled = await countInJournal(gateway, accounts, attempts);
    await gateway.child.stop('SIGTERM');
    const check = await runCli(['check', '--data', files.data, '--json']);
    const frames = readFrames(files.log);
    return {
      kills,
      acknowledged: attempts.filter(({ paymentId }) => paymentId !== undefined).length,
      ...doubled,
      relayFrames: frames.filter(isRelayFrame).length,
      repeatedWithoutReadBack: repeatedWithoutReadBack(frames, readSentCommands(files.data)),
      checkExit: check.code,
      checkSaid: check.stdout + check.stderr,
    };
  } finally {
    await gateway?.child.stop('SIGKILL');
    await meters.stop('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Pays a customer who is out of money back above zero, so that trips and restores follow one another; others pay a trifle. */
async function pay(gateway: RunningGateway, attempts: Attempt[], accountId: string): Promise<void> {
  const available = await availableOf(gateway, accountId);
  if (available === undefined) return;
  const serial = randomUUID();
  const attempt: Attempt = {
    key: serial,
    body: {
      accountId,
      amount: (available > 0 ? 0.01 : 0.3 - available).toFixed(2),
      channel: 'test-bank',
      channelSerial: serial,
      channelDate: '2026-11-24',
    },
    paymentId: undefined,
  };
  attempts.push(attempt);
  await send(gateway, attempt);
  await pause(PAYMENTS_APART_MS);
}

async function availableOf({ url, key }: RunningGateway, accountId: string): Promise<number | undefined> {
  try {
    const response = await fetch(`${url}/api/v1/accounts/${accountId}`, { headers: { authorization: `Bearer ${key}` } });
    return Number(((await response.json()) as { available: string }).available);
  } catch (error) {
    if (error instanceof TypeError) return undefined; // the gateway is gone
    throw error;
  }
}

/** Sends a payment; an answer that was already there must come back the same. Nothing comes back from a gateway that is gone. */
async function send({ url, key }: RunningGateway, attempt: Attempt): Promise<void> {
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  try {
    const response = await fetch(`${url}/api/v1/payments`, {
      method: 'POST',
      signal,
      body: JSON.stringify(attempt.body),
      headers: { authorization: `Bearer ${key}`, 'idempotency-key': attempt.key, 'content-type': 'application/json' },
    });
    const body = (await response.json()) as { id?: string };
    if (response.status !== 200 && response.status !== 201) throw new Error(`payment answered ${response.status}: ${JSON.stringify(body)}`);
    if (attempt.paymentId !== undefined && attempt.paymentId !== body.id)
      throw new Error(`${attempt.key} was ${attempt.paymentId} and is ${body.id} now`);
    if (attempt.paymentId !== undefined && response.status !== 200) throw new Error(`${attempt.key} was acknowledged, and is posted again`);
    attempt.paymentId = body.id;
  } catch (error) {
    if (error instanceof TypeError) return; // the connection broke: the gateway is gone
    throw error;
  }
}

/** Which acknowledged payments the journal lacks, and which it holds twice. */
async function countInJournal({ url, key }: RunningGateway, accounts: readonly string[], attempts: readonly Attempt[]) {
  const posted = new Map<string, number>();
  for (const accountId of accounts) {
    let cursor: string | undefined;
    do {
      const query = new URLSearchParams({ limit: '200', ...(cursor === undefined ? {} : { cursor }) });
      const response = await fetch(`${url}/api/v1/accounts/${accountId}/entries?${query}`, { headers: { authorization: `Bearer ${key}` } });
      const page = (await response.json()) as { items: { kind: string; key: string }[]; nextCursor?: string | null };
      for (const { kind, key: entryKey } of page.items) if (kind === 'payment') posted.set(entryKey, (posted.get(entryKey) ?? 0) + 1);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
  }
  const keyOf = ({ body }: Attempt) => `payment:${body.channel}:${body.channelDate}:${body.channelSerial}`;
  return {
    lost: attempts.filter((attempt) => attempt.paymentId !== undefined && !posted.has(keyOf(attempt))).map(keyOf),
    doubled: [...posted].filter(([, count]) => count > 1).map(([entryKey]) => entryKey),
  };
}
