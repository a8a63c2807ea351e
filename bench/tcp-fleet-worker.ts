/**
 * Meters on the network, one for each connection, in a thread or a process of its own: a request is answered after
 * `replyDelayMs`. It does the least that gives a right answer, so that it is not what limits.
 */
import { createServer, type Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { dlt645Answer, type FleetKind, modbusAnswer } from './tcp-fleet-meters.ts';

export interface FleetData {
  readonly kind: FleetKind;
  readonly replyDelayMs: number;
}

const { kind, replyDelayMs } = (parentPort === null ? JSON.parse(process.argv[2] ?? '') : workerData) as FleetData;
const answerTo = kind === 'modbus' ? modbusAnswer : dlt645Answer;
const BACKLOG = 4096;
const FORGOTTEN_AT = 10_000;

interface Waiting {
  readonly dueMs: number;
  readonly socket: Socket;
  readonly answer: Buffer;
}

/** All wait equally long, so who came first is due first. */
const waiting: Waiting[] = [];
let next = 0;
let isTicking = false;

function tick(): void {
  const nowMs = performance.now();
  for (let first = waiting[next]; first !== undefined && first.dueMs <= nowMs; first = waiting[next]) {
    first.socket.write(first.answer);
    next += 1;
  }
  if (next > FORGOTTEN_AT) {
    waiting.splice(0, next);
    next = 0;
  }
  isTicking = next < waiting.length;
  if (isTicking) setTimeout(tick, 1);
}

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    const answer = answerTo(chunk);
    if (replyDelayMs === 0) return void socket.write(answer);
    waiting.push({ dueMs: performance.now() + replyDelayMs, socket, answer });
    if (isTicking) return;
    isTicking = true;
    setTimeout(tick, 1);
  });
});
server.listen({ port: 0, host: '127.0.0.1', backlog: BACKLOG }, () => {
  const address = server.address();
  if (parentPort === null) process.send?.(address);
  else parentPort.postMessage(address);
});
