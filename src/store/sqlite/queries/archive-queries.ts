import { sql } from 'kysely';
import { supplyAt } from '../../../core/archive/in-force.ts';
import type { ArchiveKind, ArchiveSubject, AspectName, DatedFact, RecordedFact } from '../../../core/model/archive.ts';
import type { ArchiveView, PageAsk } from '../../../core/ports/queries.ts';
import { type Actor, asId, type MeterPointId } from '../../../kernel/ids.ts';
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
/** In the order of their index: the whole archive is gone through once. */
const statedOf = question<{ aspects: string }>()((db, asked) =>
  db
    .selectFrom('dated_facts')
    .select([...FACT, 'actor'])
    .where('aspect', 'in', sql<AspectName>`(select value from json_each(${asked.aspects}))`)
    .where('replaced_seq', 'is', null)
    .orderBy('subject')
    .orderBy('aspect')
    .orderBy('from_at'),
);
const sealedUnder = question<{ hash: string }>()((db, asked) =>
  db.selectFrom('sealed_hashes').select('subject').where('hash', '=', asked.hash).orderBy('subject').limit(100),
);

type ArchiveQuery = 'archiveView' | 'archiveHistory' | 'archiveViews' | 'supplies' | 'archiveStated' | 'subjectsSealed';

export const archiveAnswers: Answers<ArchiveQuery> = {
  archiveView: ({ reader }, { subject }) => viewOf(reader, subject),
  archiveHistory: ({ reader }, { subject }) => reader.all(everythingOf, { subject }).map(recordedOf),
  archiveViews({ reader }, ask) {
    const page = pageOf(
      subjectsOf(reader, ask.kind, ask),
      ask,
      ({ subject }) => idOf(subject),
      ({ subject }) => viewOf(reader, subject as ArchiveSubject),
    );
    return { ...page, items: page.items.flatMap((view) => (view === undefined ? [] : [view])) };
  },
  supplies: ({ reader }, ask) =>
    pageOf(
      subjectsOf(reader, 'meterPoint', ask),
      ask,
      ({ subject }) => idOf(subject),
      ({ subject }) => ({
        meterPointId: asId<MeterPointId>(idOf(subject)),
        supply: supplyAt(subject as ArchiveSubject, ask.at, (each) => readBelieved(reader, each)),
      }),
    ),
  archiveStated: ({ reader }, { aspects }) =>
    reader.all(statedOf, { aspects: JSON.stringify(aspects) }).map((row) => ({ ...factOf(row), actor: asId<Actor>(row.actor) })),
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

/** One more than the limit; the character behind the colon ends the kind. */
const subjectsOf = (reader: Reader, kind: ArchiveKind, { cursor = '', limit }: PageAsk) =>
  reader.all(subjectsAfter, { after: `${kind}:${cursor}`, end: `${kind};`, limit: limit + 1 });

const idOf = (subject: string): string => subject.slice(subject.indexOf(':') + 1);

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
