/** A broker of others, for one test. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'vitest';
import { freePort } from './free-port.ts';
import { requirePart } from './require-part.ts';

export interface Mosquitto {
  readonly url: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Not started yet; its port stays the same however often it is. @param acl an access list; without one everybody may do everything */
export async function mosquittoFor(context: Pick<TestContext, 'skip' | 'onTestFinished'>, acl?: string): Promise<Mosquitto> {
  const program = requirePart('mosquitto', context);
  const portNumber = await freePort();
  const args = acl === undefined ? ['-p', String(portNumber)] : ['-c', configurationOf(portNumber, acl, context)];
  let running: ChildProcess | undefined;
  const stop = async () => {
    if (running === undefined) return;
    const ended = once(running, 'exit');
    const isGone = running.exitCode !== null;
    running.kill('SIGKILL');
    running = undefined;
    if (!isGone) await ended;
  };
  context.onTestFinished(stop);
  return {
    url: `mqtt://127.0.0.1:${portNumber}`,
    async start() {
      running = spawn(program, args, { stdio: 'ignore' });
      await accepts(portNumber, running);
    },
    stop,
  };
}

/** Names are believed without a password: the access list is what is tried. */
function configurationOf(portNumber: number, acl: string, { onTestFinished }: Pick<TestContext, 'onTestFinished'>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'feikong-mosquitto-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [file, aclFile] = [path.join(folder, 'mosquitto.conf'), path.join(folder, 'acl')];
  writeFileSync(aclFile, acl, { mode: 0o600 });
  writeFileSync(file, `listener ${portNumber} 127.0.0.1\nallow_anonymous true\nuser ${userInfo().username}\nacl_file ${aclFile}\n`);
  return file;
}

/** Knocks until somebody opens. */
async function accepts(portNumber: number, broker: ChildProcess): Promise<void> {
  while (broker.exitCode === null) {
    const socket = connect(portNumber, '127.0.0.1');
    const opened = await new Promise<boolean>((resolve) => {
      socket.on('connect', () => resolve(true));
      socket.on('error', () => resolve(false));
    });
    socket.destroy();
    if (opened) return;
  }
  throw new Error(`mosquitto ended with ${broker.exitCode} before it listened`);
}
