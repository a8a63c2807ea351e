import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { OperatorError } from '../../kernel/app-error.ts';
import { dataFolder, refusingUnreadable } from './data-folder.ts';
import { appliedMigrations } from './migrate.ts';
import { MIGRATIONS } from './migrations/all.ts';

/**
 * Looks at a data folder without its lock, beside a running gateway or without one: all of `read` sees one snapshot.
 * Integers come as bigint.
 *
 * @errors data-unreadable, data-too-new
 */
export function readFolder<T>(dir: string, read: (database: Database.Database) => T): T {
  const { ledger } = dataFolder(dir);
  if (!existsSync(ledger))
    throw new OperatorError('data-unreadable', `${dir} holds no ledger.db; name the data folder of a gateway with --data.`);
  return refusingUnreadable(dir, () => {
    const database = new Database(ledger, { readonly: true, fileMustExist: true });
    try {
      refuseOther(dir, database);
      database.defaultSafeIntegers(true);
      return database.transaction(() => read(database))();
    } finally {
      database.close();
    }
  });
}

function refuseOther(dir: string, database: Database.Database): void {
  const applied = appliedMigrations(database);
  const newer = applied.find((name) => MIGRATIONS[name] === undefined);
  if (newer !== undefined)
    throw new OperatorError('data-too-new', `${dir} was written by a newer version (${newer}); use that version or a newer one.`);
  if (applied.length < Object.keys(MIGRATIONS).length)
    throw new OperatorError('data-unreadable', `${dir} holds no database of this version; start the gateway on it once.`);
}
