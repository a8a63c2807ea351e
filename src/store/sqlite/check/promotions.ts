import type Database from 'better-sqlite3';
import { type Violation, yuan } from './violation.ts';

interface ChargeRow {
  readonly key: string;
  readonly owner: string;
  /** Below zero where the entry charges, above where it gives back. */
  readonly amount: bigint;
  readonly promotion: bigint;
}

/** I4: a correction gives back as promotional credit what was used of it beyond what the period costs since, no more and no less. */
export function* checkPromotions(database: Database.Database): Iterable<Violation> {
  const charges = database.prepare<[], ChargeRow>(
    `with mine as (
       select id, name, substr(name, instr(name, ':') + 1) as owner from ledger_accounts
       where substr(name, 1, instr(name, ':')) in ('customer:', 'promotion:', 'emergency:', 'receivable:')
         and 'promotion:' || substr(name, instr(name, ':') + 1) in (select name from ledger_accounts))
     select e.key, m.owner, sum(p.amount) as amount, sum(iif(m.name like 'promotion:%', p.amount, 0)) as promotion
     from entries e join postings p on p.entry_seq = e.seq join mine m on m.id = p.account_id
     where e.kind = 'charge' group by e.seq, m.owner order by e.seq`,
  );
  const periods = new Map<string, { readonly cost: bigint; readonly used: bigint }>();
  for (const { key, owner, amount, promotion } of charges.iterate()) {
    const period = `${owner} ${key.replace(DAY_AND_REVISION, '')}`;
    const { cost, used } = periods.get(period) ?? { cost: 0n, used: 0n };
    const after = { cost: cost - amount, used: used - promotion };
    periods.set(period, after);
    const covered = after.cost > 0n ? after.cost : 0n;
    const beyond = used > covered ? used - covered : 0n;
    const expected = beyond < amount ? beyond : amount;
    if (amount > 0n && promotion !== expected)
      yield {
        invariant: 'I4',
        where: `promotion:${owner} by entry ${key}`,
        found: yuan(promotion),
        expected: `${yuan(expected)} given back`,
      };
  }
}

const DAY_AND_REVISION = /:[^:]*:[^:]*$/;
