/**
 * The SQLite store. What the composition and the command line may use; everything else in this folder is inner.
 *
 * ```text
 * core ── commit ──► writer-client ══ one buffer ══► writer-thread ── savepoints, one sync a group ──► ledger.db
 *   └──── read ────► point reads on a connection of the calling thread; lists ══► reader-thread
 * ```
 */

export { askFolder } from './ask-folder.ts';
export { checkDataFolder, type Opens } from './check.ts';
export { exportHledger } from './export-hledger.ts';
export { type MemoryStore, openMemoryStore, openSqliteStore, type SqliteStore } from './open.ts';
