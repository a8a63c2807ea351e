import type { ExceptionList } from '../core/archive/exceptions.ts';
import { type ExceptionRow, exceptionRows } from '../core/services/archive-book.ts';
import { systemClock } from '../kernel/clock.ts';
import { askFolder } from '../store/sqlite/index.ts';
import { printJson, printLine } from './output.ts';

/** More than any data folder has. */
const MOST_POINTS = 10_000_000;

export interface ExceptionOptions {
  readonly list: ExceptionList;
  readonly data: string;
  readonly json?: boolean;
}

/** Prints one list of exceptions; works beside a running gateway. */
export function listExceptions({ list, data, json }: ExceptionOptions): void {
  const everyPoint = { at: systemClock.now(), limit: MOST_POINTS };
  const rows = askFolder(data, (ask) => exceptionRows(ask('supplies', everyPoint).items, list));
  if (json === true) for (const row of rows) printJson(row);
  else for (const line of tableOf(rows)) printLine(line);
}

const HEAD = ['meter point', 'contract', 'customer', 'what', 'what to do'];

function tableOf(rows: readonly ExceptionRow[]): readonly string[] {
  const cells = rows.flatMap(({ meterPointId, contractId = '-', customerId = '-', missing }) =>
    missing.map(({ what, todo }) => [meterPointId, contractId, customerId, what, todo]),
  );
  const widths = HEAD.map((_, column) => Math.max(...[HEAD, ...cells].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(HEAD), ...cells.map(line), `${rows.length} meter points`];
}
