/** A marketing system's file as rows: bytes to text, text to cells, cells to values, and a sentence for each that is none. */
import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { masked } from '../core/archive/mask.ts';
import type { ArchiveRow, NumberedRow, RowError, RowField } from '../core/model/archive-row.ts';
import { AppError } from '../kernel/app-error.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import type { CellContext } from './cells.ts';
import { COLUMNS, type Column, type ColumnNames, fieldFinder, plainOf } from './columns.ts';
import { decodeText, type Encoding } from './decode-text.ts';

export interface ArchiveFileOptions extends CellContext {
  readonly encoding: Encoding;
  readonly columns: ColumnNames;
  /** Gives others a turn; called now and then, since a file may be long and lines have their time. */
  readonly pause: () => Promise<void>;
}

export interface ArchiveFile {
  /** Rows without a mistake. */
  readonly rows: readonly NumberedRow[];
  readonly errors: readonly RowError[];
  /** How many rows the file has below its head. */
  readonly count: number;
  /** Columns that nobody knows: they are left alone. */
  readonly ignored: readonly string[];
}

const PIECE = 64 * 1024;
const ROWS_BETWEEN_PAUSES = 200;

interface HeadColumn {
  readonly head: string;
  readonly field: RowField | undefined;
}
interface ParsedRecord {
  readonly record: readonly string[];
  /** `lines` is where the record ends. */
  readonly info: { readonly lines: number };
}

/** @returns rows and mistakes; an error is one sentence about the file as a whole */
export async function readArchiveFile(bytes: Uint8Array, options: ArchiveFileOptions): Promise<Result<ArchiveFile, string>> {
  const text = decodeText(bytes, options.encoding);
  if (!text.ok) return text;
  const find = fieldFinder(options.columns);
  const rows: NumberedRow[] = [];
  const errors: RowError[] = [];
  let columns: readonly HeadColumn[] | undefined;
  let count = 0;
  try {
    for await (const { record, info } of recordsOf(text.value)) {
      if (columns === undefined) {
        columns = record.map((head) => ({ head: plainOf(head), field: find(head) }));
        const wrong = wrongHead(columns);
        if (wrong !== undefined) return err(wrong);
        continue;
      }
      count += 1;
      const line = info.lines - lineBreaksIn(record);
      const read = readRow(record, columns, line, options);
      if (read.ok) rows.push({ line, row: read.value });
      else errors.push(...read.error);
      if (count % ROWS_BETWEEN_PAUSES === 0) await options.pause();
    }
  } catch (error) {
    if (error instanceof CsvError) return err(`${error.message}; write a quote inside a quoted cell twice`);
    throw error;
  }
  if (columns === undefined) return err('the file is empty: the first line must name the columns');
  return ok({ rows, errors, count, ignored: columns.filter(({ field }) => field === undefined).map(({ head }) => head) });
}

function recordsOf(text: string): AsyncIterable<ParsedRecord> {
  const parser = parse({ relax_column_count: true, skip_empty_lines: true, skip_records_with_empty_values: true, info: true });
  return Readable.from(piecesOf(text)).pipe(parser);
}

function* piecesOf(text: string): Iterable<string> {
  for (let from = 0; from < text.length; from += PIECE) yield text.slice(from, from + PIECE);
}

const lineBreaksIn = (record: readonly string[]): number => record.reduce((sum, cell) => sum + (cell.match(/\r\n|\r|\n/g)?.length ?? 0), 0);

function wrongHead(columns: readonly HeadColumn[]): string | undefined {
  const known = columns.flatMap(({ field }) => field ?? []);
  if (!known.includes('meterPointId'))
    return `no column names the meter point: call one ${COLUMNS.meterPointId.names.join(' or ')}, or name yours under archive.columns of the configuration`;
  const twice = known.find((field, index) => known.indexOf(field) !== index);
  return twice === undefined ? undefined : `two columns are ${COLUMNS[twice].names[0]}: keep one`;
}

function readRow(
  record: readonly string[],
  columns: readonly HeadColumn[],
  line: number,
  context: CellContext,
): Result<ArchiveRow, readonly RowError[]> {
  const row: Partial<Record<RowField, unknown>> = {};
  const errors: RowError[] = [];
  if (record.length > columns.length)
    errors.push({
      line,
      column: '',
      value: `${record.length} cells`,
      expected: `${columns.length}, as many as columns`,
      todo: 'Put cells with a comma in quotes',
    });
  for (const [index, { head, field }] of columns.entries()) {
    const text = plainOf(record[index] ?? '');
    if (field === undefined || text === '') continue;
    // Each column reads the values of its own field; the type system cannot follow a lookup by the field.
    const { read, expected, personal } = COLUMNS[field] as Column;
    const value = read(text, context);
    if (value !== undefined) row[field] = value;
    else
      errors.push({
        line,
        column: head,
        value: personal === true ? masked(text) : text.slice(0, 40),
        expected,
        todo: 'Correct the cell, or leave it blank where it is not known',
      });
  }
  errors.push(...dependencies(row, line));
  if (errors.length > 0) return err(errors);
  return ok(asRow(row));
}

/** Says what a row tells of something that it does not name. */
function dependencies(row: Partial<Record<RowField, unknown>>, line: number): readonly RowError[] {
  return NAMED_BY.filter(
    ({ by, fields }) => row[by] === undefined && (fields.length === 0 || fields.some((field) => row[field] !== undefined)),
  ).map(({ by, what }) => ({
    line,
    column: COLUMNS[by].names[0] ?? by,
    value: '',
    expected: COLUMNS[by].expected,
    todo: `Name ${what}`,
  }));
}

const NAMED_BY: readonly { readonly by: RowField; readonly what: string; readonly fields: readonly RowField[] }[] = [
  { by: 'meterPointId', what: 'the meter point that the row is about', fields: [] },
  {
    by: 'customerId',
    what: 'the customer whose name, documents or contacts these are',
    fields: ['name', 'document', 'property', 'mobile', 'phone', 'email'],
  },
  {
    by: 'contractId',
    what: 'the contract that these terms are of',
    fields: [
      'settlementMethod',
      'settlementTime',
      'readingDay',
      'breachLiability',
      'temporary',
      'agreementNumber',
      'guaranteeForm',
      'customerId',
    ],
  },
  // Without it they would move the reading day that the district has.
  { by: 'readingDay', what: 'the reading day of the period that these instalments lie in', fields: ['instalmentDays'] },
  { by: 'agreementNumber', what: 'the agreement that was signed', fields: ['agreementSignedOn'] },
  { by: 'guaranteeForm', what: 'the form of the guarantee', fields: ['guaranteeAmount', 'guaranteeHolder', 'guaranteeUntil'] },
];

function asRow(row: Partial<Record<RowField, unknown>>): ArchiveRow {
  if (row.meterPointId === undefined) throw new AppError('invariant-violated', 'a row without a meter point came past its check');
  return row as Partial<ArchiveRow> as ArchiveRow;
}
