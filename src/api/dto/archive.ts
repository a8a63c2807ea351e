import Type, { type Static } from 'typebox';
import { aspectsAt } from '../../core/archive/in-force.ts';
import { ARCHIVE_KINDS, type ArchiveSubject, BEGINNING, type RecordedFact } from '../../core/model/archive.ts';
import type { ArchiveView } from '../../core/ports/queries.ts';
import type { ExceptionRow } from '../../core/services/archive-book.ts';
import type { ImportChange } from '../../core/services/archive-import.ts';
import { formatInstant, type Instant } from '../../kernel/clock.ts';
import { formatOrNull, instant, instantOrNull, oneOf, orNull, text, textOrNull } from './fields.ts';

type Value = Readonly<Record<string, unknown>>;
/** An aspect's value; its fields are those of the body that corrects it. */
const value = (description: string) => Type.Unsafe<Value>({ type: 'object', additionalProperties: true, description });

export const ArchiveSubjectSchema = Type.Object(
  {
    kind: oneOf(ARCHIVE_KINDS, 'What it is'),
    id: text('Its id'),
    version: Type.Integer({ description: 'Grows with each change; the ETag' }),
    at: instant('The instant that it is asked for'),
    aspects: value('What holds then, by aspect; personal numbers show their ends only'),
  },
  { $id: 'ArchiveSubject' },
);
export type ArchiveSubjectDto = Static<typeof ArchiveSubjectSchema>;

export const ArchiveFactSchema = Type.Object(
  {
    aspect: text('As terms or capacity'),
    from: instantOrNull('Since when it holds; null: always'),
    to: instantOrNull('Until when; null: no end'),
    value: value('What holds; personal numbers show their ends only'),
    recordedAt: instant('When it was said'),
    actor: text('Who said it'),
    reason: text('Why'),
    replacedAt: instantOrNull('Until when it was believed; null: it is'),
  },
  { $id: 'ArchiveFact' },
);
export type ArchiveFactDto = Static<typeof ArchiveFactSchema>;

const MissingSchema = Type.Object({
  field: text('As contract.settlementMethod'),
  what: text('What is the matter'),
  todo: text('What to do about it'),
});
export const ArchiveExceptionSchema = Type.Object(
  {
    meterPointId: text('The place'),
    contractId: textOrNull('Its contract'),
    customerId: textOrNull('Its customer'),
    missing: Type.Array(MissingSchema),
  },
  { $id: 'ArchiveException' },
);
export type ArchiveExceptionDto = Static<typeof ArchiveExceptionSchema>;

export const ArchiveImportSchema = Type.Object(
  {
    stored: Type.Boolean({ description: 'False of a dry run, and where mistakes kept the file out' }),
    dryRun: Type.Boolean(),
    rows: Type.Integer({ description: 'Below the head' }),
    ignoredColumns: Type.Array(text('A column that nobody knows')),
    unchanged: Type.Integer({ description: 'Subjects that are what the file says already' }),
    changed: Type.Integer({ description: 'Changes in all' }),
    changes: Type.Array(
      Type.Object({
        subject: text('As contract:HT-1'),
        aspect: text('As terms'),
        from: instantOrNull('Since when; null: always'),
        before: Type.Unsafe<Value | null>({ type: ['object', 'null'], additionalProperties: true }),
        after: value('What holds from then on'),
      }),
      { description: 'The first of them' },
    ),
    errors: Type.Array(
      Type.Object({
        line: Type.Integer({ description: 'Line of the file at which the row begins' }),
        column: text('As the file calls it'),
        value: text('What stands there; of personal data its ends'),
        expected: text('What may stand there'),
        todo: text('What to do about it'),
      }),
    ),
  },
  { $id: 'ArchiveImport' },
);
export type ArchiveImportDto = Static<typeof ArchiveImportSchema>;

/** Masks what is sealed. */
export type Shown = (subject: ArchiveSubject, value: unknown) => unknown;

export function toSubjectDto({ subject, version, facts }: ArchiveView, at: Instant, shown: Shown): ArchiveSubjectDto {
  const colon = subject.indexOf(':');
  return {
    kind: subject.slice(0, colon) as ArchiveSubjectDto['kind'],
    id: subject.slice(colon + 1),
    version,
    at: formatInstant(at),
    aspects: shown(subject, aspectsAt(facts, at)) as Value,
  };
}

const since = (from: Instant): string | null => (from === BEGINNING ? null : formatInstant(from));

export function toFactDto(fact: RecordedFact, shown: Shown): ArchiveFactDto {
  const { subject, aspect, from, to, value: held, recordedAt, actor, reason, replacedAt } = fact;
  return {
    aspect,
    from: since(from),
    to: formatOrNull(to),
    value: shown(subject, held) as Value,
    recordedAt: formatInstant(recordedAt),
    actor,
    reason,
    replacedAt: formatOrNull(replacedAt),
  };
}

export const toExceptionDto = ({ meterPointId, contractId, customerId, missing }: ExceptionRow): ArchiveExceptionDto => ({
  meterPointId,
  contractId: orNull(contractId),
  customerId: orNull(customerId),
  missing: [...missing],
});

export const toChangeDto = ({ subject, aspect, from, before, after }: ImportChange): ArchiveImportDto['changes'][number] => ({
  subject,
  aspect,
  from: since(from),
  before: (before as Value | undefined) ?? null,
  after: after as Value,
});
