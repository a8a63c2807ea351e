import type Database from 'better-sqlite3';
import { formatInstant, instantOf } from '../../kernel/clock.ts';
import { formatDecimal } from '../../kernel/decimal.ts';
import { readFolder } from './read-only.ts';

/**
 * The journal as hledger reads it: an entry is a transaction on its UTC day, described by its key, its position as code.
 *
 * Signs are those of the journal: positive is credit and raises what a customer has. Amounts are exact, with six decimals.
 *
 * @errors data-unreadable, data-too-new
 */
export function exportHledger(dir: string): string {
  return readFolder(dir, (database) => [...journalLines(database)].join('\n'));
}

interface EntryRow {
  readonly seq: bigint;
  readonly at: bigint;
  readonly key: string;
}

function* journalLines(database: Database.Database): Iterable<string> {
  const entries = database.prepare<[], EntryRow>('select seq, at, key from entries order by seq');
  const postings = database.prepare<[bigint], { name: string; amount: bigint }>(
    'select a.name, p.amount from postings p join ledger_accounts a on a.id = p.account_id where p.entry_seq = ? order by p.line',
  );
  yield '; Positive is credit: it raises what a customer has.';
  yield 'commodity 1.000000 CNY';
  for (const { seq, at, key } of entries.iterate()) {
    yield '';
    yield `${formatInstant(instantOf(Number(at))).slice(0, 10)} * (${seq}) ${oneLine(key)}`;
    for (const { name, amount } of postings.all(seq)) yield `    ${oneLine(name)}  ${formatDecimal({ unscaled: amount, scale: 6 })} CNY`;
  }
  yield '';
}

/** Neither two blanks, which end an account's name, nor a comment's mark come through. */
const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').replaceAll(';', ',');
