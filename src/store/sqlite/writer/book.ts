import type Database from 'better-sqlite3';
import { isCustomer, type LedgerAccount } from '../../../core/model/journal.ts';
import { type Money, money, NO_MONEY } from '../../../kernel/units.ts';

/** Where an account of the ledger stands within the running group. */
export interface BookAccount {
  readonly id: number;
  readonly name: LedgerAccount;
  readonly balance: Money;
  /** Newest entry that posts here, and the newest before it. */
  readonly lastEntry: number | null;
  readonly beforeLast: number | null;
  readonly isCustomer: boolean;
}

/**
 * Balances of all ledger accounts, kept in memory. Each posting carries the balance after it; at the end of a group every account that
 * has moved is pointed at its newest entry: a hot account costs one update a group, and no posting waits for a row to be read.
 */
export interface Book {
  of(name: LedgerAccount): BookAccount | undefined;
  /** Adds to the balance; returns the account after it. */
  post(name: LedgerAccount, amount: Money, entrySeq: number): BookAccount;
  /** From here on changes can be undone, until the next mark. */
  mark(): void;
  undo(): void;
  /** Writes every account that has moved since the last flush. */
  flush(): void;
  /** Reads everything again: what was not committed is gone. */
  load(): void;
}

/** What posting moves. */
interface Standing {
  balance: Money;
  lastEntry: number | null;
  beforeLast: number | null;
}

interface Entry extends Standing {
  readonly id: number;
  readonly name: LedgerAccount;
  readonly isCustomer: boolean;
  isNew: boolean;
  /** Mark under which `marked` was noted. */
  notedAt: number;
  /** How it stood at the mark. */
  readonly marked: Standing;
}

interface AccountRow {
  readonly id: bigint;
  readonly name: string;
  readonly last_entry: bigint;
  readonly balance_after: bigint;
}

export function createBook(database: Database.Database): Book {
  // Of two postings to an account in its newest entry the last one counts, and comes last.
  const selectAll = database
    .prepare<[], AccountRow>(
      `select a.id, a.name, h.last_entry, p.balance_after
       from heads h join ledger_accounts a on a.id = h.account_id
       join postings p on p.entry_seq = h.last_entry and p.account_id = h.account_id order by a.id, p.line`,
    )
    .safeIntegers(true);
  const name = database.prepare('insert into ledger_accounts (id, name) values (?, ?)');
  const insert = database.prepare('insert into heads (last_entry, account_id) values (?, ?)');
  const update = database.prepare('update heads set last_entry = ? where account_id = ?');
  const accounts = new Map<string, Entry>();
  const moved = new Set<Entry>();
  let mark = 0;
  let lastId = 0;
  /** Accounts that have moved since the mark, in the order in which they did; `opened` are those that there were not. */
  let touched: Entry[] = [];
  let opened: Entry[] = [];

  const open = (name: LedgerAccount): Entry => {
    const entry = newAccount(++lastId, name, true);
    accounts.set(name, entry);
    opened.push(entry);
    return entry;
  };
  const changing = (name: LedgerAccount): Entry => {
    const entry = accounts.get(name) ?? open(name);
    if (entry.notedAt === mark) return entry;
    entry.notedAt = mark;
    copyStanding(entry, entry.marked);
    touched.push(entry);
    moved.add(entry);
    return entry;
  };

  return {
    of: (name) => accounts.get(name),
    post(name, amount, entrySeq) {
      const entry = changing(name);
      if (entry.lastEntry !== entrySeq) {
        entry.beforeLast = entry.lastEntry;
        entry.lastEntry = entrySeq;
      }
      entry.balance = money(entry.balance + amount);
      return entry;
    },
    mark() {
      mark += 1;
      touched = [];
      opened = [];
    },
    undo() {
      for (const entry of touched) copyStanding(entry.marked, entry);
      for (const entry of opened) {
        accounts.delete(entry.name);
        moved.delete(entry);
      }
      lastId -= opened.length;
      touched = [];
      opened = [];
    },
    flush() {
      for (const entry of [...moved].sort((left, right) => left.id - right.id)) {
        if (entry.isNew) name.run(entry.id, entry.name);
        (entry.isNew ? insert : update).run(entry.lastEntry, entry.id);
        entry.isNew = false;
      }
      moved.clear();
    },
    load() {
      accounts.clear();
      moved.clear();
      touched = [];
      opened = [];
      lastId = 0;
      for (const row of selectAll.all()) {
        const entry = entryOf(row);
        accounts.set(row.name, entry);
        lastId = entry.id;
      }
    },
  };
}

function newAccount(id: number, name: LedgerAccount, isNew: boolean): Entry {
  const standing: Standing = { balance: NO_MONEY, lastEntry: null, beforeLast: null };
  return { id, name, isCustomer: isCustomer(name), isNew, notedAt: 0, ...standing, marked: { ...standing } };
}

function copyStanding(from: Standing, to: Standing): void {
  to.balance = from.balance;
  to.lastEntry = from.lastEntry;
  to.beforeLast = from.beforeLast;
}

function entryOf({ id, name, last_entry, balance_after }: AccountRow): Entry {
  const entry = newAccount(Number(id), name as LedgerAccount, false);
  entry.balance = money(balance_after);
  entry.lastEntry = Number(last_entry);
  return entry;
}
