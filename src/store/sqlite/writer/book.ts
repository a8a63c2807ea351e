import type Database from 'better-sqlite3';
import type { LedgerAccount } from '../../../core/model/journal.ts';
import { type Money, money, NO_MONEY } from '../../../kernel/units.ts';

/** Where an account of the ledger stands within the running group. */
export interface BookAccount {
  readonly id: number;
  readonly name: LedgerAccount;
  readonly balance: Money;
  readonly version: number;
  /** Newest entry that posts here. */
  readonly lastEntry: number | null;
}

/**
 * Balances of all ledger accounts, kept in memory and written by plain updates at the end of each group: a hot account costs one
 * update a group, and no posting waits for a row to be read.
 */
export interface Book {
  of(name: LedgerAccount): BookAccount | undefined;
  /** Adds to the balance; returns the account after it and the entry that posted here before this one. */
  post(name: LedgerAccount, amount: Money, entrySeq: number): { readonly account: BookAccount; readonly previousEntry: number | null };
  raiseVersion(name: LedgerAccount): void;
  /** From here on changes can be undone, until the next mark. */
  mark(): void;
  undo(): void;
  /** Writes every account that has moved since the last flush. */
  flush(): void;
  /** Reads everything again: what was not committed is gone. */
  load(): void;
}

type Entry = { -readonly [Field in keyof BookAccount]: BookAccount[Field] } & {
  /** Newest entry before `lastEntry`; needed while `lastEntry` is being posted. */
  beforeLast: number | null;
  isNew: boolean;
  /** Mark under which it was noted how it stood. */
  notedAt: number;
};

interface LedgerAccountRow {
  readonly id: bigint;
  readonly name: string;
  readonly balance: bigint;
  readonly version: bigint;
  readonly last_entry: bigint | null;
}

export function createBook(database: Database.Database): Book {
  const selectAll = database
    .prepare<[], LedgerAccountRow>('select id, name, balance, version, last_entry from ledger_accounts')
    .safeIntegers(true);
  const insert = database.prepare('insert into ledger_accounts (balance, version, last_entry, name, id) values (?, ?, ?, ?, ?)');
  const update = database.prepare('update ledger_accounts set balance = ?, version = ?, last_entry = ? where id = ?');
  const accounts = new Map<string, Entry>();
  const moved = new Set<Entry>();
  let mark = 0;
  /** How each account that has moved since the mark stood at it; undefined where there was none. */
  let before: { readonly entry: Entry; readonly earlier: Entry | undefined }[] = [];

  const changing = (name: LedgerAccount): Entry => {
    const known = accounts.get(name);
    const entry = known ?? {
      id: accounts.size + 1,
      name,
      balance: NO_MONEY,
      version: 0,
      lastEntry: null,
      beforeLast: null,
      isNew: true,
      notedAt: 0,
    };
    if (known === undefined) accounts.set(name, entry);
    if (entry.notedAt === mark) return entry;
    before.push({ entry, earlier: known && { ...known } });
    entry.notedAt = mark;
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
      return { account: entry, previousEntry: entry.beforeLast };
    },
    raiseVersion(name) {
      changing(name).version += 1;
    },
    mark() {
      mark += 1;
      before = [];
    },
    undo() {
      for (const { entry, earlier } of before) {
        if (earlier !== undefined) Object.assign(entry, earlier);
        else if (accounts.delete(entry.name)) moved.delete(entry);
      }
      before = [];
    },
    flush() {
      for (const entry of [...moved].sort((left, right) => left.id - right.id)) {
        if (entry.isNew) insert.run(entry.balance, entry.version, entry.lastEntry, entry.name, entry.id);
        else update.run(entry.balance, entry.version, entry.lastEntry, entry.id);
        entry.isNew = false;
      }
      moved.clear();
    },
    load() {
      accounts.clear();
      moved.clear();
      before = [];
      for (const row of selectAll.all()) accounts.set(row.name, entryOf(row));
    },
  };
}

function entryOf({ id, name, balance, version, last_entry }: LedgerAccountRow): Entry {
  return {
    id: Number(id),
    name: name as LedgerAccount,
    balance: money(balance),
    version: Number(version),
    lastEntry: last_entry === null ? null : Number(last_entry),
    beforeLast: null,
    isNew: false,
    notedAt: 0,
  };
}
