import Database from 'better-sqlite3';
import type { LedgerAccount } from '../../../core/model/journal.ts';
import { AppError } from '../../../kernel/app-error.ts';
import type { Money } from '../../../kernel/units.ts';
import { hasCode } from '../data-folder.ts';
import type { WriterBatch } from '../encoding/batch-encoding.ts';
import type { Failed, GroupOutcome } from '../encoding/outcome-encoding.ts';
import { KEY_USED, type Refusal, type WriterContext } from './applier.ts';
import { createApply } from './appliers.ts';
import type { BookAccount } from './book.ts';
import { createFindDuplicate } from './duplicates.ts';

/** Applies batches within the running transaction, each together or not at all. */
export interface BatchApplier {
  /**
   * All batches in one go, without a way back to each: the usual case, in which nothing is refused.
   *
   * @returns undefined where one is refused: rows of the group lie in the transaction, which must be rolled back
   */
  together(batches: readonly WriterBatch[]): readonly GroupOutcome[] | undefined;
  /** One batch behind a savepoint: where it is refused nothing of it stays, and the others go on. */
  alone(batch: WriterBatch): GroupOutcome;
}

export function createBatchApplier(context: WriterContext): BatchApplier {
  const { database, book, seal, versions, entries, postings, charges, posted } = context;
  const apply = createApply(context);
  const findDuplicate = createFindDuplicate(database);
  const savepoint = database.prepare('savepoint batch');
  const release = database.prepare('release batch');
  const back = database.prepare('rollback to batch');

  const applyFacts = ({ facts, expect = [] }: WriterBatch): GroupOutcome | Refusal => {
    posted.customers.clear();
    posted.balanceAfter.clear();
    const moved = versions.findMoved(expect);
    if (moved !== undefined) return { status: 'conflict', subject: moved.subject };
    for (const fact of facts) {
      const refusal = apply(fact);
      if (refusal !== undefined) return refusal;
    }
    return { status: 'committed', balances: balancesOf(posted.customers) };
  };
  /** Entries wait until here: that a key was used before shows when their rows go in. */
  const flushEntries = (): Refusal | undefined => {
    try {
      entries.flush();
      return undefined;
    } catch (error) {
      if (hasCode(error, 'SQLITE_CONSTRAINT_UNIQUE')) return KEY_USED;
      throw error;
    }
  };
  /** Notes how everything in memory stands; the answer brings it back there. */
  const mark = (): (() => void) => {
    const waiting = { entries: entries.length, postings: postings.length, charges: charges.length };
    book.mark();
    seal.mark();
    return () => {
      book.undo();
      seal.undo();
      entries.cutTo(waiting.entries);
      postings.cutTo(waiting.postings);
      charges.cutTo(waiting.charges);
    };
  };

  return {
    together(batches) {
      const undo = mark();
      const outcomes: GroupOutcome[] = [];
      const refused = tried(() => {
        for (const batch of batches) {
          const outcome = applyFacts(batch);
          if (outcome.status !== 'committed') return outcome;
          outcomes.push(outcome);
        }
        return flushEntries();
      });
      if (refused === undefined) return outcomes;
      undo();
      return undefined;
    },
    alone(batch) {
      const undo = mark();
      savepoint.run();
      const applied = tried(() => applyFacts(batch));
      const outcome = applied.status === 'committed' ? (tried(flushEntries) ?? applied) : applied;
      if (outcome.status !== 'committed') {
        back.run();
        undo();
      }
      release.run();
      return outcome.status === 'key-used' ? tried(() => ({ status: 'duplicate', key: findDuplicate(batch) })) : outcome;
    },
  };
}

/** @throws what SQLite says about anything but the rows of one batch: that concerns the whole group */
function tried<T>(work: () => T): T | Failed {
  try {
    return work();
  } catch (error) {
    if (error instanceof Database.SqliteError && !hasCode(error, 'SQLITE_CONSTRAINT')) throw error;
    return failureOf(error);
  }
}

function balancesOf(accounts: ReadonlySet<BookAccount>): ReadonlyMap<LedgerAccount, Money> {
  const balances = new Map<LedgerAccount, Money>();
  for (const { name, balance } of accounts) balances.set(name, balance);
  return balances;
}

function failureOf(error: unknown): Failed {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof AppError) return { status: 'failed', code: error.code, message };
  return { status: 'failed', code: error instanceof Database.SqliteError ? 'invariant-violated' : 'internal', message };
}
