import { type Kysely, sql } from 'kysely';
import { clustered, index, sequence } from './tables.ts';

/** What is written into local meters' own purses, and every step of it with the purse that the step rests on. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await clustered(db, 'recharges', ['id'], {
    id: 'text',
    seq: 'integer',
    meter_id: 'text',
    meter_point_id: 'text',
    kind: 'text',
    amount: 'integer',
    purchase_count: 'integer?',
    customer: 'text',
    actor: 'text',
    reason: 'text',
    created_at: 'integer',
    expires_at: 'integer',
    state: 'text',
    version: 'integer',
  });
  await index(db, 'recharges_by_order', 'recharges', ['seq']);
  await index(db, 'recharges_by_meter', 'recharges', ['meter_id', 'seq']);
  await index(db, 'recharges_open', 'recharges', ['seq'], {
    where: sql`state not in ('confirmed', 'rejected', 'refused', 'failed', 'expired', 'superseded', 'cancelled')`,
  });
  await sequence(db, 'recharge_moves', 'seq', {
    recharge_id: 'text',
    from_state: 'text',
    to_state: 'text',
    at: 'integer',
    reason: 'text',
    evidence: 'text?',
    balance: 'integer?',
    purchase_count: 'integer?',
  });
  await index(db, 'recharge_moves_by_recharge', 'recharge_moves', ['recharge_id']);
}
