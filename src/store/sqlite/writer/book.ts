import type Database from 'better-sqlite3';
import { isCustomer, type LedgerAccount } from '../../../core/model/journal.ts';
import { type Money, money, NO_MONEY } from '../../../kernel/units.ts';

/** Where an account of the ledger stands within the running group. */
export interface BookAccount {
  readonly id: number;
  readonly name: LedgerAccount;
  readonly balance: Money;
  readonly version: number;
  /** Newest entry that posts here, and the newest before it. */
  readonly lastEntry: number | null;
  readonly beforeLast: number | null;
  readonly isCustomer: boolean;
}

/**
 * Balances of all ledger accounts, kept in memory and written by plain updates at the end of each group: a hot account costs one
 * update a group, and no posting waits for a row to be read.
 */
export interface Book {
  of(name: LedgerAccount): BookAccount | undefined;
  /** Adds to the balance; returns the account after it. A customer's version moves with each posting. */
  post(name: LedgerAccount, amount: Money, entrySeq: number): BookAccount;
  raiseVersion(name: LedgerAccount): void;
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
  version: number;
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

interface LedgerAccountRow {
  readonly id: bigint;
  readonly name: string;
  readonly balance: bigint;
  readonly version: bigint;
  readonly last_entry: bigint | null;
}

export function createBook(database: Database.Database): Book {
  const selectAll = database
    .prepare<[], LedgerAccountRow>('select id, name, balance, version, last_entry from ledger_accounts join balances on account_id = id')
    .safeIntegers(true);
  const name = database.prepare('insert into ledger_accounts (id, name) values (?, ?)');
  const insert = database.prepare('insert into balances (balance, version, last_entry, account_id) values (?, ?, ?, ?)');
  const update = database.prepare('update balances set balance = ?, version = ?, last_entry = ? where account_id = ?');
  const accounts = new Map<string, Entry>();
  const moved = new Set<Entry>();
  let mark = 0;
  /** Accounts that have moved since the mark, in the order in which they did; `opened` are those that there were not. */
  let touched: Entry[] = [];
  let opened: Entry[] = [];

  const open = (name: LedgerAccount): Entry => {
    const entry = newAccount(accounts.size + 1, name, true);
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
      if (entry.isCustomer) entry.version += 1;
      return entry;
    },
    raiseVersion(name) {
      changing(name).version += 1;
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
      touched = [];
      opened = [];
    },
    flush() {
      for (const entry of [...moved].sort((left, right) => left.id - right.id)) {
        if (entry.isNew) name.run(entry.id, entry.name);
        (entry.isNew ? insert : update).run(entry.balance, entry.version, entry.lastEntry, entry.id);
        entry.isNew = false;
      }
      moved.clear();
    },
    load() {
      accounts.clear();
      moved.clear();
      touched = [];
      opened = [];
      for (const row of selectAll.all()) accounts.set(row.name, entryOf(row));
    },
  };
}

function newAccount(id: number, name: LedgerAccount, isNew: boolean): Entry {
  const standing: Standing = { balance: NO_MONEY, version: 0, lastEntry: null, beforeLast: null };
  return { id, name, isCustomer: isCustomer(name), isNew, notedAt: 0, ...standing, marked: { ...standing } };
}

function copyStanding(from: Standing, to: Standing): void {
  to.balance = from.balance;
  to.version = from.version;
  to.lastEntry = from.lastEntry;
  to.beforeLast = from.beforeLast;
}

function entryOf({ id, name, balance, version, last_entry }: LedgerAccountRow): Entry {
  const entry = newAccount(Number(id), name as LedgerAccount, false);
  entry.balance = money(balance);
  entry.version = Number(version);
  entry.lastEntry = last_entry === null ? null : Number(last_entry);
  return entry;
}
