/** A broker of others, for one test. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { TestContext } from 'vitest';
import { freePort } from './free-port.ts';
import { requirePart } from './require-part.ts';

export interface Mosquitto {
  readonly url: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Not started yet; its port stays the same however often it is. */
export async function mosquittoFor(context: Pick<TestContext, 'skip' | 'onTestFinished'>): Promise<Mosquitto> {
  const program = requirePart('mosquitto', context);
  const portNumber = await freePort();
  let running: ChildProcess | undefined;
  const stop = async () => {
    if (running === undefined) return;
    const ended = once(running, 'exit');
    running.kill('SIGKILL');
    running = undefined;
    await ended;
  };
  context.onTestFinished(stop);
  return {
    url: `mqtt://127.0.0.1:${portNumber}`,
    async start() {
      running = spawn(program, ['-p', String(portNumber)], { stdio: 'ignore' });
      await accepts(portNumber);
    },
    stop,
  };
}

/** Knocks until somebody opens. */
async function accepts(portNumber: number): Promise<void> {
  for (;;) {
    const socket = connect(portNumber, '127.0.0.1');
    const opened = await new Promise<boolean>((resolve) => {
      socket.on('connect', () => resolve(true));
      socket.on('error', () => resolve(false));
    });
    socket.destroy();
    if (opened) return;
  }
}
