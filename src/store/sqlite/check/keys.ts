import type Database from 'better-sqlite3';
import type { Violation } from './violation.ts';

/** Tables and the columns that may not occur twice, looked at without the indexes that should see to it. */
const UNIQUE = [
  { what: 'entry key', table: 'entries', columns: ['key'] },
  { what: 'entry id', table: 'entries', columns: ['id'] },
  { what: 'channel serial', table: 'payments', columns: ['channel', 'channel_date', 'channel_serial'] },
  { what: 'idempotency key', table: 'idempotency_keys', columns: ['key'] },
] as const;

/** I3: one channel serial, one idempotency key, one charge of a meter point, period, day and revision: once, for ever. */
export function* checkKeys(database: Database.Database): Iterable<Violation> {
  for (const { what, table, columns } of UNIQUE) {
    const key = columns.join(` || '/' || `);
    const twice = database.prepare<[], { key: string; times: bigint }>(
      `select ${key} as key, count(*) as times from ${table} not indexed group by ${columns.join(', ')} having times > 1`,
    );
    for (const { key, times } of twice.iterate()) {
      yield { invariant: 'I3', where: `${what} ${key}`, found: `used ${times} times`, expected: 'used once, for ever' };
    }
  }
  // Keys never expire: what the chain says was used must still be there.
  const lost = database.prepare<[], { key: string }>(
    `select json_extract(body, '$.key') as key from records where type = 'idempotency-key.used'
     and json_extract(body, '$.key') not in (select key from idempotency_keys)`,
  );
  for (const { key } of lost.iterate())
    yield { invariant: 'I3', where: `idempotency key ${key}`, found: 'gone', expected: 'kept for ever' };
}
