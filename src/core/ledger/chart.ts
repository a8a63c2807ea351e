import type { LedgerAccount } from '../model/journal.ts';

/** Which side an account may stand on: `credit` never below zero, `debit` never above, `either`. */
export type Side = 'credit' | 'debit' | 'either';

export interface ChartRow {
  /** As `customer:ID`; its part before the colon, or all of it, names it in the journal and in hledger. */
  readonly pattern: string;
  readonly side: Side;
  /** Belongs to one customer: it is in whole fen, and moves the version of his account. */
  readonly ofCustomer: boolean;
  readonly meaning: string;
}

// biome-ignore format: a table, one account a line
/** Every account there is. Positive is credit: it raises what a customer has. */
export const CHART: readonly ChartRow[] = [
  { pattern: 'customer:ID',       side: 'either', ofCustomer: true,  meaning: 'a customer’s own money; below zero he has used more than he paid' },
  { pattern: 'receivable:ID',     side: 'debit',  ofCustomer: true,  meaning: 'what a contract that pays after reading owes for energy' },
  { pattern: 'late-fee:ID',       side: 'debit',  ofCustomer: true,  meaning: 'what is owed for paying late' },
  { pattern: 'guarantee:ID',      side: 'credit', ofCustomer: true,  meaning: 'taken in as a security' },
  { pattern: 'promotion:ID',      side: 'credit', ofCustomer: true,  meaning: 'credit that was given: used first, never paid out' },
  { pattern: 'emergency:ID',      side: 'debit',  ofCustomer: true,  meaning: 'emergency credit that was used: repaid first' },
  { pattern: 'cash:CHANNEL',      side: 'either', ofCustomer: false, meaning: 'in transit in a channel, as minus: the other side of what came in and went out' },
  { pattern: 'suspense',          side: 'credit', ofCustomer: false, meaning: 'came in, and nobody could be found for it' },
  { pattern: 'revenue:COMPONENT', side: 'either', ofCustomer: false, meaning: 'what a bill line has earned, in 10⁻⁶ yuan' },
  { pattern: 'rounding',          side: 'either', ofCustomer: false, meaning: 'what rounding to the fen has left over' },
  { pattern: 'promotion-granted', side: 'either', ofCustomer: false, meaning: 'the other side of promotions' },
];

const ROWS = new Map(
  CHART.map((row) => [row.pattern.includes(':') ? row.pattern.slice(0, row.pattern.indexOf(':') + 1) : row.pattern, row]),
);

/** Undefined for what is no account of the chart. */
export function chartRowOf(account: LedgerAccount): ChartRow | undefined {
  const colon = account.indexOf(':');
  return ROWS.get(colon < 0 ? account : account.slice(0, colon + 1));
}

/** Whose account it is; undefined where it is nobody’s. */
export const ownerOf = (account: LedgerAccount): string | undefined =>
  chartRowOf(account)?.ofCustomer === true ? account.slice(account.indexOf(':') + 1) : undefined;
