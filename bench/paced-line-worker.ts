/**
 * Half-duplex serial lines, one for each connection, in a thread of its own: bytes take their time on the wire, a meter
 * thinks, its reply comes in the bursts of an adapter's buffer, and its last byte never before it can be there.
 */
import { createServer, type Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { LINE_FIGURES, type LineFigure, machineMs, type PacedLineData } from './paced-line.ts';

const BURST_BYTES = 8;
/** Timers are late by up to a millisecond and more under load: the rest of a wait is spent turn by turn of the loop. */
const SPIN_MS = 1.5;
const CORRUPT_MASK = 0x5a;
/** Behind this many wake-up, head and control bytes a reply has data. */
const CORRUPT_AT = 18;

const { characterMs, replyDelayMs, gapMs = 0, corruptEvery = Number.POSITIVE_INFINITY, answers, shared } = workerData as PacedLineData;
const known = new Map(answers.map((answer) => [keyOf(answer.request), answer]));
const figures = new Float64Array(shared);

const server = createServer({ noDelay: true }, serve);
server.listen(0, '127.0.0.1', () => parentPort?.postMessage(server.address()));

function keyOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

function count(figure: LineFigure): number {
  const counted = (figures[LINE_FIGURES[figure]] ?? 0) + 1;
  figures[LINE_FIGURES[figure]] = counted;
  return counted;
}

function serve(socket: Socket): void {
  let heard = '';
  let startedMs = 0;
  let silentSinceMs = Number.NEGATIVE_INFINITY;
  let isBusy = false;
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    if (isBusy) count('collisions');
    if (heard === '') {
      startedMs = performance.now();
      if (startedMs - silentSinceMs < gapMs) count('gapViolations');
    }
    heard += keyOf(chunk);
    const answer = known.get(heard);
    if (answer === undefined) return;
    const requestMs = heard.length * characterMs;
    heard = '';
    count('requests');
    if (answer.isOrder === true) figures[LINE_FIGURES.orderAtMs] = machineMs();
    if (answer.reply.length === 0) return;
    isBusy = true;
    const bytes = count('replies') % corruptEvery === 0 ? corrupted(answer.reply) : answer.reply;
    burst(socket, bytes, 0, startedMs + requestMs + replyDelayMs, () => {
      isBusy = false;
      silentSinceMs = performance.now();
    });
  });
}

function corrupted(reply: Uint8Array): Uint8Array {
  count('corrupted');
  return reply.map((byte, index) => (index === CORRUPT_AT ? byte ^ CORRUPT_MASK : byte));
}

/** Sends bytes from `from` on, each burst when its last byte has passed over the wire. */
function burst(socket: Socket, reply: Uint8Array, from: number, replyAtMs: number, done: () => void): void {
  const to = Math.min(reply.length, from + BURST_BYTES);
  at(replyAtMs + to * characterMs, () => {
    const isLast = to === reply.length;
    if (isLast) done();
    socket.write(reply.subarray(from, to));
    if (!isLast) burst(socket, reply, to, replyAtMs, done);
  });
}

function at(dueMs: number, act: () => void): void {
  const restMs = dueMs - performance.now();
  if (restMs <= 0) act();
  else if (restMs <= SPIN_MS) setImmediate(at, dueMs, act);
  else setTimeout(at, Math.floor(restMs - SPIN_MS), dueMs, act);
}
