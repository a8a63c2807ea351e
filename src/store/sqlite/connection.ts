import Database from 'better-sqlite3';
import type { Question, SqlValue } from './question.ts';

/** Pages of 4 KiB that may wait in the write-ahead log: merging them costs two syncs, reading them at a start some 50 ms. */
const CHECKPOINT_PAGES = 4_000;
/** Memory for pages, in KiB: keys of entries arrive in any order and each lands on a page of its own. */
const CACHE_KIB = 32_768;
/** How long a reader waits for a checkpoint or a migration that holds the database. */
const BUSY_TIMEOUT_MS = 5_000;

/** Opens the one connection that writes: every commit is on the disk before it returns. */
export function openForWriting(file: string): Database.Database {
  const database = new Database(file, { timeout: BUSY_TIMEOUT_MS });
  database.pragma('journal_mode = wal');
  database.pragma('synchronous = full');
  database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  database.pragma(`cache_size = -${CACHE_KIB}`);
  return database;
}

/** A connection that answers questions. Integers come as bigint. */
export interface Reader {
  all<Ask extends Readonly<Record<string, SqlValue>>, Row>(question: Question<Ask, Row>, ask: Ask): readonly Row[];
  first<Ask extends Readonly<Record<string, SqlValue>>, Row>(question: Question<Ask, Row>, ask: Ask): Row | undefined;
  /** Everything that `read` asks is answered from one snapshot. */
  snapshot<T>(read: () => T): T;
  close(): void;
}

export function openReader(file: string): Reader {
  return readerOn(new Database(file, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS }));
}

export function readerOn(database: Database.Database): Reader {
  const prepared = new WeakMap<Question<never, unknown>, Database.Statement>();
  const statementOf = (question: Question<never, unknown>): Database.Statement => {
    const known = prepared.get(question);
    if (known !== undefined) return known;
    const made = database.prepare(question.sql).safeIntegers(true);
    prepared.set(question, made);
    return made;
  };
  const inTransaction = database.transaction((read: () => unknown) => read());
  return {
    // The rows are what the question's query selects: the cast is its type, checked where it was built.
    all: (question, ask) => statementOf(question as Question<never, unknown>).all(question.valuesOf(ask)) as never,
    first: (question, ask) => statementOf(question as Question<never, unknown>).get(question.valuesOf(ask)) as never,
    snapshot: (read) => inTransaction(read) as ReturnType<typeof read>,
    close: () => database.close(),
  };
}
