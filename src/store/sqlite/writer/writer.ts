/**
 * The one that writes: applies groups of batches to its connection, each batch together or not at all, and all of a group in one
 * synced commit. It is synchronous and owns no thread, so the same code serves a worker, a test and a store in memory.
 *
 * ```text
 * begin ─ batch: savepoint, expectations, facts, release ─ batch … ─ postings, balances, records, link ─ commit (sync)
 *            └ refused: back to the savepoint, the others go on
 * ```
 */
import Database from 'better-sqlite3';
import { AppError } from '../../../kernel/app-error.ts';
import type { Instant } from '../../../kernel/clock.ts';
import type { LedgerAccount } from '../../../core/model/journal.ts';
import type { Batch } from '../../../core/ports/store.ts';
import { hasCode } from '../data-folder.ts';
import type { Failed, GroupOutcome, GroupResult } from '../encoding/outcome-encoding.ts';
import type { Telemetry, TelemetryFact } from '../telemetry.ts';
import type { Posted, WriterContext } from './applier.ts';
import { createApply } from './appliers.ts';
import { type Book, createBook } from './book.ts';
import { createBulkInsert } from './bulk-insert.ts';
import { createFindDuplicate } from './duplicates.ts';
import { createNeedsRoom } from './needs-room.ts';
import { createSeal } from './seal.ts';
import type { Space } from './space.ts';
import { createVersions } from './versions.ts';

export interface Writer {
  /**
   * Stores what can be stored; when it returns, that is on the disk. Throws where the disk or the database fails: then nothing of
   * the group is stored and the writer must not be used again.
   *
   * @param at wall time at which the group was handed over
   */
  commitGroup(batches: readonly Batch[], at: Instant): GroupResult;
}

export interface WriterParts {
  readonly database: Database.Database;
  readonly telemetry: Telemetry;
  readonly space: Space;
}

const NO_SPACE: GroupOutcome = { status: 'refused', code: 'no-space' };

export function createWriter({ database, telemetry, space }: WriterParts): Writer {
  let groupAt = 0 as Instant;
  const book = createBook(database);
  const seal = createSeal(database);
  const versions = createVersions(database, book);
  const postings = createBulkInsert(database, 'postings', ['entry_seq', 'line', 'account_id', 'amount', 'balance_after', 'previous_entry']);
  const posted: Posted = { customers: new Set(), balanceAfter: new Map() };
  const context: WriterContext = { database, book, seal, versions, postings, posted, now: () => groupAt };
  const applyBatch = createApplyBatch(context);
  const needsRoom = createNeedsRoom(database);
  const begin = database.prepare('begin immediate');
  const commit = database.prepare('commit');
  const load = () => {
    book.load();
    seal.load();
    postings.cutTo(0);
  };
  load();

  const writeGroup = (batches: readonly Batch[]): readonly GroupOutcome[] => {
    if (!space.isTight) writeTelemetry(telemetry, batches);
    begin.run();
    const outcomes = batches.map((batch) => (space.isTight && needsRoom(batch) ? NO_SPACE : applyBatch(batch)));
    postings.flush();
    book.flush();
    seal.flush(groupAt);
    commit.run();
    return outcomes;
  };
  /** Undoes a group that failed as a whole; rethrows what is no lack of room. */
  const giveUp = (error: unknown): void => {
    if (database.inTransaction) database.exec('rollback');
    if (!hasCode(error, 'SQLITE_FULL')) throw error;
    load();
    space.runOut();
  };
  const tryGroup = (batches: readonly Batch[]): readonly GroupOutcome[] | undefined => {
    try {
      return writeGroup(batches);
    } catch (error) {
      giveUp(error);
      return undefined;
    }
  };
  return {
    commitGroup(batches, at) {
      groupAt = at;
      space.lookAgain();
      // The second try runs on the reserve.
      const outcomes = tryGroup(batches) ?? tryGroup(batches) ?? batches.map(() => NO_SPACE);
      return { outcomes, lastSeq: seal.nextSeq - 1 };
    },
  };
}

function writeTelemetry(telemetry: Telemetry, batches: readonly Batch[]): void {
  const facts: TelemetryFact[] = [];
  for (const batch of batches) {
    for (const fact of batch.facts) if (fact.kind === 'telemetry') facts.push(fact);
  }
  if (facts.length > 0) telemetry.write(facts);
}

/** One batch within the running group: together or not at all. */
function createApplyBatch(context: WriterContext): (batch: Batch) => GroupOutcome {
  const { database, book, seal, versions, postings, posted } = context;
  const apply = createApply(context);
  const findDuplicate = createFindDuplicate(database);
  const savepoint = database.prepare('savepoint batch');
  const release = database.prepare('release batch');
  const back = database.prepare('rollback to batch');

  const applyFacts = ({ facts, expect = [] }: Batch): GroupOutcome | 'key-used' => {
    const moved = versions.findMoved(expect);
    if (moved !== undefined) return { status: 'conflict', subject: moved.subject };
    for (const fact of facts) {
      const refusal = apply(fact);
      if (refusal !== undefined) return refusal.status === 'key-used' ? 'key-used' : refusal;
    }
    return { status: 'committed', balances: balancesOf(book, posted.customers) };
  };

  return (batch) => {
    const postingsBefore = postings.length;
    book.mark();
    seal.mark();
    posted.customers.clear();
    posted.balanceAfter.clear();
    // One fact alone needs no savepoint: its first statement refuses it.
    const isGuarded = batch.facts.length > 1;
    if (isGuarded) savepoint.run();
    const undo = () => {
      if (isGuarded) back.run();
      book.undo();
      seal.undo();
      postings.cutTo(postingsBefore);
    };
    let outcome: GroupOutcome | 'key-used';
    try {
      outcome = applyFacts(batch);
      if (outcome === 'key-used' || outcome.status !== 'committed') undo();
      if (outcome === 'key-used') outcome = { status: 'duplicate', key: findDuplicate(batch) };
    } catch (error) {
      if (isDiskTrouble(error)) throw error;
      undo();
      outcome = failureOf(error);
    }
    if (isGuarded) release.run();
    return outcome;
  };
}

function balancesOf(book: Book, customers: ReadonlySet<LedgerAccount>): ReadonlyMap<LedgerAccount, NonNullable<ReturnType<Book['of']>>['balance']> {
  const balances = new Map<LedgerAccount, NonNullable<ReturnType<Book['of']>>['balance']>();
  for (const name of customers) {
    const account = book.of(name);
    if (account !== undefined) balances.set(name, account.balance);
  }
  return balances;
}

/** What SQLite says about anything but the rows of this batch concerns the whole group. */
function isDiskTrouble(error: unknown): boolean {
  return error instanceof Database.SqliteError && !hasCode(error, 'SQLITE_CONSTRAINT');
}

function failureOf(error: unknown): Failed {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof AppError) return { status: 'failed', code: error.code, message };
  return { status: 'failed', code: error instanceof Database.SqliteError ? 'invariant-violated' : 'internal', message };
}
