/** Paced serial lines behind loopback sockets, one for each connection; see the worker for their physics. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Worker } from 'node:worker_threads';

export interface PacedLineSettings {
  readonly characterMs: number;
  readonly replyDelayMs: number;
  readonly answers: readonly LineAnswer[];
  /** Silence that must come before a request; a shorter one is counted. */
  readonly gapMs?: number;
  /** Every so manyth reply has a wrong byte. */
  readonly corruptEvery?: number;
}

export interface LineAnswer {
  readonly request: Uint8Array;
  /** Empty for a meter that is dead. */
  readonly reply: Uint8Array;
  /** The moment of its first byte on the wire is kept. */
  readonly isOrder?: boolean;
}

/** What the line counts, by place in the shared memory. */
export const LINE_FIGURES = { requests: 0, replies: 1, corrupted: 2, collisions: 3, gapViolations: 4, orderAtMs: 5 } as const;
export type LineFigure = keyof typeof LINE_FIGURES;

export interface PacedLineData extends PacedLineSettings {
  readonly shared: SharedArrayBuffer;
}

export interface PacedLine {
  readonly portNumber: number;
  figure(name: LineFigure): number;
  close(): Promise<void>;
}

export async function openPacedLine(settings: PacedLineSettings): Promise<PacedLine> {
  const shared = new SharedArrayBuffer(Object.keys(LINE_FIGURES).length * Float64Array.BYTES_PER_ELEMENT);
  const figures = new Float64Array(shared);
  const workerData: PacedLineData = { ...settings, shared };
  const worker = new Worker(new URL('./paced-line-worker.ts', import.meta.url), { workerData });
  const [{ port }] = (await once(worker, 'message')) as [AddressInfo];
  return {
    portNumber: port,
    figure: (name) => figures[LINE_FIGURES[name]] ?? 0,
    async close() {
      await worker.terminate();
    },
  };
}

/** What one exchange takes on the wire and in the meter, and not a moment less. */
export function exchangeMs(
  { characterMs, replyDelayMs, gapMs = 0 }: Pick<PacedLineSettings, 'characterMs' | 'replyDelayMs' | 'gapMs'>,
  { request, reply }: LineAnswer,
): number {
  return (request.length + reply.length) * characterMs + replyDelayMs + gapMs;
}

/** Milliseconds that every thread of this machine counts alike. */
export const machineMs = (): number => Number(process.hrtime.bigint()) / 1e6;
