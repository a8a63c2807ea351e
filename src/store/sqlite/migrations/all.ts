import type { Migration } from 'kysely/migration';
import { up as ledger } from './0001-ledger.ts';
import { up as heads } from './0002-heads.ts';

/** In the order of their numbers. A released migration is never edited. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-ledger': { up: ledger },
  '0002-heads': { up: heads },
};
