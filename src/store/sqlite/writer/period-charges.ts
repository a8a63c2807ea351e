import type Database from 'better-sqlite3';
import { chargedTo } from '../../../core/ledger/charged.ts';
import { chargesBeside } from '../../../core/model/charge-key.ts';
import type { ChargedSoFar } from '../../../core/model/funds.ts';
import type { Posting } from '../../../core/model/journal.ts';
import type { AccountId } from '../../../kernel/ids.ts';
import { readerOn } from '../connection.ts';
import { postedByCharges } from '../queries/charge-queries.ts';

/**
 * What billing periods have cost so far. It is looked up only where a correction gives something back: what earlier groups have posted lies
 * in the database, and nothing of the running one, whose postings wait for its end and are noted here.
 */
export interface PeriodCharges {
  /** How many charges of the running group are noted. */
  readonly length: number;
  /** @param postings as they are stored */
  add(key: string, postings: readonly Posting[]): void;
  /** What the period of a charge has cost a customer before it. */
  before(key: string, accountId: AccountId): ChargedSoFar;
  /** Forgets what is noted behind the first `length`. */
  cutTo(length: number): void;
}

export function createPeriodCharges(database: Database.Database): PeriodCharges {
  const reader = readerOn(database);
  const noted: { readonly key: string; readonly postings: readonly Posting[] }[] = [];
  return {
    get length() {
      return noted.length;
    },
    add(key, postings) {
      noted.push({ key, postings });
    },
    before(key, accountId) {
      const charges = chargesBeside(key);
      const running = noted.filter((charge) => charge.key.startsWith(charges)).flatMap(({ postings }) => postings);
      return chargedTo(accountId, [...postedByCharges(reader, charges), ...running]);
    },
    cutTo(length) {
      noted.length = length;
    },
  };
}
