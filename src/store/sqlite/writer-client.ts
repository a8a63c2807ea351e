import { Worker } from 'node:worker_threads';
import type { Batch, CommitOutcome } from '../../core/ports/store.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Clock } from '../../kernel/clock.ts';
import { encodeBatches } from './encoding/batch-encoding.ts';
import { decodeResult, type GroupOutcome } from './encoding/outcome-encoding.ts';
import { createBell, ring } from './writer-bell.ts';
import type { FromWriter, ToWriter, WriterData } from './writer-thread.ts';

/** Hands batches to a writer and brings their outcomes back. */
export interface Commits {
  commit(batch: Batch): Promise<CommitOutcome>;
  /** Waits for what is under way, then ends the writer. */
  close(): Promise<void>;
}

export interface WriterClientOptions {
  readonly dataDir: string;
  readonly clock: Clock;
  /** The disk or the thread has failed: nothing more is acknowledged. */
  onFatal(error: AppError): void;
  onCommitted(lastSeq: number): void;
}

/** Batches under way at once; a caller beyond them is told to come again. */
const MOST_UNDER_WAY = 20_000;
/** What one turn of the loop asks for crosses together, but no more: the writer begins while the rest is still being packed. */
const MOST_IN_ONE = 512;

interface Waiting {
  readonly batch: Batch;
  resolve(outcome: CommitOutcome): void;
  reject(error: AppError): void;
}

/** Starts the writer's thread; resolves when it is ready to commit. */
export async function startWriter(options: WriterClientOptions): Promise<Commits> {
  const bell = createBell();
  const worker = new Worker(new URL('./writer-thread.ts', import.meta.url), {
    workerData: { dataDir: options.dataDir, bell } satisfies WriterData,
  });
  const ready = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  /** Not sent yet. */
  let asked: Waiting[] = [];
  let sent: Waiting[] = [];
  let failure: AppError | undefined;
  let isReady = false;
  let isClosing = false;

  const fail = (code: string, message: string) => {
    if (failure !== undefined) return;
    failure = new AppError('store-unavailable', `the store has stopped: ${message}`, { code });
    for (const { reject } of [...sent, ...asked]) reject(failure);
    asked = [];
    sent = [];
    closed.resolve();
    if (isReady) options.onFatal(failure);
    else ready.reject(failure);
  };
  const tell = (message: ToWriter) => {
    worker.postMessage(message);
    ring(bell);
  };
  const sendAsked = () => {
    if (asked.length === 0) return;
    tell(encodeBatches({ at: options.clock.now(), batches: asked.map(({ batch }) => batch) }));
    for (const waiting of asked) sent.push(waiting);
    asked = [];
  };
  const settle = (text: string) => {
    const { outcomes, lastSeq } = decodeResult(text);
    const settled = sent;
    sent = settled.slice(outcomes.length);
    for (const [index, outcome] of outcomes.entries()) answer(settled[index], outcome);
    options.onCommitted(lastSeq);
  };

  worker.on('message', (message: FromWriter) => {
    if (typeof message === 'string') settle(message);
    else if (message.kind === 'fatal') fail(message.code, message.message);
    else ready.resolve();
  });
  worker.on('error', (error) => fail('thread', error instanceof Error ? error.message : String(error)));
  worker.on('exit', () => {
    if (!isClosing || sent.length > 0) fail('thread', 'the writer ended');
    closed.resolve();
  });
  await ready.promise;
  isReady = true;

  return {
    commit(batch) {
      if (failure !== undefined) return Promise.reject(failure);
      if (isClosing) return Promise.reject(new AppError('store-unavailable', 'the store is closed'));
      if (asked.length + sent.length >= MOST_UNDER_WAY) return Promise.resolve({ status: 'refused', code: 'overloaded' });
      return new Promise((resolve, reject) => {
        asked.push({ batch, resolve, reject });
        if (asked.length === 1) process.nextTick(sendAsked);
        if (asked.length === MOST_IN_ONE) sendAsked();
      });
    },
    async close() {
      if (isClosing) return closed.promise;
      isClosing = true;
      sendAsked();
      if (failure === undefined) tell('close');
      await closed.promise;
    },
  };
}

function answer(waiting: Waiting | undefined, outcome: GroupOutcome): void {
  if (waiting === undefined) throw new AppError('internal', 'the writer answered a batch that nobody asked for');
  if (outcome.status === 'failed') waiting.reject(new AppError(outcome.code, outcome.message));
  else waiting.resolve(outcome);
}
