import type Database from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { type Migration, type MigrationResult, Migrator } from 'kysely/migration';
import { OperatorError } from '../../kernel/app-error.ts';
import { MIGRATIONS } from './migrations/all.ts';

/**
 * Brings a database to this version's schema.
 *
 * @errors data-too-new where it holds a migration that this version doesn't know; data-unreadable where a migration fails
 */
export async function migrate(database: Database.Database, migrations: Readonly<Record<string, Migration>> = MIGRATIONS): Promise<void> {
  refuseNewer(database, migrations);
  // Not destroyed: that would close a connection that goes on to serve.
  const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database }) });
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...migrations }) } });
  const { error, results } = await migrator.migrateToLatest();
  if (error !== undefined) throw failure(error, results);
}

function failure(cause: unknown, results: readonly MigrationResult[] | undefined): OperatorError {
  const failed = results?.find(({ status }) => status === 'Error')?.migrationName;
  return new OperatorError(
    'data-unreadable',
    `The database could not be brought to this version's schema; restore a backup or free space.`,
    { failed },
    cause,
  );
}

function refuseNewer(database: Database.Database, migrations: Readonly<Record<string, Migration>>): void {
  const unknown = appliedMigrations(database).find((name) => migrations[name] === undefined);
  if (unknown === undefined) return;
  throw new OperatorError('data-too-new', `The database was written by a newer version (${unknown}); start that version or a newer one.`, {
    unknown,
  });
}

/** Names of what has been applied; none for a new database. */
export function appliedMigrations(database: Database.Database): readonly string[] {
  const exists = database.prepare(`select 1 from sqlite_schema where type = 'table' and name = 'kysely_migration'`).get() !== undefined;
  return exists ? database.prepare<[], string>('select name from kysely_migration order by name').pluck().all() : [];
}
