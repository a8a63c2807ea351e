import type Database from 'better-sqlite3';
import { formatMoney, money } from '../../../kernel/units.ts';

/** One place where an invariant does not hold. */
export interface Violation {
  /** As `I4`. */
  readonly invariant: string;
  readonly where: string;
  readonly found: string;
  readonly expected: string;
}

/** Recomputes one invariant from the rows, by a path that shares nothing with the writer. Integers come as bigint. */
export type Check = (database: Database.Database) => Iterable<Violation>;

export const yuan = (microYuan: bigint): string => formatMoney(money(microYuan));
