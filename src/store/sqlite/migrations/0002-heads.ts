import { type Kysely, sql } from 'kysely';
import { sequence } from './tables.ts';

/**
 * The newest entry of each ledger account in a table of its own. A commit writes every page on which an account has moved, so its row
 * is as short as can be: the balance stands in the newest posting, and a version is what `versions` says on top of that entry.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sequence(db, 'heads', 'account_id', { last_entry: 'integer' });
  await sql`insert into heads (account_id, last_entry)
    select id, last_entry from ledger_accounts where last_entry is not null`.execute(db);
  await sql`delete from ledger_accounts where last_entry is null`.execute(db);
  for (const column of ['balance', 'version', 'last_entry']) await db.schema.alterTable('ledger_accounts').dropColumn(column).execute();
}
