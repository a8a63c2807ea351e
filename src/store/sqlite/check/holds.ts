import type Database from 'better-sqlite3';
import { type Violation, yuan } from './violation.ts';

/** I5: a hold is posted, voided or expired exactly once, its row says the same as its records, and what was posted left by its entry. */
export function* checkHolds(database: Database.Database): Iterable<Violation> {
  const records = database.prepare<[], { subject: string; type: string }>(
    `select subject, type from records where type glob 'hold.*' order by seq`,
  );
  const told = new Map<string, string[]>();
  for (const { subject, type } of records.iterate()) {
    const states = told.get(subject) ?? [];
    states.push(type.slice('hold.'.length));
    told.set(subject, states);
  }
  for (const { id, state } of database.prepare<[], { id: string; state: string }>('select id, state from holds').iterate()) {
    const where = `hold:${id}`;
    const found = told.get(where)?.join(', ') ?? 'no record';
    const expected = state === 'placed' ? 'placed' : `placed, ${state}`;
    if (found !== expected) yield { invariant: 'I5', where, found, expected };
    told.delete(where);
  }
  for (const [where, states] of told) yield { invariant: 'I5', where, found: 'no hold', expected: states.join(', ') };
  yield* checkPosted(database);
}

function* checkPosted(database: Database.Database): Iterable<Violation> {
  const posted = database.prepare<[], { id: string; amount: bigint; left: bigint | null; late: bigint }>(
    `select h.id, h.amount, -sum(p.amount) as left, r.at >= h.expires_at as late
     from holds h
     left join records r on r.subject = 'hold:' || h.id and r.type = 'hold.posted'
     left join entries e on e.id = json_extract(r.body, '$.entryId')
     left join ledger_accounts a on a.name = 'customer:' || h.account_id
     left join postings p on p.entry_seq = e.seq and p.account_id = a.id
     where h.state = 'posted' group by h.id`,
  );
  for (const { id, amount, left, late } of posted.iterate()) {
    if (late === 1n) yield { invariant: 'I5', where: `hold:${id}`, found: 'posted after its time', expected: 'expired or voided' };
    if (left === amount) continue;
    yield {
      invariant: 'I5',
      where: `hold:${id}`,
      found: left === null ? 'no entry' : `${yuan(left)} left by its entry`,
      expected: yuan(amount),
    };
  }
}
