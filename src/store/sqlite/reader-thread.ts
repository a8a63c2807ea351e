/** The reader's thread: lists, statements and exports, so that the loop that times the lines never waits for them. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { Queries } from '../../core/ports/queries.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { ErrorCode } from '../../kernel/error-codes.ts';
import { openReader } from './connection.ts';
import { dataFolder } from './data-folder.ts';
import { answer } from './queries/answers.ts';
import { walSize } from './wal-size.ts';

export type ToReader = { readonly id: number; readonly name: keyof Queries; readonly ask: Queries[keyof Queries]['ask'] } | 'close';
export type FromReader =
  | { readonly id: number; readonly ok: true; readonly answer: unknown }
  | { readonly id: number; readonly ok: false; readonly code: ErrorCode; readonly message: string };

export interface ReaderData {
  readonly dataDir: string;
}

if (parentPort !== null) serve(parentPort, workerData as ReaderData);

function serve(port: MessagePort, { dataDir }: ReaderData): void {
  const { ledger } = dataFolder(dataDir);
  const reader = openReader(ledger);
  const sources = { reader, walBytes: () => walSize(ledger) };
  const answerTo = ({ id, name, ask }: Exclude<ToReader, 'close'>): FromReader => {
    try {
      return { id, ok: true, answer: answer(name, ask, sources) };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { id, ok: false, code: error instanceof AppError ? error.code : 'internal', message };
    }
  };
  port.on('message', (message: ToReader) => {
    if (message !== 'close') return port.postMessage(answerTo(message));
    reader.close();
    port.close();
  });
}
