import Database from 'better-sqlite3';
import type { Question, SqlValue } from './question.ts';

/** Pages of 4 KiB that may wait in the write-ahead log: merging them stops the writer for some 3 ms, two syncs among them. */
const CHECKPOINT_PAGES = 1_000;
/** Memory for pages, in KiB: keys of entries arrive in any order and each lands on a page of its own. */
const CACHE_KIB = 32_768;
/** Of a reader: every point read looks at the upper pages of some trees, which a town's archive has more of than SQLite's 2 MB hold. */
const READER_CACHE_KIB = 16_384;
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

/**
 * Everything that is asked in one turn of the loop is answered from one snapshot: each new one begins by reading again what others
 * have written meanwhile, and an acknowledged commit, which arrives in a turn of its own, is in every snapshot after it.
 */
export function openReader(file: string): Reader {
  const database = new Database(file, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
  database.pragma(`cache_size = -${READER_CACHE_KIB}`);
  const begin = database.prepare('begin');
  const end = database.prepare('commit');
  const endTurn = () => {
    if (database.open && database.inTransaction) end.run();
  };
  return {
    ...questionsTo(database),
    snapshot(read) {
      if (!database.inTransaction) {
        begin.run();
        process.nextTick(endTurn);
      }
      return read();
    },
    close: () => database.close(),
  };
}

/** On a connection that is written to as well: each snapshot ends with its question. */
export function readerOn(database: Database.Database): Reader {
  const inTransaction = database.transaction((read: () => unknown) => read());
  return {
    ...questionsTo(database),
    snapshot: (read) => inTransaction(read) as ReturnType<typeof read>,
    close: () => database.close(),
  };
}

function questionsTo(database: Database.Database): Pick<Reader, 'all' | 'first'> {
  const prepared = new WeakMap<Question<never, unknown>, Database.Statement>();
  const statementOf = (question: Question<never, unknown>): Database.Statement => {
    const known = prepared.get(question);
    if (known !== undefined) return known;
    const made = database.prepare(question.sql).safeIntegers(true);
    prepared.set(question, made);
    return made;
  };
  return {
    // The rows are what the question's query selects: the cast is its type, checked where it was built.
    all: (question, ask) => statementOf(question as Question<never, unknown>).all(question.valuesOf(ask)) as never,
    first: (question, ask) => statementOf(question as Question<never, unknown>).get(question.valuesOf(ask)) as never,
  };
}
