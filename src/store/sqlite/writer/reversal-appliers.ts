import { formatMoney } from '../../../kernel/units.ts';
import { type Appliers, conflict, type WriterContext } from './applier.ts';

export function createReversalAppliers({ database, seal }: WriterContext): Appliers<'reversalAsked' | 'reversalEnded'> {
  const insert = database.prepare(
    `insert into reversals (id, entry_id, account_id, amount, reason, asked_at, asked_by, expires_at, state)
     values (?, ?, ?, ?, ?, ?, ?, ?, 'pending')`,
  );
  const end = database.prepare(
    `update reversals set state = ? where id = ? and state = 'pending'
     and (? <> 'posted' or (expires_at > ? and asked_by <> ?))`,
  );
  return {
    reversalAsked({ reversal: { id, entryId, accountId, amount, reason, askedAt, askedBy, expiresAt } }) {
      insert.run(id, entryId, accountId ?? null, amount ?? null, reason, askedAt, askedBy, expiresAt);
      const data = { id, entryId, amount: amount === undefined ? null : formatMoney(amount), reason };
      seal.record({ at: askedAt, type: 'reversal.asked', actor: askedBy, subject: `reversal:${id}`, data });
      return undefined;
    },
    reversalEnded({ reversalId, end: ending, at, actor }) {
      const { state, ...by } = ending;
      if (end.run(state, reversalId, state, at, actor).changes === 0) return conflict(`reversal:${reversalId}`);
      seal.record({ at, type: `reversal.${state}`, actor, subject: `reversal:${reversalId}`, data: { id: reversalId, ...by } });
      return undefined;
    },
  };
}
