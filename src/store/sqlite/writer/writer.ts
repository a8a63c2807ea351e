/**
 * The one that writes: applies groups of batches to its connection, each batch together or not at all, and all of a group in one
 * synced commit. It is synchronous and owns no thread, so the same code serves a worker, a test and a store in memory.
 *
 * ```text
 * begin ─ batches: expectations, facts … ─ entries ─ postings, balances, records, link ─ commit (sync)
 *            └ one is refused: rollback, begin, and each batch again behind a savepoint of its own: the others go on
 * ```
 */

import type Database from 'better-sqlite3';
import type { Instant } from '../../../kernel/clock.ts';
import { hasCode } from '../data-folder.ts';
import type { WriterBatch } from '../encoding/batch-encoding.ts';
import type { GroupOutcome, GroupResult } from '../encoding/outcome-encoding.ts';
import type { Telemetry, TelemetryFact } from '../telemetry.ts';
import type { Posted, WriterContext } from './applier.ts';
import { createBatchApplier } from './apply-batch.ts';
import { createBook } from './book.ts';
import { createBulkInsert } from './bulk-insert.ts';
import { createNeedsRoom } from './needs-room.ts';
import { createPeriodCharges } from './period-charges.ts';
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
  commitGroup(batches: readonly WriterBatch[], at: Instant): GroupResult;
}

export interface WriterParts {
  readonly database: Database.Database;
  readonly telemetry: Telemetry;
  readonly space: Space;
}

const ENTRY_COLUMNS = ['seq', 'id', 'kind', 'key', 'at', 'actor', 'meter_point_id', 'business_day', 'reverses', 'memo'];
const POSTING_COLUMNS = ['entry_seq', 'line', 'account_id', 'amount', 'balance_after', 'previous_entry'];
const NO_SPACE: GroupOutcome = { status: 'refused', code: 'no-space' };

export function createWriter({ database, telemetry, space }: WriterParts): Writer {
  let groupAt = 0 as Instant;
  const book = createBook(database);
  const seal = createSeal(database);
  const versions = createVersions(database, book);
  const entries = createBulkInsert(database, 'entries', ENTRY_COLUMNS);
  const postings = createBulkInsert(database, 'postings', POSTING_COLUMNS);
  const charges = createPeriodCharges(database);
  const posted: Posted = { customers: new Set(), balanceAfter: new Map() };
  const context: WriterContext = { database, book, seal, versions, entries, postings, charges, posted, now: () => groupAt };
  const apply = createBatchApplier(context);
  const needsRoom = createNeedsRoom(database);
  const begin = database.prepare('begin immediate');
  const commit = database.prepare('commit');
  const rollback = database.prepare('rollback');
  const load = () => {
    book.load();
    seal.load();
    entries.cutTo(0);
    postings.cutTo(0);
    charges.cutTo(0);
  };
  load();

  const applyTogether = (batches: readonly WriterBatch[]): readonly GroupOutcome[] | undefined => {
    const outcomes = apply.together(batches);
    if (outcomes !== undefined) return outcomes;
    rollback.run();
    begin.run();
    return undefined;
  };
  const applyOneByOne = (batches: readonly WriterBatch[]): readonly GroupOutcome[] =>
    batches.map((batch) => (space.isTight && needsRoom(batch) ? NO_SPACE : apply.alone(batch)));

  const writeGroup = (batches: readonly WriterBatch[]): readonly GroupOutcome[] => {
    if (!space.isTight) writeTelemetry(telemetry, batches);
    begin.run();
    const outcomes = (space.isTight ? undefined : applyTogether(batches)) ?? applyOneByOne(batches);
    if (!outcomes.some(({ status }) => status === 'committed')) {
      rollback.run();
      return outcomes;
    }
    postings.flush();
    charges.cutTo(0);
    book.flush();
    seal.flush(groupAt);
    commit.run();
    return outcomes;
  };
  /** Undoes a group that failed as a whole; rethrows what is no lack of room. */
  const giveUp = (error: unknown): void => {
    if (database.inTransaction) rollback.run();
    if (!hasCode(error, 'SQLITE_FULL')) throw error;
    load();
    space.runOut();
  };
  const tryGroup = (batches: readonly WriterBatch[]): readonly GroupOutcome[] | undefined => {
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

function writeTelemetry(telemetry: Telemetry, batches: readonly WriterBatch[]): void {
  const facts: TelemetryFact[] = [];
  for (const batch of batches) {
    for (const fact of batch.facts) if (fact.kind === 'telemetry') facts.push(fact);
  }
  if (facts.length > 0) telemetry.write(facts);
}
