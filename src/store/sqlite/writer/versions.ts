import type Database from 'better-sqlite3';
import { customerAccount } from '../../../core/model/journal.ts';
import type { Expectation } from '../../../core/ports/store.ts';
import { type AccountId, asId } from '../../../kernel/ids.ts';
import type { Book } from './book.ts';

/**
 * Versions of what decisions rest on. An account's moves with each posting: it is its newest entry, and what was raised besides.
 * Neither ever falls, so their sum is another one after every change.
 */
export interface Versions {
  raise(subject: string): void;
  /** The first expectation that does not hold. */
  findMoved(expected: readonly Expectation[]): Expectation | undefined;
}

const ACCOUNT = 'account:';

export function createVersions(database: Database.Database, book: Book): Versions {
  const upsert = database.prepare(
    'insert into versions (subject, version) values (?, 1) on conflict (subject) do update set version = version + 1',
  );
  const select = database.prepare<[string], number>('select version from versions where subject = ?').pluck();
  const versionOf = (subject: string): number => {
    const raised = select.get(subject) ?? 0;
    return subject.startsWith(ACCOUNT) ? raised + (book.of(customerOf(subject))?.lastEntry ?? 0) : raised;
  };
  return {
    raise(subject) {
      upsert.run(subject);
    },
    findMoved: (expected) => expected.find(({ subject, version }) => versionOf(subject) !== version),
  };
}

const customerOf = (subject: string) => customerAccount(asId<AccountId>(subject.slice(ACCOUNT.length)));
