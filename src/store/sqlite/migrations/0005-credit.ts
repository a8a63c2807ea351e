import { type Kysely, sql } from 'kysely';
import { clustered, index } from './tables.ts';

/** What is agreed of credit and debts, what is asked to be undone, and what of an entry was: all of it once, or parts that never exceed it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await clustered(db, 'credit_terms', ['account_id'], { account_id: 'text', emergency_limit: 'integer', recovery_share: 'integer' });
  await clustered(db, 'undone', ['entry_id'], { entry_id: 'text', total: 'integer', undone: 'integer', parts: 'integer' });
  await clustered(db, 'reversals', ['id'], {
    id: 'text',
    entry_id: 'text',
    account_id: 'text?',
    amount: 'integer?',
    reason: 'text',
    asked_at: 'integer',
    asked_by: 'text',
    expires_at: 'integer',
    state: 'text',
  });
  await index(db, 'reversals_pending', 'reversals', ['expires_at'], { where: sql`state = 'pending'` });
  await sql`insert into undone (entry_id, total, undone, parts)
    select e.reverses, sum(p.amount) filter (where p.amount > 0), sum(p.amount) filter (where p.amount > 0), 1
    from entries e join postings p on p.entry_seq = e.seq where e.reverses is not null group by e.seq`.execute(db);
  await sql`drop index entries_by_reversed`.execute(db);
  await index(db, 'entries_by_reversed', 'entries', ['reverses'], { where: sql`reverses is not null` });
}
