/**
 * B1: a charge run over a town with steps in its price: the first readings of a day are rated, the day before is posted, and each
 * customer is judged, all in one commit; against plain integers and against L2's postings. What day end posts of silent meters besides
 * is timed, too.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Accrual } from '../src/core/model/accrual.ts';
import type { Fact } from '../src/core/model/fact.ts';
import { customerAccount } from '../src/core/model/journal.ts';
import type { PricePlan } from '../src/core/model/price-plan.ts';
import type { MeterPointFacts } from '../src/core/ports/queries.ts';
import type { Batch, Expectation } from '../src/core/ports/store.ts';
import { type AccrueOutcome, accrue } from '../src/core/services/accrue.ts';
import { storeArchive } from '../src/core/services/archive-service.ts';
import { type BillingGround, groundOf } from '../src/core/services/billing-ground.ts';
import { createChargeService } from '../src/core/services/charge-service.ts';
import { createDecisions } from '../src/core/services/decisions.ts';
import { createSituations, type PointTerms } from '../src/core/services/situations.ts';
import { plusMs } from '../src/kernel/clock.ts';
import { type Actor, asId, createNewId, type MeterPointId, type NewId } from '../src/kernel/ids.ts';
import { silentLogger } from '../src/kernel/logger.ts';
import { type Energy, energy } from '../src/kernel/units.ts';
import { checkDataFolder, openSqliteStore } from '../src/store/sqlite/index.ts';
import { billingTerms, instant, kwh, METER, POINT, planOf, RULES, readingOf, yuan, yuanPerKwh } from '../tests/support/core-facts.ts';
import { createManualClock } from '../tests/support/manual-clock.ts';
import { type Contender, ratioRounds, type Scenario } from './scenario.ts';
import { postingContender, startOurs } from './store.ts';

const DAY_MS = 86_400_000;
const FIRST = instant('2026-10-31T16:00:00Z');
/** Meter points that are stored together, as day end does. */
const IN_BATCH = 100;
/** Batches that are handed over while others are stored. */
const UNDER_WAY = 64;
/** Of so many, one is warned in each run. */
const WARNED_OF = 100;
const L2_CALLERS = 1_000;
const FULL_ROUNDS = 3;
const ACTOR = asId<Actor>('bench');

/** Guangdong's shape: three steps of the month. The prices are made up. */
const FIRST_BLOCK = kwh('120');
const SECOND_BLOCK = kwh('200');
const PRICE = yuanPerKwh('0.5888');
const BLOCKS = [
  { upTo: FIRST_BLOCK, add: yuanPerKwh('0') },
  { upTo: SECOND_BLOCK, add: yuanPerKwh('0.05') },
  { upTo: undefined, add: yuanPerKwh('0.3') },
];
const PLAN = withSteps(planOf('steps', { energy: '0.5888' }));

function withSteps(plan: PricePlan): PricePlan {
  const steps = { basis: 'month', yearStart: '01-01', blocks: BLOCKS, largeFamilyPerMonth: energy(0n) } as const;
  return { ...plan, versions: plan.versions.map((version) => ({ ...version, steps })) };
}

/** What each uses in a day: some stay in the first step, some pass through all three within the rounds. */
const dailyKwh = (index: number): number => 5 + ((index * 37) % 120);
const registerOf = (index: number, day: number): Energy => energy(1_000_000n * BigInt(1_000 + dailyKwh(index) * day));

export const b1: Scenario = {
  id: 'B1',
  title: 'charge run over a town, steps of the month: rated, judged, stored and posted',
  run: async ({ quick }) => {
    const size = quick ? 5_000 : 100_000;
    const dir = mkdtempSync(path.join(tmpdir(), 'feikong-bench-'));
    try {
      const town = await openTown(path.join(dir, 'town'), size);
      const l2 = await startOurs(dir);
      const posted = { ledger: l2, posted: 0, customers: size };
      const contenders: readonly Contender[] = [
        { name: 'ours', run: town.run },
        { name: 'raw', run: () => rawLoop(size, town.day()) },
        postingContender('l2', posted, { callers: L2_CALLERS, postings: quick ? 5_000 : 50_000 }),
      ];
      const rounds = await ratioRounds(contenders, { quick, fullRounds: FULL_ROUNDS });
      const slower = rounds.medianOf('raw', 'perSecond') < rounds.medianOf('l2', 'perSecond') ? 'raw' : 'l2';
      const dayEnd = await town.closeDay();
      const checked = await town.close();
      await l2.close({ postings: posted.posted, sum: 0n });
      return {
        id: 'B1',
        rows: [
          {
            label: `accounts a second, of ${slower === 'raw' ? 'plain integers' : 'L2'}`,
            ratio: rounds.ratio('ours', slower),
            goal: 0.5,
            stretch: 0.7,
            higherIsBetter: true,
            open: 'what a charge leaves, an entry of four postings and the accrual, takes the writer as long as two of L2’s postings; beside it each reading rates its period whole and anew: 20 µs, and 25 more to judge and hand over',
          },
        ],
        absolute: {
          'accounts a second': rounds.medianOf('ours', 'perSecond'),
          'µs of CPU to rate, judge and hand over one': rounds.medianOf('ours', 'cpuMicrosPerUnit'),
          'posted a second at day end': dayEnd,
          'plain integers a second': rounds.medianOf('raw', 'perSecond'),
          'L2, postings a second': rounds.medianOf('l2', 'perSecond'),
        },
        checked,
      };
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  },
};

interface Town {
  /** A day of everyone: charged so far, the day before posted, judged and stored. */
  run(): Promise<number>;
  day(): number;
  /** Posts the last day of everyone; returns how many a second. */
  closeDay(): Promise<number>;
  /** Throws where the books differ from plain integers. */
  close(): Promise<string>;
}

async function openTown(dataDir: string, size: number): Promise<Town> {
  const clock = createManualClock(FIRST);
  const store = await openSqliteStore({ dataDir, clock });
  const newId = createNewId(() => clock.now(), randomBytes);
  const places = Array.from({ length: size }, (_, index) => placeOf(index));
  for (let from = 0; from < size; from += 1_000) await storeArchive(store, places.slice(from, from + 1_000), clock.now());
  const terms: PointTerms = { ...billingTerms(PLAN), rules: RULES, simulatedLine: false };
  const points = new Map(places.map(({ meterPoint }) => [meterPoint.id, terms]));
  const situations = createSituations({ store, clock, points });
  const decisions = createDecisions({ store, situations, newId, logger: silentLogger });
  const charges = createChargeService({ store, situations, clock, newId });
  // One snapshot stands for all: they differ in their ids, their money and their registers only.
  const common = await situations.load(pointOf(0));
  const ground = groundOf(common, terms, FIRST);
  const factsOf = (index: number): MeterPointFacts => ({
    ...common,
    meterPoint: places[index]?.meterPoint ?? common.meterPoint,
    meter: places[index]?.meter ?? common.meter,
    account: {
      ...common.account,
      account: { ...common.account.account, id: accountOf(index) },
      balance: index % WARNED_OF === day ? yuan('3') : yuan('1000'),
    },
  });
  let day = 0;
  let warned = 0;
  const accruals = places.map((_, index) => charged(index, ground, undefined, 0, newId).accrual);
  /** Rates and judges some customers; what is to be stored of them. */
  const chargesOf = (from: number, to: number): Batch => {
    const facts: Fact[] = [];
    const expect: Expectation[] = [];
    for (let index = from; index < to; index++) {
      const { accrual, entries, credit } = charged(index, ground, accruals[index], day, newId);
      accruals[index] = accrual;
      for (const entry of entries) facts.push({ kind: 'entry', entry });
      const decided = decisions.decide(factsOf(index), { accrual, credit });
      if (decided.decision.act === 'warn') warned += 1;
      facts.push(...decided.facts);
      expect.push({ subject: `accrual:${pointOf(index)}`, version: day - 1 });
    }
    return { facts, expect };
  };
  return {
    day: () => day,
    async run() {
      day += 1;
      await clock.advance(DAY_MS);
      const commits = new Set<Promise<void>>();
      for (let from = 0; from < size; from += IN_BATCH) {
        const commit = store.commit(chargesOf(from, Math.min(size, from + IN_BATCH))).then(mustBeStored);
        commits.add(commit.finally(() => commits.delete(commit)));
        // The batch leaves at the end of the turn: the writer works while the next one is rated.
        await (commits.size < UNDER_WAY ? setImmediate() : Promise.race(commits));
      }
      await Promise.all(commits);
      return size;
    },
    async closeDay() {
      await clock.advance(DAY_MS);
      const startedMs = performance.now();
      const closed = await charges.closeDays();
      if (closed !== size) throw new Error(`day end posted ${closed} of ${size}`);
      return (closed * 1_000) / (performance.now() - startedMs);
    },
    async close() {
      for (let index = 0; index < size; index += 97) {
        const balance = await store.read('ledgerBalance', { account: customerAccount(accountOf(index)) });
        if (balance !== -plainCharge(index, day))
          throw new Error(`account ${index} was charged ${-balance}, not ${plainCharge(index, day)}`);
      }
      await store.close();
      const report = checkDataFolder(dataDir);
      if (!report.ok || report.value.violations.length > 0 || report.value.counts.entries !== size * day)
        throw new Error(`the store lost something: ${JSON.stringify(report)}`);
      if (warned === 0) throw new Error('nobody was warned');
      return `${size * day} postings, every 97th account to the fen against plain integers; ${warned} were warned; the check finds nothing`;
    },
  };
}

const mustBeStored = ({ status }: { readonly status: string }): void => {
  if (status !== 'committed') throw new Error(`a batch was ${status}`);
};

const pointOf = (index: number): MeterPointId => asId(`p-${String(index).padStart(6, '0')}`);
const accountOf = (index: number) => asId<(typeof POINT)['accountId']>(`a-${String(index).padStart(6, '0')}`);
const meterOf = (index: number) => asId<(typeof METER)['id']>(`m-${String(index).padStart(6, '0')}`);

function placeOf(index: number) {
  const meterPoint = { ...POINT, id: pointOf(index), accountId: accountOf(index), agreement: true };
  const meter = { ...METER, id: meterOf(index), meterPointId: meterPoint.id, address: String(index).padStart(12, '0') };
  return { account: { id: meterPoint.accountId, state: 'open' as const }, meterPoint, meter, openingPayment: undefined };
}

/** Its own meter hangs where the common one does. */
function groundFor(index: number, ground: BillingGround): BillingGround {
  const accountId = accountOf(index);
  const meters = ground.facts.meters.map((meter) => ({ ...meter, meter: meterOf(index) }));
  return { ...ground, accountId, payer: customerAccount(accountId), facts: { ...ground.facts, meters } };
}

/** The period of one so far, at the register of the midnight that ends a day. */
function charged(index: number, common: BillingGround, accrual: Accrual | undefined, day: number, newId: NewId): AccrueOutcome {
  const ground = groundFor(index, common);
  const reading = { ...readingOf('0', plusMs(FIRST, day * DAY_MS)), meterId: meterOf(index), value: registerOf(index, day) };
  const points = accrual === undefined ? [] : undefined;
  const outcome = accrue({
    meterPointId: pointOf(index),
    accrual,
    ground,
    points,
    readings: [reading],
    stamp: () => ({ id: newId('ent'), at: reading.measuredAt, actor: ACTOR }),
  });
  if (outcome === undefined) throw new Error('a day was not charged');
  return outcome;
}

/** All at the price, and what lies in a step at what it adds, each rounded to the fen for itself. */
function plainCharge(index: number, day: number): bigint {
  const used = BigInt(dailyKwh(index) * day) * 1_000_000n;
  let charge = toFen(used * PRICE);
  let below = 0n;
  for (const { upTo, add } of BLOCKS) {
    const top = upTo === undefined || used < upTo ? used : upTo;
    if (top > below) charge += toFen((top - below) * add);
    below = top;
  }
  return charge;
}

/** 10⁻¹⁴ yuan to whole fen in 10⁻⁶ yuan, half up. */
const toFen = (exact: bigint): bigint => ((exact + 500_000_000_000n) / 1_000_000_000_000n) * 10_000n;

/** What the machine can do at best: the same charge with nothing around it. */
function rawLoop(size: number, day: number): number {
  let sum = 0n;
  for (let index = 0; index < size; index++) sum += plainCharge(index, day);
  if (sum <= 0n) throw new Error('the plain loop charged nothing');
  return size;
}
