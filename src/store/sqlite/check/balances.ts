import type Database from 'better-sqlite3';
import { type Violation, yuan } from './violation.ts';

/** I4: every balance that was told is the sum of the postings up to it, from zero; and every account points at its newest entry. */
export function* checkBalances(database: Database.Database): Iterable<Violation> {
  const postings = database.prepare<[], { entry_seq: bigint; account_id: bigint; amount: bigint; balance_after: bigint }>(
    'select entry_seq, account_id, amount, balance_after from postings order by entry_seq, line',
  );
  const sums = new Map<bigint, { readonly sum: bigint; readonly lastEntry: bigint }>();
  const payments = new PaymentCheck(database, sums);
  for (const { entry_seq, account_id, amount, balance_after } of postings.iterate()) {
    yield* payments.before(entry_seq);
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
  yield* payments.before();
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
}

interface PaymentRow {
  readonly id: string;
  readonly amount: bigint;
  readonly balance_after: bigint;
  readonly entry_seq: bigint | null;
  readonly posted: bigint | null;
  readonly own_account: bigint | null;
}

type Sums = ReadonlyMap<bigint, { readonly sum: bigint }>;

/** A payment says what its entry posted to its customer and to what he owed, and what his own money was after it. */
class PaymentCheck {
  readonly #payments: IterableIterator<PaymentRow>;
  readonly #sums: Sums;
  #next: IteratorResult<PaymentRow>;

  constructor(database: Database.Database, sums: Sums) {
    this.#payments = database
      .prepare<[], PaymentRow>(
        `select pay.id, pay.amount, pay.balance_after, e.seq as entry_seq, own.id as own_account,
           (select sum(p.amount) from postings p join ledger_accounts a on a.id = p.account_id
            where p.entry_seq = e.seq and a.name in ('customer:' || pay.account_id, 'receivable:' || pay.account_id,
              'late-fee:' || pay.account_id, 'emergency:' || pay.account_id)) as posted
         from payments pay left join entries e on e.id = pay.entry_id
           left join ledger_accounts own on own.name = 'customer:' || pay.account_id
         order by e.seq`,
      )
      .iterate();
    this.#sums = sums;
    this.#next = this.#payments.next();
  }

  /** Those whose entry comes before this one, while the sums are still what they were after it; without one all that are left. */
  *before(entry?: bigint): Iterable<Violation> {
    while (!this.#next.done && (entry === undefined || (this.#next.value.entry_seq ?? 0n) < entry)) {
      yield* this.#judge(this.#next.value);
      this.#next = this.#payments.next();
    }
  }

  *#judge({ id, amount, balance_after, posted, own_account }: PaymentRow): Iterable<Violation> {
    const balance = own_account === null ? 0n : (this.#sums.get(own_account)?.sum ?? 0n);
    if (posted === null) yield { invariant: 'I4', where: `payment ${id}`, found: 'no posting to its account', expected: yuan(amount) };
    else if (posted !== amount) yield { invariant: 'I4', where: `payment ${id}`, found: yuan(amount), expected: yuan(posted) };
    else if (balance !== balance_after)
      yield { invariant: 'I4', where: `payment ${id}, balance after it`, found: yuan(balance_after), expected: yuan(balance) };
  }
}
