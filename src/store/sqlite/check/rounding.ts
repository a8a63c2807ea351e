import type Database from 'better-sqlite3';
import { type Violation, yuan } from './violation.ts';

const MICRO_YUAN_PER_FEN = 10_000n;

interface ChargeRow {
  readonly key: string;
  readonly customer: bigint;
  readonly revenue: bigint;
  readonly rounding: bigint;
}

/** I11: the rounding account is the sum of (rounded − exact) over all bill lines: what customers were charged less what components earned. */
export function* checkRounding(database: Database.Database): Iterable<Violation> {
  const charges = database.prepare<[], ChargeRow>(
    `select e.key,
       coalesce(sum(p.amount) filter (where a.name not glob 'revenue:*' and a.name <> 'rounding'), 0) as customer,
       coalesce(sum(p.amount) filter (where a.name glob 'revenue:*'), 0) as revenue,
       coalesce(sum(p.amount) filter (where a.name = 'rounding'), 0) as rounding
     from entries e join postings p on p.entry_seq = e.seq join ledger_accounts a on a.id = p.account_id
     where e.kind in ('charge', 'reversal') group by e.seq`,
  );
  let expected = 0n;
  for (const { key, customer, revenue, rounding } of charges.iterate()) {
    if (customer % MICRO_YUAN_PER_FEN !== 0n)
      yield { invariant: 'I11', where: `entry ${key}`, found: `${yuan(customer)} to the customer`, expected: 'whole fen' };
    const difference = revenue === 0n && rounding === 0n ? 0n : -customer - revenue;
    if (rounding !== difference) yield { invariant: 'I11', where: `entry ${key}`, found: yuan(rounding), expected: yuan(difference) };
    expected += difference;
  }
  const balance =
    database
      .prepare<[], bigint>(
        `select p.balance_after from ledger_accounts a join heads h on h.account_id = a.id
         join postings p on p.entry_seq = h.last_entry and p.account_id = a.id where a.name = 'rounding' order by p.line desc limit 1`,
      )
      .pluck()
      .get() ?? 0n;
  if (balance !== expected) yield { invariant: 'I11', where: 'rounding', found: yuan(balance), expected: yuan(expected) };
}
