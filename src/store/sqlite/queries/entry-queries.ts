import type { ExpressionBuilder, Kysely } from 'kysely';
import { type AccountMove, type JournalEntry, type LedgerAccount, type Posting, SUSPENSE_ACCOUNT } from '../../../core/model/journal.ts';
import type { Page, PageAsk, StoredEntry } from '../../../core/ports/queries.ts';
import { money, NO_MONEY } from '../../../kernel/units.ts';
import type { Reader } from '../connection.ts';
import { question } from '../question.ts';
import type { Schema } from '../schema.ts';
import type { Answers } from './answer.ts';
import { cursorNumbers, pageOf } from './paging.ts';
import { instant } from './rows.ts';

const ledgerAccount = question<{ name: string }>()((db, asked) =>
  db
    .selectFrom('ledger_accounts')
    .innerJoin('heads', 'heads.account_id', 'ledger_accounts.id')
    .select(['ledger_accounts.id', 'heads.last_entry'])
    .where('ledger_accounts.name', '=', asked.name),
);

/** An account's entries from one of them back to its first, as the postings lead. */
const walkBack = (db: Kysely<Schema>, asked: { readonly accountId: bigint; readonly from: bigint }) =>
  db.withRecursive('back', (recursive) =>
    recursive
      .selectFrom('postings')
      .select(['entry_seq', 'line', 'balance_after', 'previous_entry'])
      .where('entry_seq', '=', asked.from)
      .where('account_id', '=', asked.accountId)
      .where(isLastOfItsEntry)
      .unionAll(
        recursive
          .selectFrom('back')
          .innerJoin('postings', 'postings.entry_seq', 'back.previous_entry')
          .select(['postings.entry_seq', 'postings.line', 'postings.balance_after', 'postings.previous_entry'])
          .where('postings.account_id', '=', asked.accountId)
          .where(isLastOfItsEntry),
      ),
  );

/** Newest first, no more than the page: SQLite walks no further than it is asked for. */
const entriesBack = question<{ accountId: bigint; from: bigint; limit: number }>()((db, asked) =>
  walkBack(db, asked)
    .selectFrom((of) => of.selectFrom('back').selectAll().limit(asked.limit).as('page'))
    .innerJoin('entries', 'entries.seq', 'page.entry_seq')
    .selectAll('entries')
    .select(['page.balance_after', 'page.previous_entry'])
    .orderBy('entries.seq', 'desc'),
);

/** Of an account's entries, newest first, those that added to it and that nothing has undone. */
const standingBack = question<{ accountId: bigint; from: bigint; limit: number }>()((db, asked) =>
  walkBack(db, asked)
    .selectFrom('back')
    .innerJoin('entries', 'entries.seq', 'back.entry_seq')
    .innerJoin('postings', 'postings.entry_seq', 'back.entry_seq')
    .leftJoin('undone', 'undone.entry_id', 'entries.id')
    .where('postings.account_id', '=', asked.accountId)
    .where((of) => of('postings.amount', '>', of.lit(0) as never))
    .where('undone.entry_id', 'is', null)
    .selectAll('entries')
    .select(['back.balance_after', 'back.previous_entry'])
    .orderBy('entries.seq', 'desc')
    .limit(asked.limit),
);

/** An entry that posts to one account twice is one entry, with the balance after both. */
export function isLastOfItsEntry({ not, exists, selectFrom }: ExpressionBuilder<Schema, 'postings'>) {
  const further = selectFrom('postings as further')
    .select('further.line')
    .whereRef('further.entry_seq', '=', 'postings.entry_seq')
    .whereRef('further.account_id', '=', 'postings.account_id')
    .whereRef('further.line', '>', 'postings.line');
  return not(exists(further));
}

const postingsOf = question<{ seq: bigint }>()((db, asked) =>
  db
    .selectFrom('postings')
    .innerJoin('ledger_accounts', 'ledger_accounts.id', 'postings.account_id')
    .select(['ledger_accounts.name', 'postings.amount'])
    .where('postings.entry_seq', '=', asked.seq)
    .orderBy('postings.line'),
);

/** What a time's entries post to an account, in the order of the journal. */
const movesWithin = question<{ accountId: bigint; from: bigint; since: bigint; until: bigint }>()((db, asked) =>
  walkBack(db, asked)
    .selectFrom('back')
    .innerJoin('entries', 'entries.seq', 'back.entry_seq')
    .innerJoin('postings', 'postings.entry_seq', 'back.entry_seq')
    .where('postings.account_id', '=', asked.accountId)
    .where('entries.at', '>=', asked.since)
    .where('entries.at', '<', asked.until)
    .groupBy('entries.seq')
    .select(['entries.seq', 'entries.id', 'entries.kind', 'entries.key', 'entries.at', 'entries.business_day', 'entries.memo'])
    .select(({ fn }) => fn.sum<bigint>('postings.amount').as('amount'))
    .orderBy('entries.seq'),
);
/** Everything that was posted to an account before an instant. */
const sumBefore = question<{ accountId: bigint; from: bigint; until: bigint }>()((db, asked) =>
  walkBack(db, asked)
    .selectFrom('back')
    .innerJoin('entries', 'entries.seq', 'back.entry_seq')
    .innerJoin('postings', 'postings.entry_seq', 'back.entry_seq')
    .where('postings.account_id', '=', asked.accountId)
    .where('entries.at', '<', asked.until)
    .select(({ fn, lit }) => fn.coalesce(fn.sum<bigint>('postings.amount'), lit(0)).as('sum')),
);

export const entryAnswers: Answers<'entries' | 'moneyInSuspense' | 'accountMoves'> = {
  accountMoves({ reader }, { account: name, from: since, to: until }) {
    const account = reader.first(ledgerAccount, { name });
    if (account === undefined) return { opening: NO_MONEY, moves: [] };
    const asked = { accountId: account.id, from: account.last_entry };
    return {
      opening: money(BigInt(reader.first(sumBefore, { ...asked, until: BigInt(since) })?.sum ?? 0n)),
      moves: reader.all(movesWithin, { ...asked, since: BigInt(since), until: BigInt(until) }).map(moveOf),
    };
  },
  entries: ({ reader }, ask) => readBack(reader, entriesBack, ask),
  moneyInSuspense: ({ reader }, ask) => readBack(reader, standingBack, { ...ask, account: SUSPENSE_ACCOUNT }),
};

function readBack(reader: Reader, asked: typeof entriesBack, ask: PageAsk & { readonly account: LedgerAccount }): Page<StoredEntry> {
  const account = reader.first(ledgerAccount, { name: ask.account });
  const [from = 0] = cursorNumbers(ask.cursor, [Number(account?.last_entry ?? 0n)]);
  if (account === undefined) return { items: [], nextCursor: undefined };
  const rows = reader.all(asked, { accountId: account.id, from: BigInt(from), limit: ask.limit + 1 });
  return pageOf(
    rows,
    ask,
    ({ previous_entry }) => String(previous_entry),
    (row) => storedEntryOf(reader, row),
  );
}

type MoveRow = Pick<Schema['entries'], 'seq' | 'id' | 'kind' | 'key' | 'at' | 'business_day' | 'memo'> & { readonly amount: bigint };

const moveOf = ({ seq, id, kind, key, at, business_day, memo, amount }: MoveRow): AccountMove =>
  ({
    seq: Number(seq),
    id,
    kind,
    key,
    at: instant(at),
    businessDay: business_day ?? undefined,
    memo,
    amount: money(amount),
  }) as AccountMove;

function storedEntryOf(reader: Reader, row: Schema['entries'] & { readonly balance_after: bigint }): StoredEntry {
  return { ...entryOf(row, readPostings(reader, row.seq)), seq: Number(row.seq), balanceAfter: money(row.balance_after) };
}

export function readPostings(reader: Reader, seq: bigint): readonly Posting[] {
  return reader.all(postingsOf, { seq }).map(({ name, amount }) => ({ account: name as LedgerAccount, amount: money(amount) }));
}

export function entryOf(row: Schema['entries'], postings: readonly Posting[]): JournalEntry {
  const { id, kind, key, actor, memo } = row;
  const optional = {
    meterPointId: row.meter_point_id ?? undefined,
    businessDay: row.business_day ?? undefined,
    reverses: row.reverses ?? undefined,
  };
  return { id, kind, key, at: instant(row.at), actor, ...optional, memo, postings } as JournalEntry;
}
