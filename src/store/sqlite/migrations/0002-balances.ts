import { type Kysely, sql } from 'kysely';
import { sequence } from './tables.ts';

/** Balances in a table of their own: each commit writes the pages of the accounts that it moves, so their rows are kept short. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sequence(db, 'balances', 'account_id', { balance: 'integer', version: 'integer', last_entry: 'integer?' });
  await sql`insert into balances (account_id, balance, version, last_entry)
    select id, balance, version, last_entry from ledger_accounts`.execute(db);
  for (const column of ['balance', 'version', 'last_entry']) await db.schema.alterTable('ledger_accounts').dropColumn(column).execute();
}
