import type Database from 'better-sqlite3';
import { OWN_MONEY_ONLY } from '../../../core/ledger/buckets.ts';
import { chartRowOf, ownerOf, type Side } from '../../../core/ledger/chart.ts';
import type { CreditTerms, Funds } from '../../../core/model/funds.ts';
import { isCustomer, type LedgerAccount } from '../../../core/model/journal.ts';
import { AppError } from '../../../kernel/app-error.ts';
import { type AccountId, asId } from '../../../kernel/ids.ts';
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
  /** Which side it may stand on. */
  readonly side: Side;
  /** The customer whose account it is, his own money apart. */
  readonly owner: string | undefined;
  /** Of a customer's own money: what he has and owes besides; undefined where there is nothing of the kind, as with most. */
  readonly funds: Funds | undefined;
}

/**
 * Balances of all ledger accounts, kept in memory. Each posting carries the balance after it; at the end of a group every account that
 * has moved is pointed at its newest entry: a hot account costs one update a group, and no posting waits for a row to be read.
 */
export interface Book {
  of(name: LedgerAccount): BookAccount | undefined;
  /** Where an account stands, though nothing was ever posted to it. */
  standing(name: LedgerAccount): Pick<BookAccount, 'balance' | 'funds'>;
  /** What is agreed of a customer's credit from here on. */
  agree(terms: CreditTerms): void;
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
  readonly side: Side;
  readonly owner: string | undefined;
  /** Shared by all accounts of one customer; read by way of his own money. */
  purse: Purse | undefined;
  readonly funds: Funds | undefined;
  isNew: boolean;
  /** Mark under which `marked` was noted. */
  notedAt: number;
  /** How it stood at the mark. */
  readonly marked: Standing;
}

interface TermsRow {
  readonly account_id: string;
  readonly emergency_limit: bigint;
  readonly recovery_share: bigint;
}

interface AccountRow {
  readonly id: bigint;
  readonly name: string;
  readonly last_entry: bigint;
  readonly balance_after: bigint;
}

/** The accounts of one customer besides his own money, as far as he has any. */
interface Purse {
  promotion?: Entry;
  emergency?: Entry;
  receivable?: Entry;
  lateFee?: Entry;
  terms?: CreditTerms | undefined;
}

const PURSE_OF: ReadonlyMap<string, 'promotion' | 'emergency' | 'receivable' | 'lateFee'> = new Map([
  ['promotion', 'promotion'],
  ['emergency', 'emergency'],
  ['receivable', 'receivable'],
  ['late-fee', 'lateFee'],
]);

const OWN = 'customer:';
const NOTHING = { balance: NO_MONEY, funds: undefined };

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

  const purses = new Map<string, Purse>();
  let agreed: (readonly [Purse, CreditTerms | undefined])[] = [];
  const selectTerms = database
    .prepare<[], TermsRow>('select account_id, emergency_limit, recovery_share from credit_terms')
    .safeIntegers(true);

  const purseOf = (owner: string): Purse => {
    const known = purses.get(owner);
    if (known !== undefined) return known;
    const purse: Purse = {};
    purses.set(owner, purse);
    const own = accounts.get(`${OWN}${owner}`);
    if (own !== undefined) own.purse = purse;
    return purse;
  };
  const link = (entry: Entry): void => {
    if (entry.isCustomer) entry.purse = purses.get(entry.name.slice(OWN.length));
    const part = entry.owner === undefined ? undefined : PURSE_OF.get(entry.name.slice(0, entry.name.indexOf(':')));
    if (part !== undefined) purseOf(entry.owner ?? '')[part] = entry;
  };
  const unlink = ({ name, owner }: Entry): void => {
    const part = owner === undefined ? undefined : PURSE_OF.get(name.slice(0, name.indexOf(':')));
    if (part !== undefined) delete purseOf(owner ?? '')[part];
  };
  const open = (name: LedgerAccount): Entry => {
    const entry = newAccount(++lastId, name, true);
    accounts.set(name, entry);
    link(entry);
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
    standing(name) {
      const known = accounts.get(name);
      if (known !== undefined || !isCustomer(name)) return known ?? NOTHING;
      const purse = purses.get(name.slice(OWN.length));
      return purse === undefined ? NOTHING : { balance: NO_MONEY, funds: fundsOf(purse) };
    },
    agree(terms) {
      const purse = purseOf(terms.accountId);
      agreed.push([purse, purse.terms]);
      purse.terms = terms;
    },
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
      agreed = [];
    },
    undo() {
      for (const [purse, before] of agreed.toReversed()) purse.terms = before;
      agreed = [];
      for (const entry of touched) copyStanding(entry.marked, entry);
      for (const entry of opened) {
        accounts.delete(entry.name);
        moved.delete(entry);
        unlink(entry);
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
      agreed = [];
      purses.clear();
      lastId = 0;
      for (const { account_id, emergency_limit, recovery_share } of selectTerms.all()) {
        const accountId = asId<AccountId>(account_id);
        purseOf(account_id).terms = { accountId, emergencyLimit: money(emergency_limit), recoveryShare: Number(recovery_share) };
      }
      for (const row of selectAll.all()) {
        const entry = entryOf(row);
        accounts.set(row.name, entry);
        link(entry);
        lastId = entry.id;
      }
    },
  };
}

function newAccount(id: number, name: LedgerAccount, isNew: boolean): Entry {
  const row = chartRowOf(name);
  if (row === undefined) throw new AppError('unknown-ledger-account', 'an entry posts to an account that is not in the chart', { name });
  const own = isCustomer(name);
  return {
    id,
    name,
    isCustomer: own,
    side: row.side,
    owner: own ? undefined : ownerOf(name),
    purse: undefined,
    get funds() {
      return this.purse === undefined ? undefined : fundsOf(this.purse);
    },
    isNew,
    notedAt: 0,
    balance: NO_MONEY,
    lastEntry: null,
    beforeLast: null,
    marked: { balance: NO_MONEY, lastEntry: null, beforeLast: null },
  };
}

const fundsOf = ({ promotion, emergency, receivable, lateFee, terms }: Purse): Funds => ({
  promotion: promotion?.balance ?? NO_MONEY,
  emergency: emergency?.balance ?? NO_MONEY,
  emergencyLimit: terms?.emergencyLimit ?? OWN_MONEY_ONLY.emergencyLimit,
  receivable: receivable?.balance ?? NO_MONEY,
  lateFee: lateFee?.balance ?? NO_MONEY,
  recoveryShare: terms?.recoveryShare ?? OWN_MONEY_ONLY.recoveryShare,
});

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
