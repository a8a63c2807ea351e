import type Database from 'better-sqlite3';
import type { ArchiveSubject, Sealed } from '../../../core/model/archive.ts';
import type { Violation } from './violation.ts';

interface FactRow {
  readonly subject: string;
  readonly aspect: string;
  readonly from_at: bigint;
  readonly to_at: bigint | null;
  readonly value: string;
  readonly refers_to: string | null;
}

/** Tells whether a sealed text opens: its key is known and nothing was changed. */
export type Opens = (sealed: Sealed, subject: ArchiveSubject) => boolean;

/** The archive: what is believed does not overlap, what is referred to is there, and every sealed text opens. */
export function* checkArchive(database: Database.Database, opens: Opens | undefined): Iterable<Violation> {
  const rows = database.prepare<[], FactRow>(
    'select subject, aspect, from_at, to_at, value, refers_to from dated_facts where replaced_seq is null order by subject, aspect, from_at',
  );
  const subjects = new Set(
    database.prepare<[], string>('select distinct subject from dated_facts where replaced_seq is null').pluck().all(),
  );
  let last: FactRow | undefined;
  for (const row of rows.iterate()) {
    const where = `${row.subject} ${row.aspect} from ${row.from_at}`;
    if (last?.subject === row.subject && last.aspect === row.aspect && (last.to_at === null || last.to_at > row.from_at))
      yield { invariant: ARCHIVE, where, found: `the one before ends at ${last.to_at ?? 'no time'}`, expected: `an end by ${row.from_at}` };
    if (row.refers_to !== null && !subjects.has(row.refers_to))
      yield { invariant: ARCHIVE, where, found: `refers to ${row.refers_to}`, expected: 'a subject of the archive' };
    last = row;
  }
  yield* checkSealed(database, opens);
}

/** What was believed once is as secret and must open as well. */
function* checkSealed(database: Database.Database, opens: Opens | undefined): Iterable<Violation> {
  const rows = database.prepare<[], Pick<FactRow, 'subject' | 'aspect' | 'value'>>(
    `select subject, aspect, value from dated_facts where value like '%"sealed":%' order by id`,
  );
  for (const { subject, aspect, value } of rows.iterate()) {
    for (const [text] of value.matchAll(SEALED)) {
      const where = `${subject} ${aspect}`;
      if (opens === undefined) {
        yield { invariant: ARCHIVE, where, found: 'a sealed text and no key', expected: 'FEIKONG_SEAL_KEY in the environment' };
        return;
      }
      const sealed = JSON.parse(text) as Sealed;
      if (!opens(sealed, subject as ArchiveSubject))
        yield { invariant: ARCHIVE, where, found: `a text sealed under ${sealed.keyId} that does not open`, expected: 'a known key' };
    }
  }
}

/** Fields lie in the order of their names. */
const SEALED = /\{"hash":"[^"]*","keyId":"[^"]*","sealed":"[^"]*"\}/g;
const ARCHIVE = 'archive';
