/** What rows of a file say, sorted by whom they say it of: each aspect once, however many rows repeat it. */
import { canonicalJson } from '../../kernel/canonical-json.ts';
import type { Instant } from '../../kernel/clock.ts';
import { type ArchiveSubject, ASPECTS, type AspectName, subjectOf } from '../model/archive.ts';
import type { ArchiveRow, NumberedRow, RowError, RowField } from '../model/archive-row.ts';

/** Aspects that a marketing system's file speaks of; the others are entered by people and by the configuration. */
export type ImportedAspect = Exclude<AspectName, 'districtCycle' | 'rates' | 'planFile'>;

/** Fields of one aspect of one subject from one instant on. */
export interface Statement {
  readonly subject: ArchiveSubject;
  readonly aspect: ImportedAspect;
  /** Undefined where no row says since when. */
  readonly from: Instant | undefined;
  readonly fields: Partial<ArchiveRow>;
  /** Lines of the rows that say it, in order. */
  readonly lines: readonly number[];
}

export interface Stated {
  /** In the order of subjects, aspects and time, whatever the order of the rows. */
  readonly statements: readonly Statement[];
  readonly errors: readonly RowError[];
}

interface Says {
  readonly aspect: ImportedAspect;
  /** Names the subject. */
  readonly id: RowField;
  /** The aspect is spoken of where one of these is there. */
  readonly fields: readonly RowField[];
}

const SAYS: readonly Says[] = [
  { aspect: 'identity', id: 'customerId', fields: ['name', 'address', 'document', 'property'] },
  { aspect: 'contacts', id: 'customerId', fields: ['mobile', 'phone', 'email'] },
  { aspect: 'parties', id: 'contractId', fields: ['customerId', 'accountId'] },
  { aspect: 'terms', id: 'contractId', fields: ['settlementMethod', 'settlementTime', 'breachLiability', 'temporary'] },
  { aspect: 'cycle', id: 'contractId', fields: ['readingDay', 'instalmentDays'] },
  { aspect: 'feeControl', id: 'contractId', fields: ['agreementNumber', 'agreementSignedOn'] },
  { aspect: 'guarantee', id: 'contractId', fields: ['guaranteeForm', 'guaranteeAmount', 'guaranteeHolder', 'guaranteeUntil'] },
  { aspect: 'contract', id: 'meterPointId', fields: ['contractId'] },
  { aspect: 'class', id: 'meterPointId', fields: ['customerClass'] },
  { aspect: 'capacity', id: 'meterPointId', fields: ['voltAmperes'] },
  { aspect: 'demand', id: 'meterPointId', fields: ['contractedWatts'] },
  { aspect: 'metering', id: 'meterPointId', fields: ['meteringSide'] },
  { aspect: 'ratio', id: 'meterPointId', fields: ['currentRatio', 'voltageRatio'] },
  { aspect: 'meter', id: 'meterPointId', fields: ['meterNumber'] },
  { aspect: 'tariff', id: 'meterPointId', fields: ['tariff'] },
  { aspect: 'place', id: 'meterPointId', fields: ['district', 'feeder'] },
  { aspect: 'largeFamily', id: 'meterPointId', fields: ['persons'] },
  { aspect: 'protection', id: 'meterPointId', fields: ['protection'] },
  { aspect: 'importance', id: 'meterPointId', fields: ['importance'] },
  { aspect: 'feeder', id: 'feeder', fields: ['feeder', 'district'] },
  { aspect: 'district', id: 'district', fields: ['district'] },
];

/** What is true of a feeder or a district does not begin with a contract's row. */
const TIMELESS: ReadonlySet<AspectName> = new Set(['feeder', 'district']);

interface Said {
  readonly line: number;
  readonly field: RowField;
  readonly value: unknown;
}

/**
 * Rows that repeat each other say it once. Rows that contradict each other are mistakes, all of them: which one is right is for the
 * office that wrote them.
 */
export function statementsOf(rows: readonly NumberedRow[]): Stated {
  const groups = groupsOf(rows);
  const errors = [...[...groups.values()].flatMap(contradictions), ...sharedMeters(rows)];
  const wrong = new Set(errors.map(({ line }) => line));
  if (wrong.size === 0) return { statements: inOrder(groups), errors };
  return { statements: inOrder(groupsOf(rows.filter(({ line }) => !wrong.has(line)))), errors: byLine(errors) };
}

export const byLine = (errors: readonly RowError[]): readonly RowError[] => [...errors].sort((one, other) => one.line - other.line);

interface Group extends Omit<Statement, 'fields' | 'lines'> {
  readonly said: Said[];
}

function groupsOf(rows: readonly NumberedRow[]): Map<string, Group> {
  const groups = new Map<string, Group>();
  for (const { line, row } of rows) {
    for (const { aspect, id, fields } of SAYS) {
      const name = row[id];
      const spoken = fields.filter((field) => row[field] !== undefined);
      if (name === undefined || spoken.length === 0) continue;
      const subject = subjectOf(ASPECTS[aspect].of, String(name));
      const from = TIMELESS.has(aspect) ? undefined : row.effectiveFrom;
      const key = JSON.stringify([subject, aspect, from ?? null]);
      const group = groups.get(key) ?? { subject, aspect, from, said: [] };
      groups.set(key, group);
      for (const field of spoken) group.said.push({ line, field, value: row[field] });
    }
  }
  nameUnspoken(rows, groups);
  return groups;
}

/** A contract or a customer that rows only name is there all the same, with nothing known of it: no reference leads nowhere. */
function nameUnspoken(rows: readonly NumberedRow[], groups: Map<string, Group>): void {
  const spoken = new Set([...groups.values()].map(({ subject }) => subject));
  for (const { row } of rows) {
    for (const { aspect, id } of NAMED) {
      const name = row[id];
      if (name === undefined) continue;
      const subject = subjectOf(ASPECTS[aspect].of, name);
      if (!spoken.has(subject)) groups.set(JSON.stringify([subject]), { subject, aspect, from: undefined, said: [] });
    }
  }
}

const NAMED = [
  { aspect: 'terms', id: 'contractId' },
  { aspect: 'identity', id: 'customerId' },
] as const;

function contradictions({ subject, said }: Group): readonly RowError[] {
  const byField = Map.groupBy(said, ({ field }) => field);
  return [...byField].flatMap(([field, all]) => {
    if (new Set(all.map(({ value }) => canonicalJson(value))).size < 2) return [];
    const lines = [...new Set(all.map(({ line }) => line))].sort((one, other) => one - other);
    return lines.map((line) => ({
      line,
      column: field,
      value: '',
      expected: `the same for ${subject} in lines ${lines.slice(0, 10).join(', ')}`,
      todo: 'Keep the right row, or give each its effective date',
    }));
  });
}

/** A meter hangs at one place at a time. */
function sharedMeters(rows: readonly NumberedRow[]): readonly RowError[] {
  const byMeter = Map.groupBy(
    rows.filter(({ row }) => row.meterNumber !== undefined),
    ({ row }) => `${row.meterNumber} ${row.effectiveFrom ?? ''}`,
  );
  return [...byMeter.values()].flatMap((all) => {
    if (new Set(all.map(({ row }) => row.meterPointId)).size < 2) return [];
    const lines = all.map(({ line }) => line).sort((one, other) => one - other);
    return all.map(({ line, row }) => ({
      line,
      column: 'meterNumber',
      value: row.meterNumber ?? '',
      expected: `a meter at one meter point; lines ${lines.slice(0, 10).join(', ')} share it`,
      todo: 'Look at the nameplates and correct the number',
    }));
  });
}

function inOrder(groups: ReadonlyMap<string, Group>): readonly Statement[] {
  const statements = [...groups.values()].map(({ subject, aspect, from, said }) => ({
    subject,
    aspect,
    from,
    fields: Object.fromEntries(said.map(({ field, value }) => [field, value])) as Partial<ArchiveRow>,
    lines: [...new Set(said.map(({ line }) => line))].sort((one, other) => one - other),
  }));
  return statements.sort(
    (one, other) => compare(one.subject, other.subject) || compare(one.aspect, other.aspect) || (one.from ?? -1) - (other.from ?? -1),
  );
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
