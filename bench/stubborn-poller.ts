/** The poller that most gateways have: meter by meter, a fixed time-out, two repeats, and the dead are asked every time. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { characterMs, type PortSettings } from '../src/transports/port-settings.ts';
import type { LineAnswer } from './paced-line.ts';

const REPEATS = 2;
/** The longest that a meter may think. */
const REPLY_DELAY_MS = 500;

export interface StubbornPoller {
  /** Once through all meters; how many answered. */
  round(): Promise<number>;
  close(): Promise<void>;
}

export async function stubbornPoller(portNumber: number, meters: readonly LineAnswer[], port: PortSettings): Promise<StubbornPoller> {
  const socket = connect({ host: '127.0.0.1', port: portNumber, noDelay: true });
  await once(socket, 'connect');
  let heard = Buffer.alloc(0);
  let onBytes: () => void = () => undefined;
  socket.on('data', (chunk) => {
    heard = Buffer.concat([heard, chunk]);
    onBytes();
  });

  function ask({ request, reply }: LineAnswer): Promise<boolean> {
    heard = Buffer.alloc(0);
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, (request.length + reply.length) * characterMs(port) + REPLY_DELAY_MS, false);
      onBytes = () => {
        if (heard.length < reply.length) return;
        clearTimeout(timer);
        resolve(heard.equals(reply));
      };
      socket.write(request);
    });
  }

  return {
    async round() {
      let answered = 0;
      for (const meter of meters) {
        let isRead = false;
        for (let tries = 0; tries <= REPEATS && !isRead; tries++) isRead = await ask(meter);
        if (isRead) answered += 1;
      }
      return answered;
    },
    close: () =>
      new Promise((resolve) => {
        socket.on('close', () => resolve());
        socket.destroy();
      }),
  };
}
