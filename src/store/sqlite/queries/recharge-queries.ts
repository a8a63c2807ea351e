import type { Recharge, RechargeMove } from '../../../core/model/recharge.ts';
import { money } from '../../../kernel/units.ts';
import { ENDED, question } from '../question.ts';
import type { Schema } from '../schema.ts';
import type { Answers } from './answer.ts';
import { beforeOf, pageOf } from './paging.ts';
import { instant } from './rows.ts';

const rechargeById = question<{ id: string }>()((db, asked) => db.selectFrom('recharges').selectAll().where('id', '=', asked.id));
const movesOf = question<{ id: string }>()((db, asked) =>
  db.selectFrom('recharge_moves').selectAll().where('recharge_id', '=', asked.id).orderBy('seq'),
);
const rechargesOfMeterBefore = question<{ meterId: string; before: bigint; limit: number }>()((db, asked) =>
  db
    .selectFrom('recharges')
    .selectAll()
    .where('meter_id', '=', asked.meterId)
    .where('seq', '<', asked.before)
    .orderBy('seq', 'desc')
    .limit(asked.limit),
);
const openRecharges = question()((db) => db.selectFrom('recharges').selectAll().where('state', 'not in', ENDED).orderBy('seq'));

export const rechargeAnswers: Answers<'recharge' | 'recharges' | 'openRecharges'> = {
  recharge({ reader }, { rechargeId }) {
    const row = reader.first(rechargeById, { id: rechargeId });
    return row && { recharge: rechargeOf(row), moves: reader.all(movesOf, { id: rechargeId }).map(moveOf) };
  },
  recharges({ reader }, ask) {
    const page = { meterId: ask.meterId, before: beforeOf(ask.cursor), limit: ask.limit + 1 };
    return pageOf(reader.all(rechargesOfMeterBefore, page), ask, ({ seq }) => String(seq), rechargeOf);
  },
  openRecharges: ({ reader }) => reader.all(openRecharges, {}).map(rechargeOf),
};

function rechargeOf(row: Schema['recharges']): Recharge {
  const { id, meter_id: meterId, meter_point_id: meterPointId, kind, customer, actor, reason, state } = row;
  const exact = { amount: money(row.amount), count: row.purchase_count === null ? undefined : Number(row.purchase_count) };
  const times = { createdAt: instant(row.created_at), expiresAt: instant(row.expires_at) };
  return { id, meterId, meterPointId, kind, ...exact, customer, actor, reason, ...times, state, version: Number(row.version) } as Recharge;
}

/** What a step settles is in its recharge. */
function moveOf(row: Schema['recharge_moves']): RechargeMove {
  const { recharge_id: rechargeId, from_state: from, to_state: to, reason, balance, purchase_count: count } = row;
  const purse = balance === null || count === null ? undefined : { balance: money(balance), count: Number(count) };
  return {
    rechargeId,
    from,
    to,
    at: instant(row.at),
    reason,
    evidence: row.evidence ?? undefined,
    purse,
    count: undefined,
  } as RechargeMove;
}
