import type Database from 'better-sqlite3';
import { formatInstant, instantOf, parseInstant } from '../../../kernel/clock.ts';
import { type Violation, yuan } from './violation.ts';

/**
 * I6: the periods of a meter point follow each other without a gap and without an overlap, up to the one that is open; and what was
 * posted belongs to one of them. Only where a supply was closed may time pass that nobody is billed for, until it is handed over.
 */
export function* checkBillChain(database: Database.Database): Iterable<Violation> {
  yield* checkNeighbours(database);
  yield* checkUnsettled(database);
}

interface PeriodRow {
  readonly meter_point_id: string;
  readonly name: string;
  readonly from_at: bigint;
  /** Null for the open one. */
  readonly to_at: bigint | null;
}

function* checkNeighbours(database: Database.Database): Iterable<Violation> {
  const periods = database.prepare<[], PeriodRow>(
    `select meter_point_id, 'bill ' || number as name, body ->> '$.from' as from_at, to_at from bills b
     where kind = 'bill' and not exists (select 1 from bills c where c.corrects = b.id and c.kind = 'credit')
     union all
     select meter_point_id, 'the open period', body ->> '$.from', null from accruals
     order by meter_point_id, from_at, to_at nulls last`,
  );
  const cuts = supplyCuts(database);
  let last: PeriodRow | undefined;
  for (const period of periods.iterate()) {
    if (last?.meter_point_id === period.meter_point_id && !isNext(last, period, cuts.get(period.meter_point_id) ?? []))
      yield {
        invariant: 'I6',
        where: `${period.name} of ${period.meter_point_id}`,
        found: `from ${timeOf(period.from_at)}`,
        expected: `from ${last.to_at === null ? 'no time' : timeOf(last.to_at)}, where ${last.name} ends`,
      };
    last = period;
  }
}

const timeOf = (at: bigint): string => formatInstant(instantOf(Number(at)));

interface SupplyCut {
  readonly isClosing: boolean;
  readonly at: bigint;
}

/** It begins where the last one ends, or later where the supply was closed then, and each time that it was handed over closed again before any use. */
function isNext({ to_at: end }: PeriodRow, { from_at: begin }: PeriodRow, cuts: readonly SupplyCut[]): boolean {
  if (end === null || begin <= end) return begin === end;
  const between = cuts.filter(({ at }) => at >= end && at < begin);
  return between[0]?.at === end && between.every(({ isClosing, at }, index) => isClosing || between[index + 1]?.at === at);
}

/** When accounts were cut, in order, as it was sealed; the archive of a place without contracts says nothing of a closing. */
function supplyCuts(database: Database.Database): ReadonlyMap<string, readonly SupplyCut[]> {
  const rows = database.prepare<[], { readonly point: string; readonly action: string; readonly detail: string }>(
    `select substr(subject, length('meterPoint:') + 1) as point, body ->> '$.action' as action, body ->> '$.detail' as detail
     from records where type = 'audit.done' and body ->> '$.action' in ('supply.closing', 'supply.transfer') order by seq`,
  );
  const cuts = new Map<string, SupplyCut[]>();
  for (const { point, action, detail } of rows.iterate()) {
    const at = parseInstant(CUT_AT.exec(detail)?.[1] ?? '');
    if (at === undefined) continue;
    const own = cuts.get(point) ?? [];
    own.push({ isClosing: action === 'supply.closing', at: BigInt(at) });
    cuts.set(point, own);
  }
  return cuts;
}

/** As "… cut at 1-0:1.8.0 120.5 kWh, read 2026-11-24T12:00:00.000Z; account a2 from there on". */
const CUT_AT = /, read (\S+Z)(?:; account \S+ from there on)?$/;

/** A period that something was posted to is open, or was settled by a bill. */
function* checkUnsettled(database: Database.Database): Iterable<Violation> {
  const lost = database.prepare<[], { readonly meter_point_id: string; readonly period_id: string; readonly posted: bigint }>(
    `with posted as (
       select e.meter_point_id, substr(e.key, length('charge:' || e.meter_point_id || ':') + 1, 24) as period_id, -sum(p.amount) as posted
       from entries e join postings p on p.entry_seq = e.seq join ledger_accounts a on a.id = p.account_id
       where e.kind = 'charge' and a.name not glob 'revenue:*' and a.name <> 'rounding'
       group by 1, 2 having posted <> 0
     )
     select * from posted
     where not exists (select 1 from bills b where b.meter_point_id = posted.meter_point_id and b.period_id = posted.period_id and b.kind = 'bill')
       and not exists (select 1 from accruals a where a.meter_point_id = posted.meter_point_id and a.body ->> '$.periodId' = posted.period_id)`,
  );
  for (const { meter_point_id, period_id, posted } of lost.iterate()) {
    yield {
      invariant: 'I6',
      where: `period ${period_id} of ${meter_point_id}`,
      found: `${yuan(posted)} posted, neither open nor billed`,
      expected: 'a bill',
    };
  }
}
