import type { Kysely } from 'kysely';
import { ENTRY_KINDS, type JournalEntry } from '../../../core/model/journal.ts';
import type { EventRecord } from '../../../core/ports/queries.ts';
import { type Actor, asId } from '../../../kernel/ids.ts';
import { formatMoney } from '../../../kernel/units.ts';
import type { Reader } from '../connection.ts';
import { question } from '../question.ts';
import type { Schema } from '../schema.ts';
import type { Answers } from './answer.ts';
import { entryOf, readPostings } from './entry-queries.ts';
import { instant } from './rows.ts';

type Span = { readonly after: bigint; readonly limit: number };

const recordsIn = (db: Kysely<Schema>, asked: Span) =>
  db.selectFrom('records').selectAll().where('seq', '>', asked.after).orderBy('seq').limit(asked.limit);
const recordsAfter = question<Span>()(recordsIn);

const entriesIn = (db: Kysely<Schema>, asked: Span) =>
  db
    .selectFrom('entries')
    .leftJoin('payments', 'payments.entry_id', 'entries.id')
    .selectAll('entries')
    .select('payments.id as payment_id')
    .where('entries.seq', '>', asked.after)
    .orderBy('entries.seq')
    .limit(asked.limit);
const entriesAfter = question<Span>()(entriesIn);

const POSTED = '.posted';

const lastRecord = question()((db) => db.selectFrom('records').select('seq').orderBy('seq', 'desc').limit(1));
const lastEntry = question()((db) => db.selectFrom('entries').select('seq').orderBy('seq', 'desc').limit(1));

export const eventAnswers: Answers<'events' | 'lastSeq'> = {
  events({ reader }, { after, limit, types }) {
    const span = { after: BigInt(after), limit };
    const events = [...readRecords(reader, span, types), ...readEntries(reader, span, types)];
    return events.sort((left, right) => left.seq - right.seq).slice(0, limit);
  },
  lastSeq: ({ reader }) => Math.max(Number(reader.first(lastRecord, {})?.seq ?? 0n), Number(reader.first(lastEntry, {})?.seq ?? 0n)),
};

function readRecords(reader: Reader, span: Span, types: readonly string[] | undefined): readonly EventRecord[] {
  if (types?.length === 0) return [];
  const asked = types === undefined ? recordsAfter : question<Span>()((db, of) => recordsIn(db, of).where('type', 'in', types));
  return reader.all(asked, span).map((row) => ({
    seq: Number(row.seq),
    at: instant(row.at),
    type: row.type,
    actor: row.actor === null ? undefined : asId<Actor>(row.actor),
    subject: row.subject,
    data: JSON.parse(row.body) as Readonly<Record<string, unknown>>,
  }));
}

function readEntries(reader: Reader, span: Span, types: readonly string[] | undefined): readonly EventRecord[] {
  const kinds = ENTRY_KINDS.filter((kind) => types === undefined || types.includes(`${kind}${POSTED}`));
  if (kinds.length === 0) return [];
  const asked =
    kinds.length === ENTRY_KINDS.length ? entriesAfter : question<Span>()((db, of) => entriesIn(db, of).where('entries.kind', 'in', kinds));
  return reader.all(asked, span).map((row) => eventOf(Number(row.seq), entryOf(row, readPostings(reader, row.seq)), row.payment_id));
}

function eventOf(seq: number, entry: JournalEntry, paymentId: string | null): EventRecord {
  const { id: entryId, kind, key, at, actor, meterPointId, businessDay, reverses, memo } = entry;
  const postings = entry.postings.map(({ account, amount }) => ({ account, amount: formatMoney(amount) }));
  const customer = entry.postings.find(({ account }) => account.startsWith('customer:'))?.account;
  const accountId = customer?.slice('customer:'.length);
  const data = { entryId, key, accountId, paymentId: paymentId ?? undefined, meterPointId, businessDay, reverses, memo, postings };
  return { seq, at, type: `${kind}${POSTED}`, actor, subject: accountId === undefined ? `entry:${entryId}` : `account:${accountId}`, data };
}
