import { createHash } from 'node:crypto';
import type Database from 'better-sqlite3';
import type { Violation } from './violation.ts';

interface LinkRow {
  readonly from_seq: bigint;
  readonly to_seq: bigint;
  readonly hash: string;
}
interface SealedRow {
  readonly seq: bigint;
  readonly line: string;
}

/** I10: every position from 1 on is there, sealed by exactly one link, and every link's hash follows from the rows and the link before. */
export function* checkChain(database: Database.Database): Iterable<Violation> {
  const links = database.prepare<[], LinkRow>('select from_seq, to_seq, hash from links order by from_seq').all();
  const positions = sealedRows(database);
  let previous = '0'.repeat(64);
  let next = 1n;
  let row = positions.next();
  for (const { from_seq, to_seq, hash } of links) {
    const where = `positions ${from_seq} to ${to_seq}`;
    if (from_seq !== next) yield { invariant: 'I10', where, found: `begins at ${from_seq}`, expected: `begins at ${next}` };
    const digest = createHash('sha256').update(previous);
    let expected = from_seq;
    for (; !row.done && row.value.seq <= to_seq; row = positions.next()) {
      if (row.value.seq !== expected) yield gap(expected, row.value.seq);
      expected = row.value.seq + 1n;
      digest.update(row.value.line);
    }
    if (expected !== to_seq + 1n) yield gap(expected, to_seq + 1n);
    const recomputed = digest.digest('hex');
    if (recomputed !== hash) yield { invariant: 'I10', where, found: `sealed as ${hash}`, expected: recomputed };
    previous = hash;
    next = to_seq + 1n;
  }
  if (!row.done) yield { invariant: 'I10', where: `position ${row.value.seq}`, found: 'not sealed', expected: 'sealed with its commit' };
  positions.return(undefined);
}

const gap = (missing: bigint, found: bigint): Violation => ({
  invariant: 'I10',
  where: `position ${missing}`,
  found: `nothing before ${found}`,
  expected: 'an entry or a record',
});

/** Entries and records as one sequence, each as the line that was sealed. */
function* sealedRows(database: Database.Database): Generator<SealedRow, undefined> {
  const entries = entryLines(database);
  const records = recordLines(database);
  let entry = entries.next();
  let record = records.next();
  try {
    while (!entry.done || !record.done) {
      if (!entry.done && (record.done || entry.value.seq < record.value.seq)) {
        yield entry.value;
        entry = entries.next();
      } else if (!record.done) {
        yield record.value;
        record = records.next();
      }
    }
  } finally {
    // A query that is left half-way keeps its connection busy.
    entries.return(undefined);
    records.return(undefined);
  }
  return undefined;
}

function* entryLines(database: Database.Database): Generator<SealedRow, undefined> {
  const rows = database.prepare<[], readonly unknown[] & { readonly 0: bigint }>(
    'select seq, id, kind, key, at, actor, meter_point_id, business_day, reverses, memo from entries order by seq',
  );
  const postings = database.prepare<[bigint], [string, bigint]>(
    'select a.name, p.amount from postings p join ledger_accounts a on a.id = p.account_id where p.entry_seq = ? order by p.line',
  );
  postings.raw();
  for (const row of rows.raw().iterate()) {
    const amounts = postings.all(row[0]).map(([name, amount]) => [name, String(amount)]);
    yield { seq: row[0], line: lineOf(['entry', ...row, amounts]) };
  }
  return undefined;
}

function* recordLines(database: Database.Database): Generator<SealedRow, undefined> {
  const rows = database.prepare<[], readonly unknown[] & { readonly 0: bigint }>(
    'select seq, at, type, actor, subject, body from records order by seq',
  );
  for (const row of rows.raw().iterate()) yield { seq: row[0], line: lineOf(['record', ...row]) };
  return undefined;
}

/** Positions and instants are plain numbers in a sealed line. */
function lineOf(fields: readonly unknown[]): string {
  return `${JSON.stringify(fields.map((field) => (typeof field === 'bigint' ? Number(field) : field)))}\n`;
}
