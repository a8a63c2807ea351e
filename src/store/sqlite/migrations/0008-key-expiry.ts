import type { Kysely } from 'kysely';

/** Until when a key opens anything; those that are there stay without an end. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('api_keys').addColumn('expires_at', 'bigint').execute();
}
