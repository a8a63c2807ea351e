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

interface ReversalRow {
  readonly key: string;
  readonly seq: bigint;
  readonly reverses: string;
}

/** What is undone is undone once, by its mirror, or in parts that together never exceed it. */
function* checkReversals(database: Database.Database): Iterable<Violation> {
  const reversals = database.prepare<[], ReversalRow>('select key, seq, reverses from entries where reverses is not null order by seq');
  const original = database.prepare<[string, bigint], { seq: bigint }>('select seq from entries where id = ? and seq < ?');
  const postings = database.prepare<[bigint], { account_id: bigint; amount: bigint }>(
    'select account_id, sum(amount) as amount from postings where entry_seq = ? group by account_id order by account_id',
  );
  const left = new Map<string, Map<bigint, bigint>>();
  for (const { key, seq, reverses } of reversals.all()) {
    const where = `entry ${key}`;
    const reversed = original.get(reverses, seq);
    if (reversed === undefined) {
      yield { invariant: 'I1', where, found: `${reverses} is not before it`, expected: `the mirror of ${reverses}` };
      continue;
    }
    const rest = left.get(reverses) ?? new Map(postings.all(reversed.seq).map(({ account_id, amount }) => [account_id, amount]));
    left.set(reverses, rest);
    for (const { account_id, amount } of postings.all(seq)) {
      const before = rest.get(account_id) ?? 0n;
      const after = before + amount;
      rest.set(account_id, after);
      // It may come nearer to nothing, never past it.
      if (before * amount > 0n || after * before < 0n || before === 0n)
        yield {
          invariant: 'I1',
          where,
          found: `${yuan(amount)} where ${yuan(before)} is left of ${reverses}`,
          expected: 'no more undone than was done',
        };
    }
    const isWhole = !PART.test(key);
    if (isWhole && [...rest.values()].some((amount) => amount !== 0n))
      yield { invariant: 'I1', where, found: 'other postings', expected: `the mirror of ${reverses}` };
  }
}

/** The key of a part ends with its number. */
const PART = /:\d+$/;
