/**
 * The SQLite store. What the composition and the command line may use; everything else in this folder is inner.
 *
 * ```text
 * core ── commit ──► writer-client ══ one buffer ══► writer-thread ── savepoints, one sync a group ──► ledger.db
 *   └──── read ────► point reads on a connection of the calling thread; lists ══► reader-thread
 * ```
 */
export { openSqliteStore, type SqliteStore, type SqliteStoreOptions } from './open.ts';
export { type CheckError, type CheckReport, checkDataFolder, type Violation } from './check.ts';
export { exportHledger } from './export-hledger.ts';
