/**
 * The data folder: `ledger.db` with every fact that a charge, a decision or a command rests on, `telemetry-YYYY-MM.db` beside it,
 * `lock.db` held by the process that works here, and `reserve`, space kept for a full disk.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { OperatorError } from '../../kernel/app-error.ts';

export interface DataFolder {
  readonly dir: string;
  readonly ledger: string;
  readonly lock: string;
  readonly reserve: string;
  /** @param month `YYYY-MM` */
  telemetry(month: string): string;
}

/** Accounts and their money are nobody else's business on this machine. */
const ONLY_ITS_OWNER = 0o700;

export function dataFolder(dir: string): DataFolder {
  return {
    dir,
    ledger: path.join(dir, 'ledger.db'),
    lock: path.join(dir, 'lock.db'),
    reserve: path.join(dir, 'reserve'),
    telemetry: (month) => path.join(dir, `telemetry-${month}.db`),
  };
}

/**
 * Makes the folder where it is missing and takes it for this process, until `release`; a process that dies gives it back.
 *
 * @errors data-in-use, data-unreadable
 */
export function takeFolder(folder: DataFolder): { release(): void } {
  const lock = refusingUnreadable(folder.dir, () => {
    mkdirSync(folder.dir, { recursive: true, mode: ONLY_ITS_OWNER });
    return new Database(folder.lock, { timeout: 0 });
  });
  try {
    lock.exec('begin exclusive');
  } catch (error) {
    lock.close();
    if (hasCode(error, 'SQLITE_BUSY')) {
      throw new OperatorError(
        'data-in-use',
        `Another process works on ${folder.dir}; stop it, or name another folder with --data.`,
        {},
        error,
      );
    }
    throw unreadable(folder.dir, error);
  }
  return { release: () => lock.close() };
}

/** Turns what SQLite or the file system says of a folder that it can't open into one sentence for the operator. */
export function refusingUnreadable<T>(dir: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    throw isOfTheFolder(error) ? unreadable(dir, error) : error;
  }
}

/** SQLite and the file system speak of the folder; anything else is a fault of ours. */
const isOfTheFolder = (error: unknown): boolean => error instanceof Database.SqliteError || (error instanceof Error && 'errno' in error);

export function unreadable(dir: string, cause: unknown): OperatorError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new OperatorError(
    'data-unreadable',
    `${dir} can't be read as a Feikong data folder (${reason}); check the path and its permissions, or restore a backup.`,
    {},
    cause,
  );
}

/** @param code as `SQLITE_FULL`; extended codes of it, as `SQLITE_IOERR_FSYNC`, count too */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Database.SqliteError && (error.code === code || error.code.startsWith(`${code}_`));
}
