/** A paced serial line behind a loopback socket; see the worker for its physics. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Worker } from 'node:worker_threads';

export interface PacedLineSettings {
  readonly characterMs: number;
  readonly replyDelayMs: number;
  /** What the meter answers; only its length is looked at. */
  readonly request: Uint8Array;
  readonly reply: Uint8Array;
}

export interface PacedLine {
  readonly portNumber: number;
  /** What one exchange takes on the wire and in the meter, and not a moment less. */
  readonly exchangeMs: number;
  close(): Promise<void>;
}

export async function openPacedLine(settings: PacedLineSettings): Promise<PacedLine> {
  const worker = new Worker(new URL('./paced-line-worker.ts', import.meta.url), { workerData: settings });
  const [{ port }] = (await once(worker, 'message')) as [AddressInfo];
  const { characterMs, replyDelayMs, request, reply } = settings;
  return {
    portNumber: port,
    exchangeMs: (request.length + reply.length) * characterMs + replyDelayMs,
    async close() {
      await worker.terminate();
    },
  };
}
