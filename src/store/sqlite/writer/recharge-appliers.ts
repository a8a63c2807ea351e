import { FINAL_STATES } from '../../../core/model/command.ts';
import { formatInstant } from '../../../kernel/clock.ts';
import { formatMoney } from '../../../kernel/units.ts';
import { type Appliers, conflict, type WriterContext } from './applier.ts';

const ENDED = FINAL_STATES.map((state) => `'${state}'`).join(', ');

export function createRechargeAppliers({ database, seal }: WriterContext): Appliers<'recharge' | 'rechargeMove'> {
  const openOfMeter = database.prepare<[string]>(`select 1 from recharges where meter_id = ? and state not in (${ENDED})`);
  const insert = database.prepare(
    `insert into recharges (id, seq, meter_id, meter_point_id, kind, amount, purchase_count, customer, actor, reason, created_at, expires_at, state, version)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const move = database.prepare<[string, number | null, string, string], { meter_id: string; kind: string }>(
    `update recharges set state = ?, purchase_count = coalesce(purchase_count, ?), version = version + 1
     where id = ? and state = ? returning meter_id, kind`,
  );
  const insertMove = database.prepare(
    `insert into recharge_moves (seq, recharge_id, from_state, to_state, at, reason, evidence, balance, purchase_count)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  return {
    recharge({ recharge }) {
      const {
        id,
        meterId,
        meterPointId,
        kind,
        amount,
        count = null,
        customer,
        actor,
        reason,
        createdAt,
        expiresAt,
        state,
        version,
      } = recharge;
      if (openOfMeter.get(meterId) !== undefined) return conflict(`recharge:meter:${meterId}`);
      const data = {
        id,
        meterId,
        meterPointId,
        kind,
        amount: formatMoney(amount),
        count,
        reason,
        expiresAt: formatInstant(expiresAt),
        state,
      };
      const seq = seal.record({ at: createdAt, type: 'recharge.created', actor, subject: `recharge:${id}`, data });
      insert.run(id, seq, meterId, meterPointId, kind, amount, count, customer, actor, reason, createdAt, expiresAt, state, version);
      return undefined;
    },
    rechargeMove({ move: { rechargeId, from, to, at, reason, evidence = null, purse, count = null } }) {
      const recharge = move.get(to, count, rechargeId, from);
      if (recharge === undefined) return conflict(`recharge:${rechargeId}`);
      const read = purse === undefined ? null : { balance: formatMoney(purse.balance), count: purse.count };
      const data = { id: rechargeId, meterId: recharge.meter_id, kind: recharge.kind, from, to, reason, evidence, purse: read, count };
      const seq = seal.record({ at, type: `recharge.${to}`, subject: `recharge:${rechargeId}`, data });
      insertMove.run(seq, rechargeId, from, to, at, reason, evidence, purse?.balance ?? null, purse?.count ?? null);
      return undefined;
    },
  };
}
