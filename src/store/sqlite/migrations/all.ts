import type { Migration } from 'kysely/migration';
import { up as ledger } from './0001-ledger.ts';
import { up as heads } from './0002-heads.ts';
import { up as recharges } from './0003-recharges.ts';
import { up as archive } from './0004-archive.ts';
import { up as credit } from './0005-credit.ts';
import { up as settlement } from './0006-settlement.ts';
import { up as lookups } from './0007-lookups.ts';
import { up as keyExpiry } from './0008-key-expiry.ts';

/** In the order of their numbers. A released migration is never edited. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-ledger': { up: ledger },
  '0002-heads': { up: heads },
  '0003-recharges': { up: recharges },
  '0004-archive': { up: archive },
  '0005-credit': { up: credit },
  '0006-settlement': { up: settlement },
  '0007-lookups': { up: lookups },
  '0008-key-expiry': { up: keyExpiry },
};
