import {
  type ArchiveSubject,
  ASPECTS,
  type AspectName,
  type AspectTimeline,
  type AspectValues,
  type Period,
  refersTo,
} from '../../../core/model/archive.ts';
import { AppError } from '../../../kernel/app-error.ts';
import { canonicalJson } from '../../../kernel/canonical-json.ts';
import type { Appliers, WriterContext } from './applier.ts';
import { sealedIn, withoutPersons } from './dated-values.ts';

interface BelievedRow {
  readonly from_at: number;
  readonly to_at: number | null;
  readonly value: string;
}

/** What is believed of an aspect is replaced as a whole; where it is equal nothing changes, nothing is raised and nothing is recorded. */
export function createDatedFactAppliers({ database, seal, versions }: WriterContext): Appliers<'archiveChange'> {
  const believed = database.prepare<[string, string], BelievedRow>(
    'select from_at, to_at, value from dated_facts where subject = ? and aspect = ? and replaced_seq is null order by from_at',
  );
  const replace = database.prepare(
    'update dated_facts set replaced_seq = ?, replaced_at = ? where subject = ? and aspect = ? and replaced_seq is null',
  );
  const insert = database.prepare(
    `insert into dated_facts (subject, aspect, from_at, to_at, value, refers_to, recorded_seq, recorded_at, actor, reason)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const noteHash = database.prepare('insert into sealed_hashes (hash, subject) values (?, ?) on conflict do nothing');
  const resting = database
    .prepare<[string], ArchiveSubject>('select distinct subject from dated_facts where refers_to = ? and replaced_seq is null')
    .pluck();

  const review = database.prepare(
    `insert into reviews (meter_point_id, asked_seq, reason) select ?, ?, ? where exists (select 1 from bills where meter_point_id = ?)
     on conflict (meter_point_id) do update set asked_seq = excluded.asked_seq, reason = excluded.reason`,
  );
  /** What was settled may have been settled by something that is believed no longer. */
  const reviewAll = (subject: ArchiveSubject, seq: number, aspects: string): void => {
    const id = subject.slice(POINT.length);
    if (subject.startsWith(POINT)) review.run(id, seq, `the archive says something else of ${aspects}`, id);
    for (const above of resting.all(subject)) reviewAll(above, seq, aspects);
  };
  const differs = (subject: ArchiveSubject, { aspect, periods }: AspectTimeline): boolean => {
    const rows = believed.all(subject, aspect);
    return rows.length !== periods.length || rowsText(rows) !== rowsText(periods.map(rowOf));
  };
  /** Who refers to it rests on it: a customer's contracts, a contract's meter points. */
  const raise = (subject: ArchiveSubject): void => {
    versions.raise(subject);
    for (const above of resting.all(subject)) raise(above);
  };

  return {
    archiveChange({ change: { subject, at, actor, reason, aspects } }) {
      const changed = aspects.filter((timeline) => differs(subject, timeline));
      if (changed.length === 0) return undefined;
      for (const timeline of changed) assertSound(subject, timeline);
      const seq = seal.record({ at, type: 'archive.changed', actor, subject, data: { reason, aspects: changed.map(recordOf) } });
      for (const { aspect, periods } of changed) {
        replace.run(seq, at, subject, aspect);
        for (const period of periods) {
          const { from_at, to_at, value } = rowOf(period);
          const refers = refersTo({ aspect, value: period.value });
          insert.run(subject, aspect, from_at, to_at, value, refers ?? null, seq, at, actor, reason);
          for (const { hash } of sealedIn(period.value)) noteHash.run(hash, subject);
        }
      }
      raise(subject);
      const charging = changed.map(({ aspect }) => aspect).filter((aspect) => CHARGED_BY.has(aspect));
      if (charging.length > 0) reviewAll(subject, seq, charging.join(', '));
      return undefined;
    },
  };
}

const POINT = 'meterPoint:';
/** Aspects that a bill is a function of, and who is to pay it. */
const CHARGED_BY: ReadonlySet<AspectName> = new Set([
  'class',
  'capacity',
  'demand',
  'metering',
  'ratio',
  'tariff',
  'largeFamily',
  'contract',
  'parties',
  'terms',
]);

const rowOf = ({ from, to, value }: Period<AspectValues[keyof AspectValues]>): BelievedRow => ({
  from_at: from,
  to_at: to ?? null,
  value: canonicalJson(value),
});
const rowsText = (rows: readonly BelievedRow[]): string => JSON.stringify(rows.map((row) => [row.from_at, row.to_at, row.value]));

/** Callers refuse these with a sentence; that none comes this far is asserted. */
function assertSound(subject: ArchiveSubject, { aspect, periods }: AspectTimeline): void {
  const { of, gaps } = ASPECTS[aspect];
  const disorder = periods.some(({ from, to }, index) => {
    const next = periods[index + 1]?.from;
    return (to !== undefined && to <= from) || (next !== undefined && (to === undefined || to > next || (!gaps && to < next)));
  });
  if (disorder || !subject.startsWith(`${of}:`))
    throw new AppError('invariant-violated', 'dated facts overlap, leave a gap or are of another kind of subject', { subject, aspect });
}

/** Names, addresses and sealed texts stay out of the chain: of a person it says only that something was said, and when it holds. */
const recordOf = ({ aspect, periods }: AspectTimeline) => ({
  aspect,
  periods: periods.map(({ from, to, value }) => ({ from, to: to ?? null, value: withoutPersons(aspect, value) })),
});
