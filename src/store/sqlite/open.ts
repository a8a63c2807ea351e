import Database from 'better-sqlite3';
import type { Queries } from '../../core/ports/queries.ts';
import type { Batch, CommitOutcome, Store } from '../../core/ports/store.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Clock } from '../../kernel/clock.ts';
import { type Logger, silentLogger } from '../../kernel/logger.ts';
import { type CheckedInvariant, checkOpenDatabase, type Violation } from './check.ts';
import { openForWriting, openReader, readerOn } from './connection.ts';
import { type DataFolder, dataFolder, refusingUnreadable, takeFolder } from './data-folder.ts';
import { migrate } from './migrate.ts';
import { answer, isPointRead } from './queries/answers.ts';
import { startReader } from './reader-client.ts';
import { createTelemetry } from './telemetry.ts';
import { walSize } from './wal-size.ts';
import { ENDLESS_SPACE } from './writer/space.ts';
import { createWriter } from './writer/writer.ts';
import { startWriter } from './writer-client.ts';

export interface SqliteStore extends Store {
  /** Tells after each commit how far the journal has grown; returns how to stop that. */
  onCommitted(listener: (lastSeq: number) => void): () => void;
}

/** A store that ends with the process, and that can be checked while it is used. */
export interface MemoryStore extends SqliteStore {
  /** Of some invariants, or of everything that `feikong check` looks at. */
  violations(invariants?: readonly CheckedInvariant[]): readonly Violation[];
}

export interface SqliteStoreOptions {
  /** Folder of the databases; not touched where `inMemory`. */
  readonly dataDir: string;
  readonly clock: Clock;
  readonly logger?: Logger;
  /** Same tables, appliers and queries on a database that ends with the process: for models and tests. */
  readonly inMemory?: boolean;
  /** The disk has failed and nothing more is acknowledged: the process must end. */
  readonly onFatal?: (error: AppError) => void;
}

/**
 * Opens the store of a data folder, making and migrating it where needed, and holds the folder until `close`.
 *
 * @errors data-in-use, data-too-new, data-unreadable: each one sentence for the operator
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<SqliteStore> {
  return options.inMemory === true ? openMemoryStore(options.clock) : openOnDisk(options);
}

async function openOnDisk({ dataDir, clock, logger = silentLogger, onFatal }: SqliteStoreOptions): Promise<SqliteStore> {
  const folder = dataFolder(dataDir);
  const lock = takeFolder(folder);
  const listeners = createListeners();
  try {
    await prepare(folder);
    // Threads take a while to start: the reader’s does beside the writer’s.
    const reads = startReader(dataDir);
    const commits = await startWriter({
      dataDir,
      clock,
      onCommitted: listeners.tell,
      onFatal(error) {
        logger.error({ code: error.code, context: error.context }, error.message);
        onFatal?.(error);
      },
    }).catch(async (error) => {
      await reads.close();
      throw error;
    });
    const reader = openReader(folder.ledger);
    const sources = { reader, walBytes: () => walSize(folder.ledger) };
    return {
      read: (name, ask) => (isPointRead(name) ? settled(() => answer(name, ask, sources)) : reads.read(name, ask)),
      commit: (batch) => commits.commit(batch),
      onCommitted: listeners.add,
      async close() {
        await reads.close();
        reader.close();
        // Last, so that it is alone with the database and leaves no write-ahead log behind.
        await commits.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Leaves a database of this version's schema behind. */
async function prepare({ dir, ledger }: DataFolder): Promise<void> {
  const database = refusingUnreadable(dir, () => openForWriting(ledger));
  try {
    await migrate(database);
  } finally {
    database.close();
  }
}

/** Same tables, appliers and queries as on disk, in one thread: for models and tests. */
export async function openMemoryStore(clock: Clock): Promise<MemoryStore> {
  const database = new Database(':memory:');
  await migrate(database);
  const telemetry = createTelemetry(() => ':memory:');
  const writer = createWriter({ database, telemetry, space: ENDLESS_SPACE });
  const sources = { reader: readerOn(database), walBytes: () => 0 };
  const listeners = createListeners();
  const commit = (batch: Batch): CommitOutcome => {
    const { outcomes, lastSeq } = writer.commitGroup([batch], clock.now());
    const [outcome] = outcomes;
    if (outcome === undefined) throw new AppError('internal', 'the writer did not answer');
    if (outcome.status === 'failed') throw new AppError(outcome.code, outcome.message);
    listeners.tell(lastSeq);
    return outcome;
  };
  return {
    read: (name: keyof Queries, ask) => settled(() => answer(name, ask, sources)),
    commit: (batch) => settled(() => commit(batch)),
    onCommitted: listeners.add,
    violations: (invariants) => checkOpenDatabase(database, invariants),
    async close() {
      telemetry.close();
      database.close();
    },
  };
}

/** What is known at once, as a promise: what goes wrong rejects it. */
const settled = async <T>(find: () => T): Promise<T> => find();

function createListeners() {
  const listeners = new Set<(lastSeq: number) => void>();
  return {
    tell(lastSeq: number): void {
      for (const listener of listeners) listener(lastSeq);
    },
    add(listener: (lastSeq: number) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
