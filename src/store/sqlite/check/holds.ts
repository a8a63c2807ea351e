import type Database from 'better-sqlite3';
import type { Violation } from './violation.ts';

/** I5: a hold is posted, voided or expired exactly once, and its row says the same as its records. */
export function* checkHolds(database: Database.Database): Iterable<Violation> {
  const records = database.prepare<[], { subject: string; type: string }>(
    `select subject, type from records where type glob 'hold.*' order by seq`,
  );
  const told = new Map<string, string[]>();
  for (const { subject, type } of records.iterate()) {
    const states = told.get(subject) ?? [];
    states.push(type.slice('hold.'.length));
    told.set(subject, states);
  }
  for (const { id, state } of database.prepare<[], { id: string; state: string }>('select id, state from holds').iterate()) {
    const where = `hold:${id}`;
    const found = told.get(where)?.join(', ') ?? 'no record';
    const expected = state === 'placed' ? 'placed' : `placed, ${state}`;
    if (found !== expected) yield { invariant: 'I5', where, found, expected };
    told.delete(where);
  }
  for (const [where, states] of told) yield { invariant: 'I5', where, found: 'no hold', expected: states.join(', ') };
}
