/** A plain TCP client for tests: hex out, hex in. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { TestContext } from 'vitest';
import { bytesOf, spaced } from './line-in-memory.ts';

export interface Client {
  send(hex: string): void;
  /** Sends, and waits for so many bytes. */
  ask(hex: string, bytes: number): Promise<string>;
  /** So many bytes that come without asking. */
  heard(bytes: number): Promise<string>;
}

/** @param url `tcp://HOST:PORT`; closed when the test ends */
export async function clientOf(url: string, context: Pick<TestContext, 'onTestFinished'>): Promise<Client> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  context.onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  const heard = (bytes: number) => collect(socket, bytes);
  return {
    send: (hex) => void socket.write(bytesOf(hex)),
    heard,
    ask(hex, bytes) {
      const answer = heard(bytes);
      socket.write(bytesOf(hex));
      return answer;
    },
  };
}

async function collect(socket: Socket, bytes: number): Promise<string> {
  let all = Buffer.alloc(0);
  while (all.length < bytes) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    all = Buffer.concat([all, chunk]);
  }
  return spaced(all);
}
