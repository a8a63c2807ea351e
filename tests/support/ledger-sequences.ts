/** Runs sequences of commands against the services over a real store in memory, beside the model, and compares after each. */
import fc from 'fast-check';
import { accruedOf } from '../../src/core/ledger/accrued.ts';
import { OWN_MONEY_ONLY } from '../../src/core/ledger/buckets.ts';
import { chargeEntry, moveEntry, reversalEntry } from '../../src/core/ledger/entries.ts';
import type { Accrual } from '../../src/core/model/accrual.ts';
import type { Fact } from '../../src/core/model/fact.ts';
import {
  cashAccount,
  customerAccount,
  type JournalEntry,
  type LedgerAccount,
  lateFeeAccount,
  receivableAccount,
  revenueAccount,
  SUSPENSE_ACCOUNT,
} from '../../src/core/model/journal.ts';
import { createCreditService } from '../../src/core/services/credit-service.ts';
import { payDebts } from '../../src/core/services/debt-payments.ts';
import { createDecisions } from '../../src/core/services/decisions.ts';
import { createHoldService } from '../../src/core/services/hold-service.ts';
import { createPaymentService } from '../../src/core/services/payment-service.ts';
import { createReversalService } from '../../src/core/services/reversal-service.ts';
import { createSituations } from '../../src/core/services/situations.ts';
import { formatInstant, plusMs } from '../../src/kernel/clock.ts';
import { type AccountId, type Actor, asId, type EntryId, type HoldId, type MeterPointId } from '../../src/kernel/ids.ts';
import { silentLogger } from '../../src/kernel/logger.ts';
import type { Result } from '../../src/kernel/result.ts';
import { energy, fen, type Money } from '../../src/kernel/units.ts';
import { openMemoryStore } from '../../src/store/sqlite/index.ts';
import { openAccrual, rated } from './accruals.ts';
import { CONTRACT_ASPECTS, changeOf } from './archive-facts.ts';
import { createCountingIds, EVENING, POINT, yuanPerKwh } from './core-facts.ts';
import { createLedgerModel, type LedgerCommand, type ModelAccount, PRICE_YUAN_PER_KWH } from './ledger-model.ts';
import { createManualClock } from './manual-clock.ts';

const ACCOUNTS = ['a1', 'a2', 'a3'];
const AFTER_READING = ['a3'];
const TELLER = asId<Actor>('teller');
const CHIEF = asId<Actor>('chief');
const PRICE = yuanPerKwh(PRICE_YUAN_PER_KWH);

/** Commands between two checks of the stored rows. */
const CHECKED_EVERY = 20;

const account = fc.constantFrom(...ACCOUNTS);
const anyAccount = fc.constantFrom(...ACCOUNTS, ...ACCOUNTS, 'nobody');
const amount = fc.integer({ min: 1, max: 3_000 }).map(BigInt);
const energyUsed = fc.integer({ min: 0, max: 9_000_000 }).map(BigInt);
/** Few enough that they meet again, with the same content and with other content. */
const key = fc.integer({ min: 0, max: 60 }).map((number) => `key-${number}`);
const serial = fc.integer({ min: 0, max: 60 }).map((number) => `serial-${number}`);
const place = fc.integer({ min: 0, max: 1_000 });

const COMMAND: fc.Arbitrary<LedgerCommand> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('pay' as const), account: anyAccount, fen: amount, serial, key }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('hold' as const),
      account: anyAccount,
      fen: amount,
      key,
      seconds: fc.integer({ min: 1, max: 300 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('void' as const), hold: place, key }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('payOut' as const), hold: place, serial, key }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 200 }), expires: fc.boolean() }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('use' as const), account, microKwh: energyUsed }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('correct' as const), account, microKwh: energyUsed }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('post' as const), account }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('settle' as const), account }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('review' as const), period: place, account, isLater: fc.boolean(), microKwh: energyUsed }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('grant' as const), account: anyAccount, fen: amount, key }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('agree' as const), account, fen: amount, share: fc.integer({ min: 0, max: 100 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('owe' as const), account, fen: amount, what: fc.constantFrom('receivable', 'lateFee') }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('suspend' as const), fen: amount, serial, key }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('assign' as const), suspense: place, account: anyAccount, key }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rebook' as const), back: place, account: anyAccount, key }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('undo' as const), payment: place, fen: fc.option(amount, { nil: undefined, freq: 3 }), key }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('payDebts' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reverse' as const), entry: place }) },
);

/** @throws with the smallest sequence that differs, and the seed that plays it again */
export async function assertLedgerFollowsModel(options: {
  readonly runs: number;
  readonly length: number;
  readonly seed: number;
}): Promise<void> {
  const { runs, length, seed } = options;
  const sequence = fc.array(COMMAND, { minLength: length, maxLength: length });
  await fc.assert(fc.asyncProperty(sequence, compare), { numRuns: runs, seed, endOnFailure: false });
}

async function compare(commands: readonly LedgerCommand[]): Promise<void> {
  const ledger = await openLedger();
  const model = createLedgerModel(ACCOUNTS, AFTER_READING);
  try {
    for (const [index, command] of commands.entries()) {
      const [expected, found] = [model.run(command), await ledger.run(command)];
      if (found !== expected) throw new Error(`command ${index}, ${told(command)}: ${found}, expected ${expected}`);
      for (const name of ACCOUNTS) {
        const [is, should] = [await ledger.account(name), told(inOrder(model.account(name)))];
        if (is !== should) throw new Error(`${name} after command ${index}, ${told(command)}: ${is}, expected ${should}`);
      }
      if ((index + 1) % CHECKED_EVERY === 0) ledger.assertSound(index);
    }
    await ledger.assertAddsUp();
  } finally {
    await ledger.close();
  }
}

const told = (value: unknown): string => JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? each.toString() : each));

/** As the ledger tells it. */
const inOrder = ({ own, promotion, emergency, receivable, lateFee, held, accrued, limit, share }: ModelAccount): ModelAccount => ({
  own,
  promotion,
  emergency,
  receivable,
  lateFee,
  held,
  accrued,
  limit,
  share,
});

type Acts = { readonly [Kind in LedgerCommand['kind']]: (command: Extract<LedgerCommand, { kind: Kind }>) => Promise<string> };

async function openLedger() {
  const clock = createManualClock(EVENING);
  const store = await openMemoryStore(clock);
  const newId = createCountingIds();
  const situations = createSituations({ store, clock, points: new Map() });
  const decisions = createDecisions({ store, situations, newId, logger: silentLogger });
  const payments = createPaymentService({ store, situations, decisions, clock, newId });
  const holds = createHoldService({ store, situations, decisions, clock, newId });
  const pointOf = (name: string) => asId<MeterPointId>(`point-${name}`);
  await store.commit({
    facts: ACCOUNTS.flatMap((name) => [
      { kind: 'account', account: { id: asId<AccountId>(name), state: 'open' } } as const,
      { kind: 'meterPoint', meterPoint: { ...POINT, id: pointOf(name), accountId: asId<AccountId>(name) } } as const,
    ]),
  });
  await store.commit({ facts: AFTER_READING.flatMap(contractOf) });
  const accruals = new Map<string, Accrual>(
    ACCOUNTS.map((name) => [name, openAccrual({}, { meterPointId: pointOf(name), accountId: asId(name) })]),
  );
  const used = new Map<string, bigint>();
  const settled: Accrual[] = [];
  const credit = createCreditService({ store, situations, decisions, clock, newId });
  const reversals = createReversalService({ store, situations, decisions, clock, newId });
  const suspense: EntryId[] = [];
  const payIns: EntryId[] = [];
  const givenBack: EntryId[] = [];
  let owed = 0;
  const placed: HoldId[] = [];
  const entries: JournalEntry[] = [];
  const placedAt = (index: number): HoldId => placed[index % Math.max(1, placed.length)] ?? asId('none');
  const stamp = () => ({ id: newId<EntryId>('ent'), at: clock.now(), actor: TELLER });

  const accrualOf = (name: string): Accrual => {
    const accrual = accruals.get(name);
    if (accrual === undefined) throw new Error(`no accrual of ${name}`);
    return accrual;
  };
  async function keep(name: string, accrual: Accrual, entry?: JournalEntry): Promise<void> {
    const outcome = await store.commit({
      facts: [...(entry === undefined ? [] : [{ kind: 'entry', entry } as const]), { kind: 'accrual', accrual }],
    });
    if (outcome.status !== 'committed') throw new Error(`a charge was ${outcome.status}`);
    accruals.set(name, accrual);
  }
  async function count(name: string, microKwh: bigint): Promise<string> {
    const before = accrualOf(name);
    used.set(name, microKwh);
    const sums = [rated('energy', energy(microKwh), PRICE)];
    await keep(name, { ...before, rated: sums, accrued: accruedOf(sums, before.posted) });
    return 'done';
  }
  async function newestOf(account: LedgerAccount): Promise<JournalEntry> {
    const [newest] = (await store.read('entries', { account, limit: 1 })).items;
    if (newest === undefined) throw new Error(`nothing was posted to ${account}`);
    return newest;
  }
  /** The entry that an answered write has posted: the newest of the channel. */
  async function noteEntry(account: LedgerAccount = cashAccount('bank')): Promise<JournalEntry> {
    const newest = await newestOf(account);
    entries.push(newest);
    return newest;
  }

  const acts: Acts = {
    async pay({ account: name, fen: paid, serial: channelSerial, key: idempotencyKey }) {
      const order = { accountId: asId<AccountId>(name), amount: fen(paid), channel: 'bank', channelSerial, idempotencyKey };
      const said = answerOf(await payments.post({ ...order, channelDate: '2026-11-24', actor: TELLER }));
      if (said === 'done') payIns.push((await noteEntry()).id);
      return said;
    },
    async hold({ account: name, fen: aside, key: idempotencyKey, seconds }) {
      const expiresAt = plusMs(clock.now(), seconds * 1_000);
      const order = { accountId: asId<AccountId>(name), amount: fen(aside), expiresAt, reason: 'refund', idempotencyKey };
      const outcome = await holds.place({ ...order, actor: TELLER });
      if (outcome.ok && !outcome.value.replayed) placed.push(outcome.value.value.id);
      return answerOf(outcome);
    },
    async void({ hold, key: idempotencyKey }) {
      return answerOf(await holds.void({ holdId: placedAt(hold), idempotencyKey, actor: TELLER }));
    },
    async payOut({ hold, serial: channelSerial, key: idempotencyKey }) {
      const through = { channel: 'bank', channelSerial, channelDate: '2026-11-24' };
      const outcome = await holds.payOut({ holdId: placedAt(hold), ...through, idempotencyKey, actor: TELLER });
      if (outcome.ok && !outcome.value.replayed) await noteEntry();
      return answerOf(outcome);
    },
    async wait({ seconds, expires }) {
      await clock.advance(seconds * 1_000);
      if (!expires) return 'waited';
      return `expired ${await holds.expireDue()}`;
    },
    use: ({ account: name, microKwh }) => count(name, (used.get(name) ?? 0n) + microKwh),
    async correct({ account: name, microKwh }) {
      const before = used.get(name) ?? 0n;
      return count(name, before > microKwh ? before - microKwh : 0n);
    },
    async post({ account: name }) {
      const due = chargeEntry(stamp(), accrualOf(name));
      if (due === undefined) return 'done';
      await keep(name, due.accrual, due.entry);
      return 'done';
    },
    async settle({ account: name }) {
      const due = chargeEntry(stamp(), accrualOf(name));
      settled.push(due?.accrual ?? accrualOf(name));
      used.set(name, 0n);
      const periodId = formatInstant(plusMs(EVENING, settled.length));
      await keep(name, openAccrual({ periodId }, { meterPointId: pointOf(name), accountId: asId(name) }), due?.entry);
      return 'done';
    },
    async review({ period, account: name, isLater, microKwh }) {
      const index = period % Math.max(1, settled.length);
      const before = settled[index];
      if (before === undefined) return 'not-found';
      const payer = isLater ? receivableAccount(asId(name)) : customerAccount(asId(name));
      const back = payer === before.payer ? undefined : chargeEntry(stamp(), { ...before, rated: [] });
      const open = { ...(back?.accrual ?? before), payer };
      const due = chargeEntry(stamp(), { ...open, rated: [rated('energy', energy(microKwh), PRICE)] });
      settled[index] = due?.accrual ?? open;
      const facts = [back, due].flatMap((each) => (each === undefined ? [] : [{ kind: 'entry', entry: each.entry } as const]));
      return (await store.commit({ facts })).status === 'committed' ? 'done' : 'refused';
    },
    async grant({ account: name, fen: given, key: idempotencyKey }) {
      const order = { accountId: asId<AccountId>(name), amount: fen(given), reason: 'promotion', idempotencyKey, actor: TELLER };
      return answerOf(await credit.grantPromotion(order));
    },
    async agree({ account: name, fen: limit, share }) {
      const terms = { accountId: asId<AccountId>(name), emergencyLimit: fen(limit), recoveryShare: share };
      return answerOf(await credit.agree(terms, TELLER, 'as agreed'));
    },
    async owe({ account: name, fen: more, what }) {
      const from = what === 'receivable' ? receivableAccount(asId(name)) : lateFeeAccount(asId(name));
      const to = revenueAccount('late-fee');
      const entry = moveEntry(stamp(), 'late-fee', { key: `owed ${++owed}`, from, to, amount: fen(more), memo: 'owed' });
      return (await store.commit({ facts: [{ kind: 'entry', entry }] })).status === 'committed' ? 'done' : 'refused';
    },
    async suspend({ fen: taken, serial: channelSerial, key: idempotencyKey }) {
      const through = { channel: 'bank', channelSerial, channelDate: '2026-11-24', reason: 'nobody known' };
      const outcome = await credit.suspend({ amount: fen(taken), ...through, idempotencyKey, actor: TELLER });
      if (outcome.ok && !outcome.value.replayed) suspense.push(outcome.value.value);
      return answerOf(outcome);
    },
    async assign({ suspense: index, account: name, key: idempotencyKey }) {
      const entryId = suspense[index % Math.max(1, suspense.length)] ?? asId<EntryId>('none');
      const outcome = await credit.assign({ entryId, accountId: asId(name), reason: 'found', idempotencyKey, actor: TELLER });
      if (outcome.ok && !outcome.value.replayed) await noteEntry(SUSPENSE_ACCOUNT);
      return answerOf(outcome);
    },
    async rebook({ back, account: name, key: idempotencyKey }) {
      const entryId = givenBack[back % Math.max(1, givenBack.length)] ?? asId<EntryId>('none');
      const outcome = await credit.rebook({ entryId, accountId: asId(name), reason: 'his after all', idempotencyKey, actor: TELLER });
      if (outcome.ok && !outcome.value.replayed) payIns.push((await noteEntry()).id);
      return answerOf(outcome);
    },
    async undo({ payment: index, fen: part, key: idempotencyKey }) {
      const entryId = payIns[index % Math.max(1, payIns.length)] ?? asId<EntryId>('none');
      const amount = part === undefined ? undefined : fen(part);
      const request = await reversals.ask({ entryId, amount, reason: 'too much', idempotencyKey, actor: TELLER });
      if (!request.ok || request.value.replayed) return answerOf(request);
      const { id: reversalId } = request.value.value;
      const approved = await reversals.approve({ reversalId, idempotencyKey: `approve ${idempotencyKey}`, actor: CHIEF });
      if (approved.ok) givenBack.push((await newestOf(cashAccount('bank'))).id);
      return answerOf(approved);
    },
    async payDebts() {
      return `paid ${await payDebts({ store, clock, newId })}`;
    },
    async reverse({ entry: index }) {
      const entry = entries[index % Math.max(1, entries.length)];
      if (entry === undefined) return 'not-found';
      const outcome = await store.commit({ facts: [{ kind: 'entry', entry: reversalEntry(stamp(), entry) }] });
      return outcome.status === 'committed' ? 'done' : outcome.status;
    },
  };

  return {
    // The table pairs each kind with its own act; the type system cannot follow a lookup by the command's kind.
    run: (command: LedgerCommand) => (acts[command.kind] as (command: LedgerCommand) => Promise<string>)(command),
    async account(name: string): Promise<string> {
      const view = await store.read('account', { accountId: asId(name) });
      const { promotion, emergency, receivable, lateFee, emergencyLimit, recoveryShare } = view?.funds ?? OWN_MONEY_ONLY;
      const amounts = { own: view?.balance, promotion, emergency, receivable, lateFee, held: view?.held, accrued: view?.accrued };
      const inFen = Object.fromEntries(
        Object.entries({ ...amounts, limit: emergencyLimit }).map(([part, value]) => [part, wholeFen(value)]),
      );
      return told({ ...inFen, share: recoveryShare });
    },
    /** What `feikong check` recomputes of money. */
    assertSound(index: number): void {
      const [violation] = store.violations(['I1', 'I4', 'I5', 'I11']);
      if (violation !== undefined) throw new Error(`after command ${index}: ${told(violation)}`);
    },
    /** I1 and I4: everything sums to zero, and each balance is the sum of what was posted. */
    async assertAddsUp(): Promise<void> {
      const { imbalance } = await store.read('figures', {});
      if (imbalance !== 0n) throw new Error(`the journal is out of balance by ${imbalance}`);
      for (const name of ACCOUNTS) {
        const { opening, moves } = await store.read('accountMoves', {
          account: customerAccount(asId(name)),
          from: EVENING,
          to: plusMs(clock.now(), 1),
        });
        const sum = moves.reduce<bigint>((all, move) => all + move.amount, opening);
        const balance = (await store.read('account', { accountId: asId(name) }))?.balance;
        if (sum !== balance) throw new Error(`${name} has ${balance}, its postings sum to ${sum}`);
      }
    },
    close: () => store.close(),
  };
}

const contractOf = (name: string): readonly Fact[] => {
  const terms = { ...CONTRACT_ASPECTS.terms, settlementMethod: 'after-reading' } as const;
  return [
    { kind: 'archiveChange', change: changeOf(`contract:ht-${name}`, { terms }) },
    { kind: 'archiveChange', change: changeOf(`meterPoint:point-${name}`, { contract: { contractId: asId(`ht-${name}`) } }) },
  ];
};

const MICRO_YUAN_A_FEN = 10_000n;

/** A part of a fen in an account would not be whole, and no model has it. */
const wholeFen = (amountOf: Money | undefined): string =>
  amountOf === undefined || amountOf % MICRO_YUAN_A_FEN !== 0n ? `${amountOf} micro` : (amountOf / MICRO_YUAN_A_FEN).toString();

function answerOf(outcome: Result<unknown, { readonly code: string }>): string {
  if (!outcome.ok) return outcome.error.code;
  const { value } = outcome;
  return typeof value === 'object' && value !== null && 'replayed' in value && value.replayed === true ? 'replayed' : 'done';
}
