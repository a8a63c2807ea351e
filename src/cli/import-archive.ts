import { readFileSync } from 'node:fs';
import type { Encoding } from '../archivefiles/decode-text.ts';
import { readArchiveFile } from '../archivefiles/read-archive-file.ts';
import { PROTOCOLS } from '../compose/protocols.ts';
import { loadConfig } from '../config/load.ts';
import { BEGINNING } from '../core/model/archive.ts';
import type { RowError } from '../core/model/archive-row.ts';
import { createArchiveImport, type ImportChange, type ImportReport } from '../core/services/archive-import.ts';
import { OperatorError } from '../kernel/app-error.ts';
import { formatInstant, sleep, systemClock } from '../kernel/clock.ts';
import { ERROR_CODES } from '../kernel/error-codes.ts';
import { type Actor, asId } from '../kernel/ids.ts';
import { parseZone, type Zone } from '../kernel/local-time.ts';
import { createSealer } from '../sealers/aes-sealer.ts';
import { openSqliteStore } from '../store/sqlite/index.ts';
import { createLogger } from './logger.ts';
import { printJson, printLine, printNote } from './output.ts';
import { endNow } from './process-end.ts';

export interface ImportOptions {
  readonly file: string;
  readonly data: string;
  readonly config?: string;
  readonly encoding: Encoding;
  readonly by: string;
  readonly dryRun: boolean;
  readonly skipBadRows: boolean;
  readonly json?: boolean;
}

const EXIT = { fine: 0, badRows: 1 } as const;
const pause = () => sleep(systemClock, 0);

/** Imports a file into a data folder whose gateway does not run; answers the exit code: 1 where rows are wrong. */
export async function importArchive(options: ImportOptions, environment: Readonly<Record<string, string | undefined>>): Promise<number> {
  const { zone, columns } = siteOf(options.config);
  const file = await readArchiveFile(bytesOf(options.file), { zone, columns, encoding: options.encoding, pause });
  if (!file.ok) throw new OperatorError('bad-file', `${options.file}: ${file.error}`);
  const sealer = createSealer(environment.FEIKONG_SEAL_KEY);
  const logger = createLogger('error');
  const store = await openSqliteStore({ dataDir: options.data, clock: systemClock, logger, onFatal: (error) => endNow(logger, error) });
  try {
    const outcome = await createArchiveImport({ store, sealer, clock: systemClock, pause }).run({
      ...file.value,
      zone,
      actor: asId<Actor>(options.by),
      reason: 'import of a file',
      dryRun: options.dryRun,
      skipBadRows: options.skipBadRows,
    });
    if (!outcome.ok)
      throw new OperatorError(outcome.error.code, `${ERROR_CODES[outcome.error.code].meaning}. ${ERROR_CODES[outcome.error.code].remedy}`);
    print(options, file.value, outcome.value);
    return outcome.value.errors.length > 0 ? EXIT.badRows : EXIT.fine;
  } finally {
    await store.close();
  }
}

function siteOf(config: string | undefined): { readonly zone: Zone; readonly columns: Readonly<Record<string, readonly string[]>> } {
  if (config !== undefined) {
    const { zone, archiveColumns } = loadConfig(config, PROTOCOLS);
    return { zone, columns: archiveColumns };
  }
  const zone = parseZone('Asia/Shanghai');
  if (zone === undefined) throw new OperatorError('runtime-unfit', 'this Node does not know the zone Asia/Shanghai');
  return { zone, columns: {} };
}

function bytesOf(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new OperatorError('bad-file', `${file} cannot be read; name a file that this user may read`, { file }, error);
  }
}

interface FileFacts {
  readonly count: number;
  readonly ignored: readonly string[];
}

function print({ json, dryRun }: ImportOptions, { count, ignored }: FileFacts, report: ImportReport): void {
  const { stored, errors, changes, unchanged } = report;
  if (json === true) {
    printJson({ stored, dryRun, rows: count, ignoredColumns: ignored, unchanged, changes: changes.map(toJson), errors });
    return;
  }
  for (const change of changes) printLine(changeLine(change));
  for (const error of errors) printLine(errorLine(error));
  if (ignored.length > 0) printNote(`Columns that nobody knows were left alone: ${ignored.join(', ')}`);
  const what = stored ? 'stored' : dryRun ? 'dry run, nothing stored' : 'nothing stored: correct the rows, or use --skip-bad-rows';
  printLine(`${count} rows, ${changes.length} changes, ${unchanged} unchanged, ${errors.length} mistakes: ${what}`);
}

const toJson = ({ from, before = null, ...rest }: ImportChange) => ({
  ...rest,
  from: from === BEGINNING ? null : formatInstant(from),
  before,
});

const errorLine = ({ line, column, value, expected, todo }: RowError): string =>
  `line ${line}${column === '' ? '' : `, ${column}`}: "${value}"; expected ${expected}. ${todo}`;

function changeLine({ subject, aspect, from, before, after }: ImportChange): string {
  const since = from === BEGINNING ? 'always' : `from ${formatInstant(from)}`;
  return `${subject} ${aspect} ${since}: ${before === undefined ? 'nothing' : JSON.stringify(before)} → ${JSON.stringify(after)}`;
}
