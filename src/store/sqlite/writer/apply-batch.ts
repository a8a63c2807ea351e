import Database from 'better-sqlite3';
import type { LedgerAccount } from '../../../core/model/journal.ts';
import type { Batch } from '../../../core/ports/store.ts';
import { AppError } from '../../../kernel/app-error.ts';
import type { Money } from '../../../kernel/units.ts';
import { hasCode } from '../data-folder.ts';
import type { Failed, GroupOutcome } from '../encoding/outcome-encoding.ts';
import type { WriterContext } from './applier.ts';
import { createApply } from './appliers.ts';
import type { Book } from './book.ts';
import { createFindDuplicate } from './duplicates.ts';

/** One batch within the running group: together or not at all. */
export function createApplyBatch(context: WriterContext): (batch: Batch) => GroupOutcome {
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

function balancesOf(book: Book, customers: ReadonlySet<LedgerAccount>): ReadonlyMap<LedgerAccount, Money> {
  const balances = new Map<LedgerAccount, Money>();
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
