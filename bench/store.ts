/** L1 and L2: durable postings, alone and from many callers, against raw better-sqlite3 in a thread of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { JournalEntry } from '../src/core/model/journal.ts';
import { cashAccount, customerAccount } from '../src/core/model/journal.ts';
import { instantOf, systemClock } from '../src/kernel/clock.ts';
import { asId } from '../src/kernel/ids.ts';
import { money } from '../src/kernel/units.ts';
import { checkDataFolder, openSqliteStore } from '../src/store/sqlite/index.ts';
import { type Contender, type Ratio, type RatioRow, ratioRounds, type Scenario, type ScenarioResult } from './scenario.ts';
import { type Ledger, startPeer } from './store-peer.ts';
import type { PeerPosting } from './store-peer-worker.ts';

/** A town: what the plan reckons with. Balances lie on more pages than a group touches twice. */
const CUSTOMERS = 100_000;
const AMOUNT = 50_000_000;
const AT = 1_795_500_000_000;
/** Disks and checkpoints strike one lap and not the next: it takes more of them, and longer ones, to know a median. */
const FULL_ROUNDS = 9;

export const l1: Scenario = {
  id: 'L1',
  title: 'durable postings, one a commit: balanced, keyed once for ever, chained, synced',
  run: ({ quick }) =>
    withLedgers(['ours', 'limit'], quick ? 2_000 : 20_000, async (ledgers) => {
      const rounds = await ratioRounds(contendersOf(ledgers, { callers: 1, postings: quick ? 200 : 2_000 }), {
        quick,
        fullRounds: FULL_ROUNDS,
      });
      return {
        id: 'L1',
        rows: [row('of raw better-sqlite3 writing the same rows', rounds.ratio('ours', 'limit'), 0.9, 0.97)],
        absolute: {
          'postings a second': rounds.medianOf('ours', 'perSecond'),
          'µs of CPU a posting': rounds.medianOf('ours', 'cpuMicrosPerUnit'),
        },
      };
    }),
};

const GROUPS = [
  { callers: 64, naiveGoal: undefined },
  { callers: 100, naiveGoal: 2 },
  { callers: 1_000, naiveGoal: 3 },
] as const;

export const l2: Scenario = {
  id: 'L2',
  title: 'durable postings from many callers: group commit',
  run: ({ quick }) =>
    withLedgers(['ours', 'limit', 'naive'], quick ? 20_000 : CUSTOMERS, async (ledgers) => {
      const rows: RatioRow[] = [];
      const absolute: Record<string, number> = {};
      for (const { callers, naiveGoal } of GROUPS) {
        const postings = callers * Math.ceil((quick ? 3_000 : 24_000) / callers);
        const rounds = await ratioRounds(contendersOf(ledgers, { callers, postings }), { quick, fullRounds: FULL_ROUNDS });
        rows.push(row(`${callers} callers, of the minimal loop`, rounds.ratio('ours', 'limit'), 0.7, 0.85));
        if (naiveGoal !== undefined) rows.push(row(`${callers} callers, over the naive layout`, rounds.ratio('ours', 'naive'), naiveGoal));
        absolute[`${callers} callers, postings a second`] = rounds.medianOf('ours', 'perSecond');
        absolute[`${callers} callers, µs of CPU a posting`] = rounds.medianOf('ours', 'cpuMicrosPerUnit');
      }
      const note = `peers share port, pragmas, chain and texts; ${CUSTOMERS} customers (fewer in a quick run), serials in order`;
      return { id: 'L2', rows, absolute, note };
    }),
};

const row = (label: string, ratio: Ratio, goal: number, stretch?: number): RatioRow => ({
  label,
  ratio,
  goal,
  ...(stretch === undefined ? {} : { stretch }),
  higherIsBetter: true,
});

type Name = 'ours' | 'limit' | 'naive';
interface Counted {
  readonly ledger: Ledger;
  posted: number;
  readonly customers: number;
}
type Ledgers = ReadonlyMap<Name, Counted>;

/** Starts the ledgers with so many customers, measures, and closes them: each then checks its own books. */
async function withLedgers(
  names: readonly Name[],
  customers: number,
  measure: (ledgers: Ledgers) => Promise<Omit<ScenarioResult, 'checked'>>,
): Promise<ScenarioResult> {
  const dir = mkdtempSync(path.join(tmpdir(), 'feikong-bench-'));
  try {
    const ledgers = new Map<Name, Counted>();
    for (const name of names)
      ledgers.set(name, { ledger: await (name === 'ours' ? startOurs(dir) : startPeer(name, dir)), posted: 0, customers });
    for (const opening of contendersOf(ledgers, { callers: 1_000, postings: customers })) await opening.run();
    const result = await measure(ledgers);
    for (const { ledger, posted } of ledgers.values()) await ledger.close({ postings: posted, sum: BigInt(posted) * BigInt(AMOUNT) });
    return {
      ...result,
      checked: `balances of ${customers} customers add up over ${ledgers.get('ours')?.posted} postings, the chain verifies`,
    };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Every contender posts the same number, by the same number of callers, each waiting for its answer before it asks again. */
function contendersOf(
  ledgers: Ledgers,
  { callers, postings }: { readonly callers: number; readonly postings: number },
): readonly Contender[] {
  return [...ledgers].map(([name, counted]) => postingContender(name, counted, { callers, postings }));
}

export function postingContender(
  name: string,
  counted: Counted,
  { callers, postings }: { readonly callers: number; readonly postings: number },
): Contender {
  return {
    name,
    async run() {
      const caller = async () => {
        for (let left = postings / callers; left > 0; left--) await counted.ledger.post(postingNumber(counted.posted++, counted.customers));
      };
      await Promise.all(Array.from({ length: callers }, caller));
      return postings;
    },
  };
}

/** The same customers in the same order for everyone, far from their neighbours; serials as banks give them, one after the other. */
function postingNumber(index: number, customers: number): PeerPosting {
  const serial = String(index).padStart(12, '0');
  const customer = (index * 7_919) % customers;
  return {
    id: `ent_${(AT + index).toString(32)}${serial}`,
    key: `payment:bank:2026-11-24:${serial}`,
    at: AT + index,
    account: `customer:a${customer}`,
    amount: AMOUNT,
  };
}

export async function startOurs(dir: string): Promise<Ledger> {
  const dataDir = path.join(dir, 'ours');
  const store = await openSqliteStore({ dataDir, clock: systemClock });
  return {
    async post(posting) {
      const outcome = await store.commit({ facts: [{ kind: 'entry', entry: entryOf(posting) }] });
      if (outcome.status !== 'committed') throw new Error(`a posting was ${outcome.status}`);
    },
    async close({ postings }) {
      const accounts = await store.read('figures', {});
      await store.close();
      const report = checkDataFolder(dataDir);
      const isWhole =
        report.ok && report.value.violations.length === 0 && report.value.counts.entries === postings && accounts.imbalance === 0n;
      if (!isWhole) throw new Error(`the store lost something: ${JSON.stringify(report)}`);
    },
  };
}

function entryOf({ id, key, at, account, amount }: PeerPosting): JournalEntry {
  return {
    id: asId(id),
    kind: 'payment',
    key,
    at: instantOf(at),
    actor: asId('bench'),
    meterPointId: undefined,
    businessDay: undefined,
    reverses: undefined,
    memo: '',
    postings: [
      { account: customerAccount(asId(account.slice('customer:'.length))), amount: money(BigInt(amount)) },
      { account: cashAccount('bank'), amount: money(BigInt(-amount)) },
    ],
  };
}
