import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { OperatorError } from '../../src/kernel/app-error.ts';
import type { ServedLine } from './served-line.ts';
import type { SharedLine } from './shared-line.ts';

/**
 * A converter on the network: whoever connects is alone on the line with its meters.
 *
 * @param port 0 lets the system pick one
 * @errors port-in-use, thrown for the person at the keyboard
 */
export async function serveTcp(host: string, port: number, line: SharedLine): Promise<ServedLine> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    const end = line.connect((bytes) => void socket.write(bytes));
    socket.on('data', (chunk) => end.hear(chunk));
    socket.on('error', () => socket.destroy()); // the other side is gone; nothing is owed to it
    socket.on('close', () => {
      sockets.delete(socket);
      end.close();
    });
  });
  await listen(server, host, port);
  const address = server.address();
  const taken = typeof address === 'object' && address !== null ? address.port : port;
  return {
    listening: `tcp://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new OperatorError(
      'port-in-use',
      `cannot listen on ${host}:${port} (${reason}); stop the other program or choose another port`,
      { host, port },
      error,
    );
  }
}
