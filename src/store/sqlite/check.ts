import type Database from 'better-sqlite3';
import { OperatorError } from '../../kernel/app-error.ts';
import type { ErrorCode } from '../../kernel/error-codes.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { checkArchive, type Opens } from './check/archive.ts';
import { checkBalances } from './check/balances.ts';
import { checkBillChain } from './check/bill-chain.ts';
import { checkBilledUse } from './check/billed-use.ts';
import { checkBills } from './check/bills.ts';
import { checkChain } from './check/chain.ts';
import { checkHolds } from './check/holds.ts';
import { checkJournal } from './check/journal.ts';
import { checkKeys } from './check/keys.ts';
import { checkPromotions } from './check/promotions.ts';
import { checkRecharges } from './check/recharges.ts';
import { checkRounding } from './check/rounding.ts';
import { checkSides } from './check/sides.ts';
import { checkSupply } from './check/supply.ts';
import { checkTrips } from './check/trips.ts';
import type { Check, Violation } from './check/violation.ts';
import { readFolder } from './read-only.ts';

export type { Opens, Violation };

export interface CheckReport {
  /** Empty where all hold. */
  readonly violations: readonly Violation[];
  /** The invariants that were recomputed. */
  readonly checked: readonly string[];
  /** How much was looked at. */
  readonly counts: Readonly<Record<(typeof COUNTED)[number], number>>;
}

export interface CheckError {
  readonly code: ErrorCode;
  /** One sentence for the operator. */
  readonly message: string;
}

const CHECKS = {
  I1: checkJournal,
  I3: checkKeys,
  I4: (database) => [...checkBalances(database), ...checkSides(database), ...checkPromotions(database)],
  I5: checkHolds,
  I6: (database) => [...checkBills(database), ...checkBillChain(database), ...checkBilledUse(database)],
  I8: checkTrips,
  I9: checkSupply,
  I10: checkChain,
  I11: checkRounding,
  I14: checkRecharges,
} as const satisfies Record<string, Check>;

export type CheckedInvariant = keyof typeof CHECKS;

/** Recomputes some invariants, or all of them, of a database that this process writes: of a model's, which lies in memory. */
export function checkOpenDatabase(database: Database.Database, invariants?: readonly CheckedInvariant[]): readonly Violation[] {
  database.defaultSafeIntegers(true);
  try {
    if (invariants === undefined) return violationsIn(database, undefined);
    return invariants.flatMap((invariant) => [...CHECKS[invariant](database)]);
  } finally {
    database.defaultSafeIntegers(false);
  }
}

const COUNTED = [
  'entries',
  'postings',
  'payments',
  'holds',
  'bills',
  'readings',
  'commands',
  'recharges',
  'decisions',
  'records',
  'links',
] as const;

/**
 * Recomputes every invariant that a data folder can show, from the stored rows alone; writes nothing and works beside a running
 * gateway.
 *
 * @param opens tells whether a sealed text opens; absent where no key is set
 * @errors data-unreadable, data-too-new
 */
export function checkDataFolder(dir: string, opens?: Opens): Result<CheckReport, CheckError> {
  try {
    return ok(readFolder(dir, (database) => checkDatabase(database, opens)));
  } catch (error) {
    if (error instanceof OperatorError) return err({ code: error.code, message: error.message });
    throw error;
  }
}

function checkDatabase(database: Database.Database, opens: Opens | undefined): CheckReport {
  const violations = violationsIn(database, opens);
  const counts = Object.fromEntries(COUNTED.map((table) => [table, countOf(database, table)])) as CheckReport['counts'];
  return { violations, checked: [...Object.keys(CHECKS), 'archive'], counts };
}

const violationsIn = (database: Database.Database, opens: Opens | undefined): readonly Violation[] => [
  ...Object.values(CHECKS).flatMap((check) => [...check(database)]),
  ...checkArchive(database, opens),
];

const countOf = (database: Database.Database, table: string): number =>
  Number(database.prepare<[], bigint>(`select count(*) from ${table}`).pluck().get() ?? 0n);
