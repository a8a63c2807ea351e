/** Facts for tests of stores: a town of one flat, and money as its bank sends it. */
import { payoutEntry } from '../../src/core/ledger/entries.ts';
import type { Accrual } from '../../src/core/model/accrual.ts';
import type { Case } from '../../src/core/model/case.ts';
import type { CommandMove, CommandState } from '../../src/core/model/command.ts';
import type { StoredDecision } from '../../src/core/model/decision.ts';
import type { Fact } from '../../src/core/model/fact.ts';
import type { IssuedBill } from '../../src/core/model/issued-bill.ts';
import { cashAccount, customerAccount, type JournalEntry, ROUNDING_ACCOUNT, revenueAccount } from '../../src/core/model/journal.ts';
import type { Hold, HoldEnd } from '../../src/core/model/payment.ts';
import type { Recharge, RechargeMove } from '../../src/core/model/recharge.ts';
import { ENERGY_TOTAL } from '../../src/core/model/register.ts';
import type { Store } from '../../src/core/ports/store.ts';
import { plusMs } from '../../src/kernel/clock.ts';
import { type AccountId, type Actor, asId } from '../../src/kernel/ids.ts';
import type { BusinessDay } from '../../src/kernel/local-time.ts';
import { negateMoney } from '../../src/kernel/units.ts';
import { EVENING, instant, kwh, METER, POINT, yuan } from '../support/core-facts.ts';

export const ACCOUNT = POINT.accountId;
export const CUSTOMER = customerAccount(ACCOUNT);

export const archive: readonly Fact[] = [
  { kind: 'account', account: { id: ACCOUNT, state: 'open' } },
  { kind: 'meterPoint', meterPoint: POINT },
  { kind: 'meter', meter: METER },
];

export const paymentEntryOf = (serial: string, amount: string, accountId: AccountId = ACCOUNT): JournalEntry => ({
  id: asId(`ent_${serial}`),
  kind: 'payment',
  key: `payment:bank:2026-11-24:${serial}`,
  at: EVENING,
  actor: asId('bank'),
  meterPointId: undefined,
  businessDay: undefined,
  reverses: undefined,
  memo: '',
  postings: [
    { account: customerAccount(accountId), amount: yuan(amount) },
    { account: cashAccount('bank'), amount: negateMoney(yuan(amount)) },
  ],
});

/** What the payment service stores for one payment: its key, its entry, the payment itself. */
export function paymentFacts(serial: string, amount: string, key = `key-${serial}`): readonly Fact[] {
  const entry = paymentEntryOf(serial, amount);
  return [
    { kind: 'idempotencyKey', key, fingerprint: `${serial} ${amount}`, resource: `payment:pay_${serial}`, at: EVENING },
    { kind: 'entry', entry },
    {
      kind: 'payment',
      payment: {
        id: asId(`pay_${serial}`),
        accountId: ACCOUNT,
        entryId: entry.id,
        amount: yuan(amount),
        channel: 'bank',
        channelSerial: serial,
        channelDate: '2026-11-24',
        state: 'posted',
        receivedAt: EVENING,
        actor: asId('bank'),
        restoreCommandId: undefined,
      },
    },
  ];
}

/** 3.333333 kWh at 0.5 yuan: 1.67 yuan to the customer, 1.666667 to the component, the rest to rounding. */
export const chargeEntry: JournalEntry = {
  id: asId('ent_charge'),
  kind: 'charge',
  key: 'charge:p1:2026-11-01T00:00:00.000Z:2026-11-24:0',
  at: EVENING,
  actor: asId('system:day-end'),
  meterPointId: POINT.id,
  businessDay: '2026-11-24' as BusinessDay,
  reverses: undefined,
  memo: 'energy: 3.333333 kWh × 0.50 since the period opened',
  postings: [
    { account: CUSTOMER, amount: yuan('-1.67') },
    { account: revenueAccount('energy'), amount: yuan('1.666667') },
    { account: ROUNDING_ACCOUNT, amount: yuan('0.003333') },
  ],
};

export const reversalOf = (original: JournalEntry, id = 'ent_reversal'): JournalEntry => ({
  ...original,
  id: asId(id),
  kind: 'reversal',
  key: `reversal:${original.id}:${id}`,
  reverses: original.id,
  postings: original.postings.map(({ account, amount }) => ({ account, amount: negateMoney(amount) })),
});

export const accrual: Accrual = {
  meterPointId: POINT.id,
  periodId: '2026-11-01T00:00:00.000Z',
  accountId: ACCOUNT,
  payer: CUSTOMER,
  from: instant('2026-11-01T00:00:00Z'),
  to: instant('2026-11-30T16:00:00Z'),
  nextBillAt: instant('2026-11-30T16:00:00Z'),
  ground: 'plan 1',
  points: [
    { meterId: METER.id, register: ENERGY_TOTAL, at: instant('2026-11-01T00:00:00Z'), value: kwh('100') },
    { meterId: METER.id, register: ENERGY_TOTAL, at: EVENING, value: kwh('103.333333') },
  ],
  latestAt: EVENING,
  rated: [{ component: 'energy', customer: yuan('1.67'), revenue: yuan('1.666667') }],
  memo: 'energy: 3.333333 × 0.50 since the period opened',
  provisional: [{ reason: 'boundary-register-missing', rule: 'elapsed-time split', detail: 'm1' }],
  carried: [],
  posted: [{ component: 'energy', customer: yuan('0.00'), revenue: yuan('0.00') }],
  businessDay: '2026-11-24' as BusinessDay,
  revision: 0,
  accrued: yuan('1.67'),
};

/** November of the same charge, as it was settled. */
export const bill: IssuedBill = {
  id: asId('bil_1'),
  kind: 'bill',
  meterPointId: POINT.id,
  accountId: ACCOUNT,
  payer: CUSTOMER,
  contractId: undefined,
  customerId: undefined,
  district: 'east',
  feeder: 'feeder-1',
  tariff: 'flat',
  customerClass: 'residential',
  periodId: '2026-11-01T00:00:00.000Z',
  from: instant('2026-11-01T00:00:00Z'),
  to: instant('2026-11-30T16:00:00Z'),
  month: '2026-11',
  issuedAt: EVENING,
  dueOn: '2026-12-05' as BusinessDay,
  lines: [{ component: 'energy', quantity: '3.333333', price: '0.50', exact: '1.6666665', amount: '1.67', sources: ['meter m1'] }],
  billedBefore: yuan('0.00'),
  total: yuan('1.67'),
  provisional: [],
  corrects: undefined,
  posted: [{ component: 'energy', customer: yuan('1.67'), revenue: yuan('1.666667') }],
  businessDay: '2026-11-24' as BusinessDay,
  revision: 1,
  entryId: chargeEntry.id,
};

/** What was opened with that bill: nothing was read since. */
export const nextAccrual: Accrual = {
  ...accrual,
  periodId: '2026-11-30T16:00:00.000Z',
  from: bill.to,
  to: instant('2026-12-31T16:00:00Z'),
  nextBillAt: instant('2026-12-31T16:00:00Z'),
  points: [],
  latestAt: bill.to,
  rated: [],
  memo: '',
  provisional: [],
  posted: [],
  businessDay: '2026-12-01' as BusinessDay,
  accrued: yuan('0.00'),
};

export const hold: Hold = {
  id: asId('hold_1'),
  accountId: ACCOUNT,
  amount: yuan('5'),
  placedAt: EVENING,
  expiresAt: plusMs(EVENING, 60_000),
  reason: 'debit under way',
  state: 'placed',
};

const TELLER = asId<Actor>('teller');
export const held = (more: Partial<Hold> = {}): Fact => ({ kind: 'hold', hold: { ...hold, ...more }, actor: TELLER });
export const holdEnd = (end: HoldEnd, holdId = hold.id): Fact => ({ kind: 'holdEnded', holdId, end, at: EVENING, actor: TELLER });
/** What was set aside has left. */
export const payout = payoutEntry(
  { id: asId('ent_payout'), at: EVENING, actor: TELLER },
  { accountId: ACCOUNT, amount: hold.amount, channel: 'bank', channelSerial: 'out-1', channelDate: '2026-11-24', memo: '' },
);

export const decision: StoredDecision = {
  id: asId('dec_1'),
  meterPointId: POINT.id,
  at: EVENING,
  act: 'trip',
  wanted: 'trip',
  terms: [{ name: 'exhausted', verdict: 'met', proof: 'available -1.00 against 0.00 yuan' }],
};

export const moveOf = (from: CommandState, to: CommandState, more: Partial<CommandMove> = {}): Fact => ({
  kind: 'commandMove',
  move: { commandId: asId('cmd_1'), from, to, at: EVENING, reason: `to ${to}`, evidence: undefined, ...more },
});

export const openCase: Case = {
  id: asId('cas_1'),
  meterPointId: POINT.id,
  kind: 'restore-overdue',
  owner: 'operator on duty',
  reason: 'not confirmed in time',
  openedAt: EVENING,
  closedAt: undefined,
};

/** Commits what must be stored for a test to begin. */
export async function given(store: Store, ...facts: readonly Fact[]): Promise<void> {
  const outcome = await store.commit({ facts });
  if (outcome.status !== 'committed') throw new Error(`the test could not begin: ${JSON.stringify(outcome)}`);
}

export async function factsOf(store: Store) {
  const facts = await store.read('meterPointFacts', { meterPointId: POINT.id, now: EVENING, dayStart: plusMs(EVENING, -20 * 3_600_000) });
  if (facts === undefined) throw new Error('the meter point is not stored');
  return facts;
}

export async function versionOf(store: Store, subject: string): Promise<number | undefined> {
  return (await factsOf(store)).versions.find((version) => version.subject === subject)?.version;
}

export const recharge: Recharge = {
  id: asId('rch_1'),
  meterId: METER.id,
  meterPointId: POINT.id,
  kind: 'recharge',
  amount: yuan('50'),
  count: undefined,
  customer: '000000004711',
  actor: asId('teller'),
  reason: 'paid at the counter',
  createdAt: EVENING,
  expiresAt: plusMs(EVENING, 60_000),
  state: 'queued',
  version: 1,
};

export const rechargeStep = (from: CommandState, to: CommandState, more: Partial<RechargeMove> = {}): Fact => ({
  kind: 'rechargeMove',
  move: {
    rechargeId: recharge.id,
    from,
    to,
    at: EVENING,
    reason: `to ${to}`,
    evidence: undefined,
    purse: undefined,
    count: undefined,
    ...more,
  },
});

/** From its count of three purchases to the proof of the fourth. */
export const rechargeSteps: readonly Fact[] = [
  rechargeStep('queued', 'sent', { purse: { balance: yuan('30'), count: 3 }, count: 4 }),
  rechargeStep('sent', 'acknowledged'),
  rechargeStep('acknowledged', 'verifying'),
  rechargeStep('verifying', 'confirmed', { purse: { balance: yuan('80'), count: 4 }, evidence: 'dlt645:078102FF' }),
];
