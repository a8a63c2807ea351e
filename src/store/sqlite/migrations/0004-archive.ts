import { type Kysely, sql } from 'kysely';
import { clustered, index, sequence } from './tables.ts';

/**
 * Customers, contracts, meter points and their net as dated facts. A row is never changed but once: when something else is believed
 * in its stead, it gets the place in the journal and the instant at which that was said.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sequence(db, 'dated_facts', 'id', {
    subject: 'text',
    aspect: 'text',
    from_at: 'integer',
    to_at: 'integer?',
    value: 'text',
    refers_to: 'text?',
    recorded_seq: 'integer',
    recorded_at: 'integer',
    actor: 'text',
    reason: 'text',
    replaced_seq: 'integer?',
    replaced_at: 'integer?',
  });
  const believed = sql`replaced_seq is null`;
  await index(db, 'dated_facts_by_subject', 'dated_facts', ['subject', 'id']);
  await index(db, 'dated_facts_believed', 'dated_facts', ['subject', 'aspect', 'from_at'], { unique: true, where: believed });
  await index(db, 'dated_facts_by_reference', 'dated_facts', ['refers_to', 'subject'], {
    where: sql`replaced_seq is null and refers_to is not null`,
  });
  await clustered(db, 'sealed_hashes', ['hash', 'subject'], { hash: 'text', subject: 'text' });
}
