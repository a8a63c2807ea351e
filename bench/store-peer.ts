import path from 'node:path';
import { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { migrate } from '../src/store/sqlite/migrate.ts';
import { NAIVE_SCHEMA, type PeerData, type PeerPosting } from './store-peer-worker.ts';

/** A store under load: acknowledges one posting when it is synced. */
export interface Ledger {
  post(posting: PeerPosting): Promise<unknown>;
  /** Ends it; what it wrote must add up: throws where it does not. */
  close(expected: { readonly postings: number; readonly sum: bigint }): Promise<void>;
}

/** A peer behind the same message port as the product: what one turn of the loop asks for crosses as one text. */
export async function startPeer(kind: PeerData['kind'], dir: string): Promise<Ledger> {
  const file = path.join(dir, `${kind}.db`);
  const database = new Database(file);
  if (kind === 'limit') await migrate(database);
  else database.exec(NAIVE_SCHEMA);
  database.close();

  const worker = new Worker(new URL('./store-peer-worker.ts', import.meta.url), { workerData: { kind, file } satisfies PeerData });
  const ready = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  let asked: (readonly unknown[])[] = [];
  let waiting: (() => void)[] = [];
  worker.on('message', (stored: number) => {
    if (stored === 0) return ready.resolve();
    const settled = waiting;
    waiting = settled.slice(stored);
    for (let index = 0; index < stored; index++) settled[index]?.();
  });
  worker.on('error', ended.reject);
  worker.on('exit', () => ended.resolve());
  await ready.promise;

  const send = () => {
    worker.postMessage(JSON.stringify(asked));
    asked = [];
  };
  return {
    post: ({ id, key, at, account, amount }) =>
      new Promise<void>((resolve) => {
        asked.push([id, key, at, account, amount]);
        waiting.push(resolve);
        if (asked.length === 1) process.nextTick(send);
      }),
    async close({ postings, sum }) {
      worker.postMessage('close');
      await ended.promise;
      assertAddsUp(kind, file, postings, sum);
    },
  };
}

function assertAddsUp(kind: PeerData['kind'], file: string, postings: number, sum: bigint): void {
  const database = new Database(file, { readonly: true });
  const balances =
    kind === 'limit'
      ? 'select p.balance_after as balance, a.name from heads h join ledger_accounts a on a.id = h.account_id join postings p on p.entry_seq = h.last_entry and p.account_id = a.id'
      : 'select balance, name from accounts';
  const balance = database
    .prepare<[], bigint>(`select sum(balance) from (${balances}) where name glob 'customer:*'`)
    .pluck()
    .safeIntegers()
    .get();
  const rows = database.prepare<[], number>('select count(*) from postings').pluck().get();
  database.close();
  if (balance !== sum || rows !== 2 * postings)
    throw new Error(`${kind} lost something: ${balance} of ${sum}, ${rows} rows of ${2 * postings}`);
}
