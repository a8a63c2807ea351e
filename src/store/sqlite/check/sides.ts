import type Database from 'better-sqlite3';
import { CHART } from '../../../core/ledger/chart.ts';
import { type Violation, yuan } from './violation.ts';

/** I4: no account stands on a side that the chart does not give it, at no time; what belongs to customers is whole fen. */
export function* checkSides(database: Database.Database): Iterable<Violation> {
  const postings = database.prepare<[], { key: string; kind: string; name: string; amount: bigint; balance_after: bigint }>(
    `select e.key, e.kind, a.name, p.amount, p.balance_after
     from postings p join ledger_accounts a on a.id = p.account_id join entries e on e.seq = p.entry_seq order by p.entry_seq, p.line`,
  );
  const rows = new Map(CHART.map((row) => [row.pattern.split(':')[0], row]));
  const limits = emergencyLimits(database);
  for (const { key, kind, name, amount, balance_after } of postings.iterate()) {
    const where = `${name} after entry ${key}`;
    const row = rows.get(name.split(':')[0]);
    const wrong = row === undefined || (row.side === 'credit' && balance_after < 0n) || (row.side === 'debit' && balance_after > 0n);
    if (wrong)
      yield {
        invariant: 'I4',
        where,
        found: yuan(balance_after),
        expected: row === undefined ? 'an account of the chart' : `a ${row.side} balance`,
      };
    if (row?.ofCustomer === true && amount % 10_000n !== 0n) yield { invariant: 'I4', where, found: yuan(amount), expected: 'whole fen' };
    const limit = limits.get(name.slice('emergency:'.length)) ?? 0n;
    // What a payment repaid and is undone is owed again, whatever was used meanwhile.
    if (kind === 'charge' && amount < 0n && name.startsWith('emergency:') && -balance_after > limit)
      yield { invariant: 'I4', where, found: yuan(balance_after), expected: `no more than ${yuan(limit)} of emergency credit` };
  }
}

/** The widest limit that was ever agreed: a narrower one takes nothing back of what was used. */
function emergencyLimits(database: Database.Database): ReadonlyMap<string, bigint> {
  const agreed = database.prepare<[], { account: string; limit: string }>(
    `select json_extract(body, '$.accountId') as account, json_extract(body, '$.emergencyLimit') as "limit"
     from records where type = 'credit.agreed'`,
  );
  const widest = new Map<string, bigint>();
  for (const { account, limit } of agreed.iterate()) {
    const [whole = '0', part = ''] = limit.split('.');
    const value = BigInt(whole) * 1_000_000n + BigInt(part.padEnd(6, '0'));
    if (value > (widest.get(account) ?? 0n)) widest.set(account, value);
  }
  return widest;
}
