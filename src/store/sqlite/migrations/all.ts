import type { Migration } from 'kysely/migration';
import { up as ledger } from './0001-ledger.ts';
import { up as balances } from './0002-balances.ts';

/** In the order of their numbers. A released migration is never edited. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-ledger': { up: ledger },
  '0002-balances': { up: balances },
};
