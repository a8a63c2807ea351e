import type { Kysely } from 'kysely';
import { index } from './tables.ts';

/** An entry is found by its id, and a meter point's decisions by their order: both ids begin with the time, so the indexes grow at their ends. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await index(db, 'entries_by_id', 'entries', ['id'], { unique: true });
  await index(db, 'decisions_by_meter_point', 'decisions', ['meter_point_id', 'id']);
}
