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
import { type Actor, asId, type EntryId } from '../../src/kernel/ids.ts';
import { openSqliteStore, type SqliteStore } from '../../src/store/sqlite/index.ts';
import { EVENING, yuan } from '../support/core-facts.ts';
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
const charge = (amount: string, account: LedgerAccount = CUSTOMER) =>
  put({
    ...stamp(),
    kind: 'charge',
    key: `charge:p1:2026-11-01T00:00:00.000Z:2026-11-24:${made}`,
    meterPointId: asId('p1'),
    businessDay: undefined,
    reverses: undefined,
    memo: '',
    postings: [
      { account, amount: yuan(`-${amount}`.replace('--', '')) },
      { account: revenueAccount('energy'), amount: yuan(amount) },
    ],
  });
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

describe('debts', () => {
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
    await put({
      ...stamp(),
      kind: 'charge',
      key: 'charge:p1:2026-11-01T00:00:00.000Z:2026-11-24:99',
      meterPointId: asId('p1'),
      businessDay: undefined,
      reverses: undefined,
      memo: '',
      postings: [
        { account: receivableAccount(ACCOUNT), amount: yuan('3') },
        { account: revenueAccount('energy'), amount: yuan('-3') },
      ],
    });
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
