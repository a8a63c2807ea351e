import { hash } from 'node:crypto';
import type Database from 'better-sqlite3';
import type { JournalEntry } from '../../../core/model/journal.ts';
import type { Instant } from '../../../kernel/clock.ts';
import { type BulkInsert, createBulkInsert } from './bulk-insert.ts';

/** What happened, for the record: `data` holds texts, numbers and flags only, as they go out to readers of events. */
export interface RecordOf {
  readonly at: Instant;
  readonly type: string;
  readonly actor?: string | undefined;
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * One sequence over entries and records, sealed into a hash chain: one link for each commit group.
 *
 * A link's hash is SHA-256 of the hash before it and a line for each position in order, as hex. A line is a JSON array made from
 * the stored row alone: `["entry", seq, id, kind, key, at, actor, meterPoint, businessDay, reverses, memo, [[account, amount], …]]`
 * or `["record", seq, at, type, actor, subject, body]`.
 */
export interface Seal {
  /** The position that the next entry or record gets. */
  readonly nextSeq: number;
  /** Takes a position for an entry whose row is stored. */
  entry(entry: JournalEntry): void;
  /** Takes a position for a record; returns it. */
  record(record: RecordOf): number;
  mark(): void;
  undo(): void;
  /** Writes the records that wait, and the link over all positions since the last one. */
  flush(at: Instant): void;
  /** Goes on behind what is committed. */
  load(): void;
}

export const GENESIS = '0'.repeat(64);

export function createSeal(database: Database.Database): Seal {
  const records: BulkInsert = createBulkInsert(database, 'records', ['seq', 'at', 'type', 'actor', 'subject', 'body']);
  const insertLink = database.prepare('insert into links (from_seq, to_seq, at, hash) values (?, ?, ?, ?)');
  const selectLast = database.prepare<[], { to_seq: number; hash: string }>(
    'select to_seq, hash from links order by from_seq desc limit 1',
  );
  const noteUnsealed = database.prepare('insert into last_commit (id, at) values (1, ?) on conflict (id) do update set at = excluded.at');
  let head = GENESIS;
  let sealedTo = 0;
  let lines: string[] = [];
  let marked = { lines: 0, records: 0 };
  return {
    get nextSeq() {
      return sealedTo + lines.length + 1;
    },
    entry(entry) {
      lines.push(entryLine(this.nextSeq, entry));
    },
    record({ at, type, actor = null, subject, data }) {
      const seq = this.nextSeq;
      const body = JSON.stringify(data);
      records.add(seq, at, type, actor, subject, body);
      lines.push(`${JSON.stringify(['record', seq, at, type, actor, subject, body])}\n`);
      return seq;
    },
    mark() {
      marked = { lines: lines.length, records: records.length };
    },
    undo() {
      lines.length = marked.lines;
      records.cutTo(marked.records);
    },
    flush(at) {
      if (lines.length === 0) {
        noteUnsealed.run(at);
        return;
      }
      records.flush();
      head = hash('sha256', head + lines.join(''), 'hex');
      insertLink.run(sealedTo + 1, sealedTo + lines.length, at, head);
      sealedTo += lines.length;
      lines = [];
    },
    load() {
      const last = selectLast.get();
      head = last?.hash ?? GENESIS;
      sealedTo = last?.to_seq ?? 0;
      lines = [];
      records.cutTo(0);
    },
  };
}

function entryLine(seq: number, { id, kind, key, at, actor, meterPointId, businessDay, reverses, memo, postings }: JournalEntry): string {
  const amounts = postings.map(({ account, amount }) => [account, amount.toString()]);
  const fields = ['entry', seq, id, kind, key, at, actor, meterPointId ?? null, businessDay ?? null, reverses ?? null, memo, amounts];
  return `${JSON.stringify(fields)}\n`;
}
