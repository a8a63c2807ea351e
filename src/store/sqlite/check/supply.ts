import type Database from 'better-sqlite3';
import { type Violation, yuan } from './violation.ts';

interface DarkRow {
  readonly id: string;
  readonly account_id: string;
  readonly command_id: string;
  readonly available: bigint;
}

/**
 * I9: a paid-up customer is supplied, or waits for his own button, or has an open case with an owner and a reason.
 *
 * Dark is a meter point whose newest trip for money was confirmed and not undone by a confirmed restore. A restore that has not
 * ended includes the one that waits for the button; a lock-out, and a trip of a person that has not ended, are a person's own reason, with
 * his name on it.
 */
export function* checkSupply(database: Database.Database): Iterable<Violation> {
  const dark = database.prepare<[], DarkRow>(
    `with
       held as (select account_id, sum(amount) as amount from holds where state = 'placed' group by account_id),
       accrued as (select mp.account_id, sum(ac.accrued) as amount from accruals ac join meter_points mp on mp.id = ac.meter_point_id group by mp.account_id),
       posted as (select substr(a.name, 10) as account_id, sum(p.amount) as amount
                  from ledger_accounts a join postings p on p.account_id = a.id where a.name glob 'customer:*' group by a.id),
       last_trip as (select meter_point_id, max(seq) as seq from commands where action = 'trip' and cause = 'money' group by meter_point_id)
     select mp.id, mp.account_id, c.id as command_id,
       coalesce(posted.amount, 0) - coalesce(held.amount, 0) - coalesce(accrued.amount, 0) as available
     from last_trip t join commands c on c.seq = t.seq join meter_points mp on mp.id = t.meter_point_id
       left join posted on posted.account_id = mp.account_id
       left join held on held.account_id = mp.account_id
       left join accrued on accrued.account_id = mp.account_id
     where c.state = 'confirmed' and available > 0
       and not exists (select 1 from commands r where r.meter_point_id = mp.id and r.action in ('arm', 'close')
         and (r.state not in ('rejected', 'refused', 'failed', 'expired', 'superseded', 'cancelled', 'confirmed') or (r.state = 'confirmed' and r.seq > c.seq)))
       and not exists (select 1 from commands o where o.meter_point_id = mp.id and o.action = 'trip' and o.cause = 'manual'
         and o.state not in ('rejected', 'refused', 'failed', 'expired', 'superseded', 'cancelled', 'confirmed'))
       and not exists (select 1 from cases k where k.meter_point_id = mp.id and k.closed_at is null and k.kind <> 'recharge-failed' and k.owner <> '' and k.reason <> '')
       and not exists (select 1 from marks m where m.kind = 'lock-out' and m.subject in ('meterPoint:' || mp.id, 'account:' || mp.account_id))`,
  );
  for (const { id, account_id, command_id, available } of dark.iterate()) {
    yield {
      invariant: 'I9',
      where: `meterPoint:${id}`,
      found: `tripped by ${command_id} while account ${account_id} has ${yuan(available)}`,
      expected: 'supplied, a restore under way, or an open case',
    };
  }
}
