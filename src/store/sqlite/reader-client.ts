import { Worker } from 'node:worker_threads';
import type { Queries } from '../../core/ports/queries.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { FromReader, ReaderData, ToReader } from './reader-thread.ts';

/** Asks a reader in a thread of its own. */
export interface Reads {
  read<Name extends keyof Queries>(name: Name, ask: Queries[Name]['ask']): Promise<Queries[Name]['answer']>;
  close(): Promise<void>;
}

/** Questions under way at once. */
const MOST_UNDER_WAY = 10_000;

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: AppError): void;
}

export function startReader(dataDir: string): Reads {
  const worker = new Worker(new URL('./reader-thread.ts', import.meta.url), { workerData: { dataDir } satisfies ReaderData });
  const waiting = new Map<number, Waiting>();
  const ended = Promise.withResolvers<void>();
  let lastId = 0;
  let isOver = false;

  const end = (reason: string) => {
    isOver = true;
    for (const { reject } of waiting.values()) reject(new AppError('store-unavailable', reason));
    waiting.clear();
    ended.resolve();
  };
  worker.on('message', (message: FromReader) => {
    const asked = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.ok) asked?.resolve(message.answer);
    else asked?.reject(new AppError(message.code, message.message));
  });
  worker.on('error', (error) => end(error instanceof Error ? error.message : String(error)));
  worker.on('exit', () => end('the store is closed'));

  const send = (message: ToReader) => worker.postMessage(message);
  return {
    read<Name extends keyof Queries>(name: Name, ask: Queries[Name]['ask']): Promise<Queries[Name]['answer']> {
      if (isOver) return Promise.reject(new AppError('store-unavailable', 'the store is closed'));
      if (waiting.size >= MOST_UNDER_WAY) return Promise.reject(new AppError('overloaded', 'too many questions wait for the store'));
      return new Promise((resolve, reject) => {
        lastId += 1;
        // The reader answers this name's question with this name's answer.
        waiting.set(lastId, { resolve: resolve as (answer: unknown) => void, reject });
        send({ id: lastId, name, ask });
      });
    },
    async close() {
      if (!isOver) send('close');
      await ended.promise;
    },
  };
}
