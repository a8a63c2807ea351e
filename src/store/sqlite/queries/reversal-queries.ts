import type { Reversal } from '../../../core/model/reversal.ts';
import { asId, type EntryId } from '../../../kernel/ids.ts';
import { money, NO_MONEY } from '../../../kernel/units.ts';
import { literal, question } from '../question.ts';
import type { Schema } from '../schema.ts';
import type { Answers } from './answer.ts';
import { entryOf, readPostings } from './entry-queries.ts';
import { pageOf } from './paging.ts';
import { instant } from './rows.ts';

const entryById = question<{ id: string }>()((db, asked) => db.selectFrom('entries').selectAll().where('id', '=', asked.id));
const undoneOf = question<{ id: string }>()((db, asked) => db.selectFrom('undone').selectAll().where('entry_id', '=', asked.id));
/** Reversals of an entry, and what credited the money that it left. */
const undoing = question<{ id: string; assignment: string; rebooking: string }>()((db, asked) =>
  db
    .selectFrom('entries')
    .select('id')
    .where((of) => of.or([of('reverses', '=', asked.id), of('key', 'in', [asked.assignment, asked.rebooking])]))
    .orderBy('seq'),
);
const reversalById = question<{ id: string }>()((db, asked) => db.selectFrom('reversals').selectAll().where('id', '=', asked.id));
const reversalsAfter = question<{ after: string; limit: number }>()((db, asked) =>
  db.selectFrom('reversals').selectAll().where('id', '>', asked.after).orderBy('id').limit(asked.limit),
);
const pendingDue = question<{ now: bigint; limit: number }>()((db, asked) =>
  db
    .selectFrom('reversals')
    .selectAll()
    .where('state', '=', literal('pending'))
    .where('expires_at', '<=', asked.now)
    .orderBy('expires_at')
    .limit(asked.limit),
);

export const reversalAnswers: Answers<'entry' | 'reversal' | 'reversals' | 'dueReversals'> = {
  entry({ reader }, { entryId }) {
    const row = reader.first(entryById, { id: entryId });
    if (row === undefined) return undefined;
    const undone = reader.first(undoneOf, { id: entryId });
    const by = undone && reader.all(undoing, { id: entryId, assignment: `assignment:${entryId}`, rebooking: `rebooking:${entryId}` });
    return {
      entry: entryOf(row, readPostings(reader, row.seq)),
      seq: Number(row.seq),
      undoneBy: by?.map(({ id }) => asId<EntryId>(id)) ?? [],
      undone: money(undone?.undone ?? NO_MONEY),
      parts: Number(undone?.parts ?? 0n),
    };
  },
  reversal({ reader }, { reversalId }) {
    const row = reader.first(reversalById, { id: reversalId });
    return row && reversalOf(row);
  },
  reversals({ reader }, ask) {
    const rows = reader.all(reversalsAfter, { after: ask.cursor ?? '', limit: ask.limit + 1 });
    return pageOf(rows, ask, ({ id }) => id, reversalOf);
  },
  dueReversals: ({ reader }, { now, limit }) => reader.all(pendingDue, { now: BigInt(now), limit }).map(reversalOf),
};

function reversalOf(row: Schema['reversals']): Reversal {
  const { id, entry_id: entryId, account_id, amount, reason, asked_by: askedBy, state } = row;
  return {
    id,
    entryId,
    accountId: account_id ?? undefined,
    amount: amount === null ? undefined : money(amount),
    reason,
    askedAt: instant(row.asked_at),
    askedBy,
    expiresAt: instant(row.expires_at),
    state,
  } as Reversal;
}
