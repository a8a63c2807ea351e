/**
 * The other side's writer threads. `limit` does only what is unavoidable for the rows that the product writes: balances in memory,
 * plain updates at the end of a group, one chain link, one synced commit. `naive` is the layout that one writes first: a row for
 * each thing and `UPDATE … RETURNING` for each posting. Both have a thread behind
 * the same port, one text a turn, the product's pragmas and one link a group.
 */
import { createHash } from 'node:crypto';
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type Database from 'better-sqlite3';
import { openForWriting } from '../src/store/sqlite/connection.ts';

export interface PeerData {
  readonly kind: 'limit' | 'naive';
  readonly file: string;
}
/** One posting of money in: the amount to the customer, the same from the channel's cash. */
export interface PeerPosting {
  readonly id: string;
  readonly key: string;
  readonly at: number;
  readonly account: string;
  readonly amount: number;
}
/** Postings packed into a text, or the wish to end. */
type ToPeer = string;
/** Stores one group and syncs it. */
type Group = (postings: readonly PeerPosting[]) => void;

const CASH = 'cash:bank';

if (parentPort !== null) serve(parentPort, workerData as PeerData);

function serve(port: MessagePort, { kind, file }: PeerData): void {
  const database = openForWriting(file);
  const store = kind === 'limit' ? limitGroup(database) : naiveGroup(database);
  port.on('message', (first: ToPeer) => {
    const postings: PeerPosting[] = [];
    let message: ToPeer | undefined = first;
    for (; message !== undefined && message !== 'close'; message = received(port)) {
      for (const packed of unpacked(message)) postings.push(packed);
    }
    if (postings.length > 0) {
      store(postings);
      port.postMessage(postings.length);
    }
    if (message !== 'close') return;
    database.close();
    port.close();
  });
  port.postMessage(0);
}

const received = (port: MessagePort) => (receiveMessageOnPort(port) as { message: ToPeer } | undefined)?.message;

function unpacked(text: string): readonly PeerPosting[] {
  const rows = JSON.parse(text) as readonly [string, string, number, string, number][];
  return rows.map(([id, key, at, account, amount]) => ({ id, key, at, account, amount }));
}

function limitGroup(database: Database.Database): Group {
  const begin = database.prepare('begin immediate');
  const commit = database.prepare('commit');
  const entry = database.prepare("insert into entries (seq, id, kind, key, at, actor, memo) values (?, ?, 'payment', ?, ?, 'bench', '')");
  const posting = database.prepare(
    'insert into postings (entry_seq, line, account_id, amount, balance_after, previous_entry) values (?, ?, ?, ?, ?, ?)',
  );
  const insertAccount = database.prepare('insert into ledger_accounts (id, name) values (?, ?)');
  const insertHead = database.prepare('insert into heads (account_id, last_entry) values (?, 0)');
  const update = database.prepare('update heads set last_entry = ? where account_id = ?');
  const link = database.prepare('insert into links (from_seq, to_seq, at, hash) values (?, ?, ?, ?)');
  const accounts = new Map<string, { id: number; balance: bigint; last: number | null }>();
  let seq = 0;
  let head = '';

  const post = (name: string, amount: bigint, line: number, moved: Set<string>) => {
    let account = accounts.get(name);
    if (account === undefined) {
      account = { id: accounts.size + 1, balance: 0n, last: null };
      accounts.set(name, account);
      insertAccount.run(account.id, name);
      insertHead.run(account.id);
    }
    account.balance += amount;
    posting.run(seq, line, account.id, amount, account.balance, account.last);
    account.last = seq;
    moved.add(name);
  };
  return (postings) => {
    const moved = new Set<string>();
    const lines: string[] = [];
    const first = seq + 1;
    begin.run();
    for (const { id, key, at, account, amount } of postings) {
      seq += 1;
      entry.run(seq, id, key, at);
      post(account, BigInt(amount), 0, moved);
      post(CASH, BigInt(-amount), 1, moved);
      lines.push(JSON.stringify([seq, id, key, at, account, amount]));
    }
    for (const name of moved) {
      const account = accounts.get(name);
      if (account !== undefined) update.run(account.last, account.id);
    }
    head = createHash('sha256').update(head).update(lines.join('\n')).digest('hex');
    link.run(first, seq, postings[0]?.at, head);
    commit.run();
  };
}

/** Names the naive layout's tables; made by the bench before the thread starts. */
export const NAIVE_SCHEMA = `
  create table keys (key text primary key, entry_id text not null);
  create table entries (id text primary key, kind text not null, at integer not null, actor text not null, memo text not null);
  create table accounts (name text primary key, balance integer not null, version integer not null);
  create table postings (id integer primary key, entry_id text not null, account text not null, amount integer not null, balance_after integer not null);
  create index postings_by_account on postings (account);
  create index postings_by_entry on postings (entry_id);
  create table outbox (seq integer primary key, at integer not null, type text not null, body text not null);
  create table links (from_seq integer primary key, to_seq integer not null, at integer not null, hash text not null);`;

function naiveGroup(database: Database.Database): Group {
  const begin = database.prepare('begin immediate');
  const commit = database.prepare('commit');
  const key = database.prepare('insert into keys (key, entry_id) values (?, ?)');
  const entry = database.prepare("insert into entries (id, kind, at, actor, memo) values (?, 'payment', ?, 'bench', '')");
  const open = database.prepare('insert into accounts (name, balance, version) values (?, 0, 0) on conflict do nothing');
  const move = database
    .prepare<[number, string], bigint>('update accounts set balance = balance + ?, version = version + 1 where name = ? returning balance')
    .pluck()
    .safeIntegers(true);
  const posting = database.prepare('insert into postings (entry_id, account, amount, balance_after) values (?, ?, ?, ?)');
  const outbox = database.prepare("insert into outbox (seq, at, type, body) values (?, ?, 'payment.posted', ?)");
  const link = database.prepare('insert into links (from_seq, to_seq, at, hash) values (?, ?, ?, ?)');
  let seq = 0;
  let head = '';
  const opened = new Set<string>();
  const post = (entryId: string, account: string, amount: number) => {
    if (!opened.has(account)) open.run(account);
    opened.add(account);
    posting.run(entryId, account, amount, move.get(amount, account));
  };
  return (postings) => {
    const lines: string[] = [];
    const first = seq + 1;
    begin.run();
    for (const { id, key: text, at, account, amount } of postings) {
      seq += 1;
      key.run(text, id);
      entry.run(id, at);
      post(id, account, amount);
      post(id, CASH, -amount);
      const body = JSON.stringify([seq, id, text, at, account, amount]);
      outbox.run(seq, at, body);
      lines.push(body);
    }
    head = createHash('sha256').update(head).update(lines.join('\n')).digest('hex');
    link.run(first, seq, postings[0]?.at, head);
    commit.run();
  };
}
