import type Database from 'better-sqlite3';
import { type Violation, yuan } from './violation.ts';

/** I1: every entry's postings sum to zero, and what is reversed is reversed once, by its mirror. That entries are immutable is the chain's to show. */
export function* checkJournal(database: Database.Database): Iterable<Violation> {
  const unbalanced = database.prepare<[], { key: string; sum: bigint | null }>(
    'select e.key, sum(p.amount) as sum from entries e left join postings p on p.entry_seq = e.seq group by e.seq having sum is null or sum <> 0',
  );
  for (const { key, sum } of unbalanced.iterate()) {
    yield {
      invariant: 'I1',
      where: `entry ${key}`,
      found: sum === null ? 'no postings' : `postings sum to ${yuan(sum)}`,
      expected: 'postings sum to 0.00',
    };
  }
  const strays = database.prepare<[], { entry_seq: bigint }>(
    'select distinct entry_seq from postings where entry_seq not in (select seq from entries)',
  );
  for (const { entry_seq } of strays.iterate()) {
    yield {
      invariant: 'I1',
      where: `position ${entry_seq}`,
      found: 'postings without an entry',
      expected: 'every posting belongs to an entry',
    };
  }
  yield* checkReversals(database);
}

function* checkReversals(database: Database.Database): Iterable<Violation> {
  const again = database.prepare<[], { reverses: string; times: bigint }>(
    'select reverses, count(*) as times from entries not indexed where reverses is not null group by reverses having times > 1',
  );
  for (const { reverses, times } of again.iterate()) {
    yield { invariant: 'I1', where: `entry ${reverses}`, found: `reversed ${times} times`, expected: 'reversed at most once' };
  }
  const reversals = database.prepare<[], { key: string; seq: bigint; reverses: string }>(
    'select key, seq, reverses from entries where reverses is not null order by seq',
  );
  const original = database.prepare<[string, bigint], { seq: bigint }>('select seq from entries where id = ? and seq < ?');
  const postings = database.prepare<[bigint], { account_id: bigint; amount: bigint }>(
    'select account_id, amount from postings where entry_seq = ? order by line',
  );
  for (const { key, seq, reverses } of reversals.all()) {
    const reversed = original.get(reverses, seq);
    const mirror =
      reversed &&
      postings
        .all(reversed.seq)
        .map(({ account_id, amount }) => `${account_id} ${-amount}`)
        .sort();
    const found = postings
      .all(seq)
      .map(({ account_id, amount }) => `${account_id} ${amount}`)
      .sort();
    if (mirror?.join() === found.join()) continue;
    yield {
      invariant: 'I1',
      where: `entry ${key}`,
      found: reversed === undefined ? `${reverses} is not before it` : 'other postings',
      expected: `the mirror of ${reverses}`,
    };
  }
}
