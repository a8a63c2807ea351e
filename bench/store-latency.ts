/** L3: how long a posting at a steady rate waits for its answer. T20: the same for the neighbours of one very busy account. */
import { randomBytes } from 'node:crypto';
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createDecisions } from '../src/core/services/decisions.ts';
import { createPaymentService } from '../src/core/services/payment-service.ts';
import { createSituations } from '../src/core/services/situations.ts';
import { systemClock } from '../src/kernel/clock.ts';
import { type AccountId, type Actor, asId, createNewId } from '../src/kernel/ids.ts';
import { silentLogger } from '../src/kernel/logger.ts';
import { money } from '../src/kernel/units.ts';
import { checkDataFolder, openSqliteStore } from '../src/store/sqlite/index.ts';
import { median, type RatioRow, type Scenario, type ScenarioResult, summary } from './scenario.ts';

/** The longest group window that the design allows. */
const WINDOW_MS = 5;
const NEIGHBOURS = 1_000;
const FULL_ROUNDS = 5;
const QUICK_ROUNDS = 2;
const ACTOR = asId<Actor>('bench');
const AMOUNT = money(1_000_000n);

/** Payments through the service, each of a serial of its own. */
interface Till {
  pay(accountId: AccountId): Promise<void>;
  /** Throws where the books do not add up to what was paid. */
  close(): Promise<void>;
}

async function openTill(dataDir: string, accounts: readonly AccountId[]): Promise<Till> {
  const clock = systemClock;
  const store = await openSqliteStore({ dataDir, clock });
  const newId = createNewId(() => clock.now(), randomBytes);
  const situations = createSituations({ store, clock, points: new Map() });
  const decisions = createDecisions({ store, situations, newId, logger: silentLogger });
  const payments = createPaymentService({ store, situations, decisions, clock, newId });
  await store.commit({ facts: accounts.map((id) => ({ kind: 'account', account: { id, state: 'open' } })) });
  let posted = 0;
  return {
    async pay(accountId) {
      posted += 1;
      const serial = String(posted);
      const order = { accountId, amount: AMOUNT, channel: 'bank', channelSerial: serial, channelDate: '2026-11-27' };
      const result = await payments.post({ ...order, idempotencyKey: serial, actor: ACTOR });
      if (!result.ok) throw new Error(`a payment was refused: ${result.error.code}`);
    },
    async close() {
      const { imbalance } = await store.read('figures', {});
      await store.close();
      const report = checkDataFolder(dataDir);
      const isWhole = report.ok && report.value.violations.length === 0 && report.value.counts.entries === posted && imbalance === 0n;
      if (!isWhole) throw new Error(`the store lost something: ${JSON.stringify(report)}`);
    },
  };
}

const HOT = asId<AccountId>('property-company');
const neighbour = (index: number) => asId<AccountId>(`flat-${index % NEIGHBOURS}`);

/** Calls that fall due so many times a second. */
interface Stream {
  readonly perSecond: number;
  call(index: number): Promise<void>;
}

/**
 * Calls at steady rates, however long the answers take; how long each call of each stream waited, from the moment when it was due,
 * in milliseconds. One loop for all streams, which leaves little behind: what it threw away would be collected at the cost of what
 * is measured.
 */
async function steadily(seconds: number, streams: readonly Stream[]): Promise<readonly Float64Array[]> {
  const startedMs = performance.now();
  const waits = streams.map(({ perSecond }) => new Float64Array(perSecond * seconds));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const called = streams.map(() => 0);
  let left = waits.reduce((sum, { length }) => sum + length, 0);
  const callDue = (): void => {
    let isOver = true;
    for (const [which, { perSecond, call }] of streams.entries()) {
      const own = waits[which] ?? new Float64Array();
      for (let next = called[which] ?? 0; next < own.length; called[which] = ++next) {
        const dueMs = startedMs + (next * 1000) / perSecond;
        if (dueMs > performance.now()) break;
        const done = (): void => {
          own[next] = performance.now() - dueMs;
          left -= 1;
          if (left === 0) resolve();
        };
        call(next).then(done, reject);
      }
      isOver &&= called[which] === own.length;
    }
    if (!isOver) setTimeout(callDue, 1);
  };
  callDue();
  await promise;
  return waits;
}

const SYNCS = 300;
/** About what a small group writes to the log. */
const SYNCED_BYTES = 8_192;

/** How long the disk of the data folder takes for one sync, in milliseconds. */
function syncTimes(dir: string): readonly number[] {
  const file = openSync(path.join(dir, 'synced'), 'a');
  const bytes = Buffer.alloc(SYNCED_BYTES, 7);
  const times = Array.from({ length: SYNCS }, () => {
    writeSync(file, bytes);
    const beforeMs = performance.now();
    fdatasyncSync(file);
    return performance.now() - beforeMs;
  });
  closeSync(file);
  return times;
}

const NOTHING = new Float64Array();

function p99(figures: ArrayLike<number>): number {
  return Float64Array.from(figures).sort()[Math.ceil(figures.length * 0.99) - 1] ?? Number.NaN;
}

/** The bound of the plan, from syncs of the same round. */
const boundOf = (syncs: readonly number[]): number => WINDOW_MS + 2 * p99(syncs);

async function withTill(measure: (till: Till, dir: string) => Promise<Omit<ScenarioResult, 'checked'>>): Promise<ScenarioResult> {
  const dir = mkdtempSync(path.join(tmpdir(), 'feikong-bench-'));
  try {
    const till = await openTill(path.join(dir, 'data'), [HOT, ...Array.from({ length: NEIGHBOURS }, (_, index) => neighbour(index))]);
    const result = await measure(till, dir);
    await till.close();
    return { ...result, checked: 'every payment is acknowledged and in the books, the chain verifies' };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const atMost = (label: string, figures: readonly number[], goal: number): RatioRow => ({
  label,
  ratio: summary(figures),
  goal,
  higherIsBetter: false,
});

const STEADY_PER_SECOND = 1_000;
const ALONE = 100;

export const l3: Scenario = {
  id: 'L3',
  title: `payments at ${STEADY_PER_SECOND} a second: from due to acknowledged`,
  run: ({ quick }) =>
    withTill(async (till, dir) => {
      const rounds: { readonly bound: number; readonly wait: number; readonly alone: number; readonly sync: number }[] = [];
      const stream = { perSecond: STEADY_PER_SECOND, call: (index: number) => till.pay(neighbour(index)) };
      await steadily(1, [stream]);
      for (let round = 0; round < (quick ? QUICK_ROUNDS : FULL_ROUNDS); round++) {
        const syncs = syncTimes(dir);
        const [waits = NOTHING] = await steadily(quick ? 1 : 2, [stream]);
        rounds.push({ bound: boundOf(syncs), wait: p99(waits), alone: median(await oneByOne(till)), sync: median(syncs) });
      }
      return {
        id: 'L3',
        rows: [
          atMost(
            'p99 of the wait / (5 ms + 2 × p99 of a sync)',
            rounds.map(({ wait, bound }) => wait / bound),
            1,
          ),
        ],
        absolute: {
          'p99 of the wait, ms': median(rounds.map(({ wait }) => wait)),
          'bound, ms': median(rounds.map(({ bound }) => bound)),
          'alone, median / one sync': median(rounds.map(({ alone, sync }) => alone / sync)),
        },
        note: 'the wait begins when a payment is due, its reads and its decision are part of it; the stretch for one alone is 1.2 syncs',
      };
    }),
};

/** Payments that nothing else is beside. */
async function oneByOne(till: Till): Promise<readonly number[]> {
  const waits: number[] = [];
  for (let index = 0; index < ALONE; index++) {
    await pause(2);
    const beforeMs = performance.now();
    await till.pay(neighbour(index));
    waits.push(performance.now() - beforeMs);
  }
  return waits;
}

const HOT_PER_SECOND = 10_000;
const NEIGHBOURS_PER_SECOND = 500;

export const t20: Scenario = {
  id: 'T20',
  title: `${HOT_PER_SECOND} payments a second into one account beside ${NEIGHBOURS_PER_SECOND} into ${NEIGHBOURS} others`,
  run: ({ quick }) =>
    withTill(async (till, dir) => {
      const rounds: { readonly bound: number; readonly wait: number; readonly rate: number }[] = [];
      const seconds = quick ? 1 : 2;
      for (let round = -1; round < (quick ? QUICK_ROUNDS : FULL_ROUNDS); round++) {
        const bound = boundOf(syncTimes(dir));
        const startedMs = performance.now();
        const [, waits = NOTHING] = await steadily(seconds, [
          { perSecond: HOT_PER_SECOND, call: () => till.pay(HOT) },
          { perSecond: NEIGHBOURS_PER_SECOND, call: (index) => till.pay(neighbour(index)) },
        ]);
        const tookMs = performance.now() - startedMs;
        if (round >= 0) rounds.push({ bound, wait: p99(waits), rate: (HOT_PER_SECOND * seconds * 1000) / tookMs });
      }
      return {
        id: 'T20',
        rows: [
          atMost(
            'p99 of the others’ wait / (5 ms + 2 × p99 of a sync)',
            rounds.map(({ wait, bound }) => wait / bound),
            1,
          ),
          {
            label: `a second into the one / ${HOT_PER_SECOND}`,
            ratio: summary(rounds.map(({ rate }) => rate / HOT_PER_SECOND)),
            goal: 0.98,
            higherIsBetter: true,
          },
        ],
        absolute: {
          'p99 of the others’ wait, ms': median(rounds.map(({ wait }) => wait)),
          'bound, ms': median(rounds.map(({ bound }) => bound)),
        },
      };
    }),
};
