/**
 * A half-duplex serial line with one meter, in a thread of its own: bytes take their time on the wire, the meter
 * thinks, the reply comes in the bursts of an adapter's buffer, and its last byte never before it can be there.
 */
import { createServer, type Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import type { PacedLineSettings } from './paced-line.ts';

const BURST_BYTES = 8;
/** Timers are late by up to a millisecond and more under load: the rest of a wait is spun. */
const SPIN_MS = 1.5;

const { characterMs, replyDelayMs, request, reply } = workerData as PacedLineSettings;

const server = createServer({ noDelay: true }, serve);
server.listen(0, '127.0.0.1', () => parentPort?.postMessage(server.address()));

function serve(socket: Socket): void {
  let heard = 0;
  let startedMs = 0;
  let isBusy = false;
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    if (isBusy) throw new Error('a request collided with the reply on the line');
    if (heard === 0) startedMs = performance.now();
    heard += chunk.length;
    if (heard < request.length) return;
    isBusy = true;
    const replyAtMs = startedMs + request.length * characterMs + replyDelayMs;
    burst(socket, 0, replyAtMs, () => {
      isBusy = false;
      heard = 0;
    });
  });
}

/** Sends bytes from `from` on, each burst when its last byte has passed over the wire. */
function burst(socket: Socket, from: number, replyAtMs: number, done: () => void): void {
  const to = Math.min(reply.length, from + BURST_BYTES);
  at(replyAtMs + to * characterMs, () => {
    const isLast = to === reply.length;
    if (isLast) done();
    socket.write(reply.subarray(from, to));
    if (!isLast) burst(socket, to, replyAtMs, done);
  });
}

function at(dueMs: number, act: () => void): void {
  setTimeout(
    () => {
      while (performance.now() < dueMs);
      act();
    },
    Math.max(0, Math.floor(dueMs - performance.now() - SPIN_MS)),
  );
}
