import type Database from 'better-sqlite3';
import { type Violation, yuan } from './violation.ts';

/** I6: what is posted of a settled period is what its standing bill asks for, instalments included; bills are numbered without a gap. */
export function* checkBills(database: Database.Database): Iterable<Violation> {
  yield* checkNumbers(database);
  yield* checkPosted(database);
}

function* checkNumbers(database: Database.Database): Iterable<Violation> {
  const bills = database.prepare<[], { ordinal: bigint; number: string; month: string }>(
    'select ordinal, number, month from bills order by ordinal',
  );
  let expected = 0n;
  for (const { ordinal, number, month } of bills.iterate()) {
    expected += 1n;
    const right = `${month.replace('-', '')}-${String(expected).padStart(8, '0')}`;
    if (ordinal !== expected || number !== right)
      yield { invariant: 'I3', where: `bill ${number}`, found: `ordinal ${ordinal}`, expected: right };
  }
}

interface PeriodRow {
  readonly meter_point_id: string;
  readonly period_id: string;
  readonly asked: bigint;
  readonly standing: bigint;
  readonly posted: bigint;
}

/** Credits and what they take back cancel each other, so that all bills of a period together are what it costs. */
function* checkPosted(database: Database.Database): Iterable<Violation> {
  const periods = database.prepare<[], PeriodRow>(
    `with asked as (
       select meter_point_id, period_id, sum(total) as asked,
         sum(kind = 'bill') - sum(kind = 'credit') as standing, max(kind = 'bill') as settled
       from bills group by meter_point_id, period_id having settled
     ), posted as (
       select e.meter_point_id, substr(e.key, length('charge:' || e.meter_point_id || ':') + 1, 24) as period_id, -sum(p.amount) as posted
       from entries e join postings p on p.entry_seq = e.seq join ledger_accounts a on a.id = p.account_id
       where e.kind = 'charge' and a.name not glob 'revenue:*' and a.name <> 'rounding'
       group by 1, 2
     )
     select asked.meter_point_id, asked.period_id, asked.asked, asked.standing, coalesce(posted.posted, 0) as posted
     from asked left join posted using (meter_point_id, period_id)`,
  );
  for (const { meter_point_id, period_id, asked, standing, posted } of periods.iterate()) {
    const where = `period ${period_id} of ${meter_point_id}`;
    if (standing !== 1n) yield { invariant: 'I3', where, found: `${standing} standing bills`, expected: 'one' };
    if (asked !== posted) yield { invariant: 'I6', where, found: `${yuan(posted)} posted`, expected: yuan(asked) };
  }
}
