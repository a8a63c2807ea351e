/** A DL/T 645-2007 meter behind a real socket that does what a test says, however badly. */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { expect, onTestFinished } from 'vitest';
import { createDlt645Framer } from '../../protocols/dlt645/index.ts';
import { openLink } from '../../src/cli/link.ts';
import type { DriverMeter } from '../../src/drivers/driver.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { parseZone } from '../../src/kernel/local-time.ts';
import type { Bus } from '../../src/transports/bus/bus.ts';

/** Hears each frame in hex, the wake-up bytes left out, and answers on the socket as it likes. */
export type Behaviour = (frame: string, socket: Socket) => void;

/** Ends with the test. */
export async function socketMeter(address: string, behave: Behaviour): Promise<{ readonly bus: Bus; readonly meter: DriverMeter }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const framer = createDlt645Framer();
    sockets.add(socket.on('error', () => undefined));
    socket.on('data', (chunk) => {
      for (const { kind, bytes } of framer.push(chunk)) if (kind === 'frame') behave(hexOf(bytes), socket);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const listening = server.address();
  const link = await openLink(`tcp://127.0.0.1:${typeof listening === 'object' ? listening?.port : ''}`, systemClock);
  onTestFinished(async () => {
    await link.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const zone = parseZone('Asia/Shanghai');
  if (zone === undefined) return expect.unreachable('there is no such zone');
  return { bus: link.bus, meter: { id: 'm1', address, zone, password: '02123456', operatorCode: '00000007' } };
}

const hexOf = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ');

export const bytesOf = (hex: string): Uint8Array => Uint8Array.from(hex.split(' '), (pair) => Number.parseInt(pair, 16));
