/** What the writer makes of entries of customers who have more than their own money, or owe. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { moveEntry, partialReversalEntry, paymentEntry, reversalEntry } from '../../src/core/ledger/entries.ts';
import {
  emergencyAccount,
  type JournalEntry,
  type LedgerAccount,
  lateFeeAccount,
  PROMOTION_GRANTED_ACCOUNT,
  promotionAccount,
  receivableAccount,
  revenueAccount,
} from '../../src/core/model/journal.ts';
import { plusMs } from '../../src/kernel/clock.ts';
import { type Actor, asId, type EntryId, type MeterPointId } from '../../src/kernel/ids.ts';
import { openSqliteStore, type SqliteStore } from '../../src/store/sqlite/index.ts';
import { openAccrual, rated } from '../support/accruals.ts';
import { changeOf } from '../support/archive-facts.ts';
import { EVENING, kwh, yuan, yuanPerKwh } from '../support/core-facts.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { ACCOUNT, archive, CUSTOMER, given } from './store-facts.ts';

let store: SqliteStore;
beforeEach(async () => {
  store = await openSqliteStore({ dataDir: 'none', inMemory: true, clock: createManualClock(EVENING) });
  await given(store, ...archive);
});
afterEach(() => store.close());

let made = 0;
const stamp = () => ({ id: asId<EntryId>(`ent_${++made}`), at: EVENING, actor: asId<Actor>('clerk') });
const put = (entry: JournalEntry) => store.commit({ facts: [{ kind: 'entry', entry }] });
const pay = async (amount: string) => {
  const entry = paymentEntry(stamp(), {
    accountId: ACCOUNT,
    amount: yuan(amount),
    channel: 'bank',
    channelSerial: `s${made}`,
    channelDate: '2026-11-24',
  });
  expect((await put(entry)).status).toBe('committed');
  const [stored] = (await store.read('entries', { account: 'cash:bank' as LedgerAccount, limit: 1 })).items;
  if (stored === undefined) throw new TypeError('no entry');
  return stored;
};
const hold = (amount: string) =>
  store.commit({
    facts: [
      {
        kind: 'hold',
        hold: {
          ...{ id: asId(`hld_${++made}`), accountId: ACCOUNT, amount: yuan(amount), placedAt: EVENING, expiresAt: plusMs(EVENING, 1_000) },
          ...{ reason: 'refund', state: 'placed' },
        },
        actor: asId('teller'),
      },
    ],
  });
/** Of p1; below zero it gives something back. */
const chargeOf = (amount: string, account: LedgerAccount = CUSTOMER, period = '2026-11-01T00:00:00.000Z'): JournalEntry => ({
  ...stamp(),
  kind: 'charge',
  key: `charge:p1:${period}:2026-11-24:${made}`,
  meterPointId: asId('p1'),
  businessDay: undefined,
  reverses: undefined,
  memo: '',
  postings: [
    { account, amount: yuan(`-${amount}`.replace('--', '')) },
    { account: revenueAccount('energy'), amount: yuan(amount) },
  ],
});
const charge = (amount: string, account: LedgerAccount = CUSTOMER) => put(chargeOf(amount, account));
const grant = (amount: string) =>
  put(
    moveEntry(stamp(), 'promotion', {
      key: `g${made}`,
      from: PROMOTION_GRANTED_ACCOUNT,
      to: promotionAccount(ACCOUNT),
      amount: yuan(amount),
      memo: 'welcome',
    }),
  );
const agree = (emergencyLimit: string, recoveryShare = 100) =>
  store.commit({
    facts: [
      {
        kind: 'creditTerms',
        terms: { accountId: ACCOUNT, emergencyLimit: yuan(emergencyLimit), recoveryShare },
        at: EVENING,
        actor: asId('clerk'),
        reason: 'as agreed',
      },
    ],
  });
const standing = async () => {
  const view = await store.read('account', { accountId: ACCOUNT });
  if (view === undefined) throw new TypeError('no account');
  const { promotion, emergency, receivable, lateFee } = view.funds;
  return [view.balance, promotion, emergency, receivable, lateFee].map((amount) => Number(amount) / 1e6);
};

describe('credit', () => {
  test('is used in its order, and told in the entry that is stored', async () => {
    await grant('3');
    await agree('10');
    await pay('5');
    expect((await charge('12')).status).toBe('committed');
    expect(await standing()).toEqual([0, 0, -4, 0, 0]);
    const [entry] = (await store.read('entries', { account: CUSTOMER, limit: 1 })).items;
    expect(entry?.postings.map(({ account, amount }) => [account, amount])).toEqual([
      [promotionAccount(ACCOUNT), yuan('-3')],
      [CUSTOMER, yuan('-5')],
      [emergencyAccount(ACCOUNT), yuan('-4')],
      [revenueAccount('energy'), yuan('12')],
    ]);
  });

  test('that was used is repaid first', async () => {
    await agree('10');
    await charge('12');
    expect(await standing()).toEqual([-2, 0, -10, 0, 0]);
    await pay('11');
    expect(await standing()).toEqual([-1, 0, 0, 0, 0].map((value, index) => (index === 2 ? 0 : value)));
  });

  test('of a batch that is refused is as it was', async () => {
    await grant('3');
    const outcome = await store.commit({
      facts: [
        {
          kind: 'entry',
          entry: moveEntry(stamp(), 'promotion', {
            key: 'take',
            from: promotionAccount(ACCOUNT),
            to: PROMOTION_GRANTED_ACCOUNT,
            amount: yuan('3.01'),
            memo: '',
          }),
        },
      ],
    });
    expect(outcome).toEqual({ status: 'conflict', subject: `funds:promotion:${ACCOUNT}` });
    expect(await standing()).toEqual([0, 3, 0, 0, 0]);
    await charge('2');
    expect(await standing()).toEqual([0, 1, 0, 0, 0]);
  });

  test('that was agreed anew holds from then on, after a restart too', async () => {
    await agree('10');
    await charge('4');
    await agree('1');
    await charge('4');
    // Of what was used nothing is taken back.
    expect(await standing()).toEqual([-4, 0, -4, 0, 0]);
  });
});

/** Of one period: each correction leaves no more promotional credit used than the period still costs. */
describe('a correction of a charge', () => {
  const together = (...entries: readonly JournalEntry[]) => store.commit({ facts: entries.map((entry) => ({ kind: 'entry', entry })) });

  test('gives own money back first, and promotional credit as far as more of it was used than the period still costs', async () => {
    await grant('3');
    await pay('5');
    await charge('6');
    expect(await standing()).toEqual([2, 0, 0, 0, 0]);
    // 4 are left of the charge, which the 3 of credit may have paid.
    await charge('-2');
    expect(await standing()).toEqual([4, 0, 0, 0, 0]);
    // 2 are left: 3 − 2 = 1 comes back as credit.
    await charge('-2');
    expect(await standing()).toEqual([5, 1, 0, 0, 0]);
    await charge('-2');
    expect(await standing()).toEqual([5, 3, 0, 0, 0]);
  });

  test('is told in the entry that is stored', async () => {
    await grant('3');
    await charge('5');
    await charge('-4');
    const [entry] = (await store.read('entries', { account: CUSTOMER, limit: 1 })).items;
    // Of 5 − 4 = 1 that is left of the charge 3 were paid by credit: 2 come back, and 2 of the overdraft.
    expect(entry?.postings.map(({ account, amount }) => [account, amount])).toEqual([
      [promotionAccount(ACCOUNT), yuan('2')],
      [CUSTOMER, yuan('2')],
      [revenueAccount('energy'), yuan('-4')],
    ]);
  });

  test('gives credit back that the next charge uses again, and the correction after it gives back again', async () => {
    await grant('3');
    await charge('3');
    await charge('-3');
    expect(await standing()).toEqual([0, 3, 0, 0, 0]);
    await charge('4');
    expect(await standing()).toEqual([-1, 0, 0, 0, 0]);
    // 4 − 2 = 2 are left of the charge, 3 − 2 = 1 comes back.
    await charge('-2');
    expect(await standing()).toEqual([0, 1, 0, 0, 0]);
  });

  test('counts what lies in the same batch', async () => {
    await grant('3');
    await pay('5');
    await charge('2');
    expect((await together(chargeOf('4'), chargeOf('-5'), chargeOf('3'), chargeOf('-1'))).status).toBe('committed');
    // 2: credit 2. 4: credit 1, own 3. −5: 1 is left, so 3 − 1 = 2 to credit and 3 to own. 3: credit 2, own 1. −1: 3 are left, own 1.
    expect(await standing()).toEqual([5, 0, 0, 0, 0]);
  });

  test('cannot be paid out before it is posted, since credit may have paid the charge', async () => {
    await pay('5');
    await given(store, { kind: 'accrual', accrual: openAccrual({ posted: [rated('energy', kwh('4'), yuanPerKwh('0.5'))] }) });
    expect(await store.read('account', { accountId: ACCOUNT })).toMatchObject({ balance: yuan('5'), accrued: yuan('-2') });
    expect(await hold('5.01')).toEqual({ status: 'conflict', subject: `funds:${ACCOUNT}` });
    expect(await hold('5')).toMatchObject({ status: 'committed' });
  });

  test('cannot be paid out while emergency credit that was used is not covered', async () => {
    await agree('5');
    await charge('5');
    await charge('-3');
    expect(await standing()).toEqual([3, 0, -5, 0, 0]);
    expect(await hold('0.01')).toEqual({ status: 'conflict', subject: `funds:${ACCOUNT}` });
    await charge('-2');
    await pay('4');
    // The payment repays 4 of the 5; of 5 own money 1 covers the rest.
    expect(await standing()).toEqual([5, 0, -1, 0, 0]);
    expect(await hold('4.01')).toEqual({ status: 'conflict', subject: `funds:${ACCOUNT}` });
    expect(await hold('4')).toMatchObject({ status: 'committed' });
  });

  test('leaves emergency credit as used as it was', async () => {
    await grant('3');
    await agree('10');
    await charge('12');
    expect(await standing()).toEqual([0, 0, -9, 0, 0]);
    // 2 are left: 3 − 2 = 1 of credit, 9 of own money.
    await charge('-10');
    expect(await standing()).toEqual([9, 1, -9, 0, 0]);
  });

  test('gives credit back to the account that it was taken from', async () => {
    await grant('3');
    await charge('5');
    await together(chargeOf('-5'), chargeOf('5', 'customer:a2' as LedgerAccount));
    expect(await standing()).toEqual([0, 3, 0, 0, 0]);
    await put(chargeOf('-4', 'customer:a2' as LedgerAccount));
    expect(await standing()).toEqual([0, 3, 0, 0, 0]);
    expect(await store.read('ledgerBalance', { account: 'customer:a2' as LedgerAccount })).toBe(yuan('-1'));
  });

  test('gives back what credit paid where the contract pays after reading since', async () => {
    await grant('3');
    await charge('5');
    await together(chargeOf('-5'), chargeOf('5', receivableAccount(ACCOUNT)));
    expect(await standing()).toEqual([0, 3, 0, -5, 0]);
    await put(chargeOf('-1', receivableAccount(ACCOUNT)));
    expect(await standing()).toEqual([0, 3, 0, -4, 0]);
  });

  test('looks at its own period', async () => {
    await grant('3');
    await charge('3');
    await put(chargeOf('4', CUSTOMER, '2026-12-01T00:00:00.000Z'));
    expect(await standing()).toEqual([-4, 0, 0, 0, 0]);
    await put(chargeOf('-4', CUSTOMER, '2026-12-01T00:00:00.000Z'));
    expect(await standing()).toEqual([0, 0, 0, 0, 0]);
    const soFar = { accountId: ACCOUNT, meterPointId: asId<MeterPointId>('p1') };
    expect(await store.read('chargedSoFar', { ...soFar, periodId: '2026-11-01T00:00:00.000Z' })).toEqual({
      total: yuan('3'),
      promotion: yuan('3'),
    });
    expect(await store.read('chargedSoFar', { ...soFar, periodId: '2026-12-01T00:00:00.000Z' })).toEqual({
      total: yuan('0'),
      promotion: yuan('0'),
    });
  });
});

describe('debts', () => {
  test('are found where free own money lies beside them and may pay, with the version that it was seen at', async () => {
    const debts = () => store.read('debtsBesideMoney', { now: EVENING, limit: 10 });
    await pay('12');
    await charge('10', receivableAccount(ACCOUNT));
    expect(await debts()).toEqual([]);
    const terms = { settlementMethod: 'after-reading', settlementTime: '', breachLiability: '', temporary: false } as const;
    await given(
      store,
      { kind: 'archiveChange', change: changeOf('contract:ht1', { terms }) },
      { kind: 'archiveChange', change: changeOf('meterPoint:p1', { contract: { contractId: asId('ht1') } }) },
    );
    const [debt] = await debts();
    expect(debt).toMatchObject({ accountId: ACCOUNT, paid: { receivable: yuan('10'), lateFee: 0n } });
    const seen = [{ subject: `account:${ACCOUNT}`, version: debt?.version ?? 0 }];
    const held = { id: asId<never>('hld_1'), accountId: ACCOUNT, amount: yuan('5'), placedAt: EVENING, expiresAt: plusMs(EVENING, 1) };
    await given(store, { kind: 'hold', hold: { ...held, reason: 'refund', state: 'placed' }, actor: asId('clerk') });
    expect((await store.commit({ facts: [], expect: seen })).status).toBe('conflict');
    expect(await debts()).toMatchObject([{ paid: { receivable: yuan('7') } }]);
    expect(await store.read('debtsBesideMoney', { now: EVENING, limit: 0 })).toEqual([]);
  });

  test('are repaid by the agreed share of each payment, energy first', async () => {
    await agree('0', 50);
    await charge('10', receivableAccount(ACCOUNT));
    await put(
      moveEntry(stamp(), 'late-fee', {
        key: 'b:1',
        from: lateFeeAccount(ACCOUNT),
        to: revenueAccount('late-fee'),
        amount: yuan('2'),
        memo: '',
      }),
    );
    await pay('12');
    expect(await standing()).toEqual([6, 0, 0, -4, -2]);
    await pay('10');
    expect(await standing()).toEqual([11, 0, 0, 0, -1]);
  });

  test('are repaid whole where nothing was agreed, and a correction beyond them is own money', async () => {
    await charge('10', receivableAccount(ACCOUNT));
    await pay('12');
    expect(await standing()).toEqual([2, 0, 0, 0, 0]);
    await charge('-3', receivableAccount(ACCOUNT));
    expect(await standing()).toEqual([5, 0, 0, 0, 0]);
  });
});

describe('a payment that repaid something', () => {
  const NONE = { undone: yuan('0'), parts: 0 };
  const FIVE = { undone: yuan('5'), parts: 1 };

  test('is undone whole, once', async () => {
    await charge('10', receivableAccount(ACCOUNT));
    const paid = await pay('12');
    expect((await put(reversalEntry(stamp(), paid))).status).toBe('committed');
    expect(await standing()).toEqual([0, 0, 0, -10, 0]);
    expect((await put({ ...reversalEntry(stamp(), paid), key: 'another' })).status).toBe('duplicate');
  });

  test('is undone in parts that never exceed it: own money first', async () => {
    await charge('10', receivableAccount(ACCOUNT));
    const paid = await pay('12');
    expect((await put(partialReversalEntry(stamp(), paid, yuan('5'), NONE))).status).toBe('committed');
    expect(await standing()).toEqual([0, 0, 0, -3, 0]);
    expect((await put(partialReversalEntry(stamp(), paid, yuan('7.01'), { undone: yuan('0'), parts: 1 }))).status).toBe('duplicate');
    expect((await put(reversalEntry(stamp(), paid))).status).toBe('duplicate');
    expect((await put(partialReversalEntry(stamp(), paid, yuan('7'), FIVE))).status).toBe('committed');
    expect(await standing()).toEqual([0, 0, 0, -10, 0]);
  });
});

test('an entry that posts to no account of the chart is refused', async () => {
  await expect(charge('1', 'elsewhere:a1' as LedgerAccount)).rejects.toMatchObject({ code: 'unknown-ledger-account' });
});
