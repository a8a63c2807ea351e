import type Database from 'better-sqlite3';
import type { SqlValue } from '../question.ts';

/** Rows that nobody in the writer reads: they wait until the group ends and go in many at a time. */
export interface BulkInsert {
  /** How many rows wait. */
  readonly length: number;
  /** @param values one for each column, in their order */
  add(...values: readonly SqlValue[]): void;
  /** Forgets the rows behind the first `length`. */
  cutTo(length: number): void;
  /** Writes what waits. */
  flush(): void;
}

/** Rows for one statement, greatest first; binding, not the call, costs most from here on. */
const CHUNKS = [64, 16, 4, 2, 1] as const;

export function createBulkInsert(database: Database.Database, table: string, columns: readonly string[]): BulkInsert {
  const row = `(${columns.map(() => '?').join(', ')})`;
  const statements = CHUNKS.map((rows) => ({
    rows,
    insert: database.prepare(`insert into ${table} (${columns.join(', ')}) values ${Array(rows).fill(row).join(', ')}`),
  }));
  let waiting: SqlValue[] = [];
  return {
    get length() {
      return waiting.length / columns.length;
    },
    add(...values) {
      waiting.push(...values);
    },
    cutTo(length) {
      waiting.length = length * columns.length;
    },
    flush() {
      let from = 0;
      for (const { rows, insert } of statements) {
        const width = rows * columns.length;
        // One by one as arguments: the driver takes them off the stack faster than out of an array.
        for (; waiting.length - from >= width; from += width) insert.run(...waiting.slice(from, from + width));
      }
      waiting = [];
    },
  };
}
