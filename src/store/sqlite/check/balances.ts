import type Database from 'better-sqlite3';
import { type Violation, yuan } from './violation.ts';

/** I4: every balance that was told is the sum of the postings up to it, from zero; and every account points at its newest entry. */
export function* checkBalances(database: Database.Database): Iterable<Violation> {
  const postings = database.prepare<[], { entry_seq: bigint; account_id: bigint; amount: bigint; balance_after: bigint }>(
    'select entry_seq, account_id, amount, balance_after from postings order by entry_seq, line',
  );
  const sums = new Map<bigint, { readonly sum: bigint; readonly lastEntry: bigint }>();
  for (const { entry_seq, account_id, amount, balance_after } of postings.iterate()) {
    const sum = (sums.get(account_id)?.sum ?? 0n) + amount;
    sums.set(account_id, { sum, lastEntry: entry_seq });
    if (sum !== balance_after) {
      yield {
        invariant: 'I4',
        where: `ledger account ${account_id} at position ${entry_seq}`,
        found: yuan(balance_after),
        expected: yuan(sum),
      };
    }
  }
  const accounts = database.prepare<[], { id: bigint; name: string; last_entry: bigint | null }>(
    'select a.id, a.name, h.last_entry from ledger_accounts a left join heads h on h.account_id = a.id',
  );
  for (const { id, name, last_entry } of accounts.iterate()) {
    const lastEntry = sums.get(id)?.lastEntry;
    sums.delete(id);
    if (lastEntry !== (last_entry ?? undefined))
      yield { invariant: 'I4', where: `newest entry of ${name}`, found: `${last_entry ?? 'none'}`, expected: `${lastEntry ?? 'none'}` };
  }
  for (const [id, { sum }] of sums) yield { invariant: 'I4', where: `ledger account ${id}`, found: 'missing', expected: yuan(sum) };
  yield* checkPayments(database);
}

interface PaymentRow {
  readonly id: string;
  readonly amount: bigint;
  readonly balance_after: bigint;
  readonly posted: bigint | null;
  readonly balance: bigint | null;
}

/** A payment says what its entry posted to its customer and to what he owed, and what his own money was after it. */
function* checkPayments(database: Database.Database): Iterable<Violation> {
  const payments = database.prepare<[], PaymentRow>(
    `select pay.id, pay.amount, pay.balance_after,
       (select sum(p.amount) from postings p join ledger_accounts a on a.id = p.account_id
        where p.entry_seq = e.seq and a.name in ('customer:' || pay.account_id, 'receivable:' || pay.account_id,
          'late-fee:' || pay.account_id, 'emergency:' || pay.account_id)) as posted,
       (select sum(p.amount) from postings p join ledger_accounts a on a.id = p.account_id
        where p.entry_seq <= e.seq and a.name = 'customer:' || pay.account_id) as balance
     from payments pay left join entries e on e.id = pay.entry_id`,
  );
  for (const { id, amount, balance_after, posted, balance } of payments.iterate()) {
    if (posted === null) yield { invariant: 'I4', where: `payment ${id}`, found: 'no posting to its account', expected: yuan(amount) };
    else if (posted !== amount) yield { invariant: 'I4', where: `payment ${id}`, found: yuan(amount), expected: yuan(posted) };
    else if ((balance ?? 0n) !== balance_after)
      yield { invariant: 'I4', where: `payment ${id}, balance after it`, found: yuan(balance_after), expected: yuan(balance ?? 0n) };
  }
}
