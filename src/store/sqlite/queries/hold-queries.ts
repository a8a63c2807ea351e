import type { Hold } from '../../../core/model/payment.ts';
import { money } from '../../../kernel/units.ts';
import { literal, question } from '../question.ts';
import type { Schema } from '../schema.ts';
import type { Answers } from './answer.ts';
import { instant } from './rows.ts';

const holdById = question<{ id: string }>()((db, asked) => db.selectFrom('holds').selectAll().where('id', '=', asked.id));
const placedOfAccount = question<{ accountId: string }>()((db, asked) =>
  db.selectFrom('holds').selectAll().where('account_id', '=', asked.accountId).where('state', '=', literal('placed')).orderBy('id'),
);
const due = question<{ now: bigint; limit: number }>()((db, asked) =>
  db
    .selectFrom('holds')
    .selectAll()
    .where('state', '=', literal('placed'))
    .where('expires_at', '<=', asked.now)
    .orderBy('expires_at')
    .limit(asked.limit),
);

export const holdAnswers: Answers<'hold' | 'placedHolds' | 'dueHolds'> = {
  hold({ reader }, { holdId }) {
    const row = reader.first(holdById, { id: holdId });
    return row && holdOf(row);
  },
  placedHolds: ({ reader }, { accountId }) => reader.all(placedOfAccount, { accountId }).map(holdOf),
  dueHolds: ({ reader }, { now, limit }) => reader.all(due, { now: BigInt(now), limit }).map(holdOf),
};

function holdOf({ id, account_id: accountId, amount, placed_at, expires_at, reason, state }: Schema['holds']): Hold {
  return { id, accountId, amount: money(amount), placedAt: instant(placed_at), expiresAt: instant(expires_at), reason, state } as Hold;
}
