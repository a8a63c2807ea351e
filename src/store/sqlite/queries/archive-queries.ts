import type { ArchiveSubject, DatedFact, RecordedFact } from '../../../core/model/archive.ts';
import type { ArchiveView } from '../../../core/ports/queries.ts';
import { type Actor, asId } from '../../../kernel/ids.ts';
import type { Reader } from '../connection.ts';
import { question } from '../question.ts';
import type { DatedFactTable, Schema } from '../schema.ts';
import type { Answers } from './answer.ts';
import { pageOf } from './paging.ts';
import { instant, instantIf } from './rows.ts';

type FactRow = Pick<DatedFactTable, 'subject' | 'aspect' | 'from_at' | 'to_at' | 'value'>;
const FACT = ['subject', 'aspect', 'from_at', 'to_at', 'value'] as const;

const believedOf = question<{ subject: string }>()((db, asked) =>
  db
    .selectFrom('dated_facts')
    .select(FACT)
    .where('subject', '=', asked.subject)
    .where('replaced_seq', 'is', null)
    .orderBy('aspect')
    .orderBy('from_at'),
);
const everythingOf = question<{ subject: string }>()((db, asked) =>
  db.selectFrom('dated_facts').selectAll().where('subject', '=', asked.subject).orderBy('id'),
);
export const versionOf = question<{ subject: string }>()((db, asked) =>
  db.selectFrom('versions').select('version').where('subject', '=', asked.subject),
);
const subjectsAfter = question<{ after: string; end: string; limit: number }>()((db, asked) =>
  db
    .selectFrom('dated_facts')
    .select('subject')
    .distinct()
    .where('subject', '>', asked.after)
    .where('subject', '<', asked.end)
    .where('replaced_seq', 'is', null)
    .orderBy('subject')
    .limit(asked.limit),
);
const believedAtAll = question<{ at: bigint }>()((db, asked) =>
  db
    .selectFrom('dated_facts')
    .select(FACT)
    .where('replaced_seq', 'is', null)
    .where('from_at', '<=', asked.at)
    .where((of) => of.or([of('to_at', 'is', null), of('to_at', '>', asked.at)]))
    .orderBy('subject'),
);
const statedOf = question<{ aspect: string }>()((db, asked) =>
  db
    .selectFrom('dated_facts')
    .select([...FACT, 'actor'])
    .where('aspect', '=', asked.aspect)
    .where('replaced_seq', 'is', null)
    .orderBy('subject')
    .orderBy('from_at'),
);
const sealedUnder = question<{ hash: string }>()((db, asked) =>
  db.selectFrom('sealed_hashes').select('subject').where('hash', '=', asked.hash).orderBy('subject').limit(100),
);

type ArchiveQuery = 'archiveView' | 'archiveHistory' | 'archiveViews' | 'archiveAt' | 'archiveStated' | 'subjectsSealed';

export const archiveAnswers: Answers<ArchiveQuery> = {
  archiveView: ({ reader }, { subject }) => viewOf(reader, subject),
  archiveHistory: ({ reader }, { subject }) => reader.all(everythingOf, { subject }).map(recordedOf),
  archiveViews({ reader }, ask) {
    const after = ask.cursor === undefined ? `${ask.kind}:` : `${ask.kind}:${ask.cursor}`;
    // The character behind the colon ends the kind.
    const rows = reader.all(subjectsAfter, { after, end: `${ask.kind};`, limit: ask.limit + 1 });
    const page = pageOf(
      rows,
      ask,
      ({ subject }) => subject.slice(ask.kind.length + 1),
      ({ subject }) => viewOf(reader, subject as ArchiveSubject),
    );
    return { ...page, items: page.items.flatMap((view) => (view === undefined ? [] : [view])) };
  },
  archiveAt: ({ reader }, { at }) => reader.all(believedAtAll, { at: BigInt(at) }).map(factOf),
  archiveStated: ({ reader }, { aspects }) =>
    aspects.flatMap((aspect) => reader.all(statedOf, { aspect }).map((row) => ({ ...factOf(row), actor: asId<Actor>(row.actor) }))),
  /** A hash is kept for ever; only who still has the text believed is found. */
  subjectsSealed({ reader }, { hashes }) {
    const found = hashes.flatMap((hash) =>
      reader
        .all(sealedUnder, { hash })
        .filter(({ subject }) => reader.all(believedOf, { subject }).some(({ value }) => value.includes(`"hash":"${hash}"`))),
    );
    return [...new Set(found.map(({ subject }) => subject as ArchiveSubject))];
  },
};

function viewOf(reader: Reader, subject: ArchiveSubject): ArchiveView | undefined {
  const facts = readBelieved(reader, subject);
  if (facts.length === 0) return undefined;
  return { subject, version: Number(reader.first(versionOf, { subject })?.version ?? 0n), facts };
}

export const readBelieved = (reader: Reader, subject: ArchiveSubject): readonly DatedFact[] =>
  reader.all(believedOf, { subject }).map(factOf);

function factOf({ subject, aspect, from_at, to_at, value }: FactRow): DatedFact {
  return { subject, aspect, from: instant(from_at), to: instantIf(to_at), value: JSON.parse(value) } as DatedFact;
}

function recordedOf(row: Schema['dated_facts']): RecordedFact {
  const { actor, reason } = row;
  return { ...factOf(row), recordedAt: instant(row.recorded_at), actor, reason, replacedAt: instantIf(row.replaced_at) } as RecordedFact;
}
