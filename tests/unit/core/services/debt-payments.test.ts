import { describe, expect, test } from 'vitest';
import type { Fact } from '../../../../src/core/model/fact.ts';
import { lateFeeAccount, receivableAccount, revenueAccount } from '../../../../src/core/model/journal.ts';
import { createCollections } from '../../../../src/core/services/collections.ts';
import { payDebts } from '../../../../src/core/services/debt-payments.ts';
import { plusMs } from '../../../../src/kernel/clock.ts';
import { type AccountId, asId, type EntryId, type HoldId } from '../../../../src/kernel/ids.ts';
import type { BusinessDay } from '../../../../src/kernel/local-time.ts';
import { bill } from '../../../contract/store-facts.ts';
import { CONTRACT_ASPECTS, CUSTOMER_ASPECTS, changeOf, POINT_ASPECTS } from '../../../support/archive-facts.ts';
import { POINT, SHANGHAI, yuan } from '../../../support/core-facts.ts';
import { createGround, createWorld, type World, type WorldOptions } from '../../../support/core-world.ts';

const DAY = 86_400_000;
const OTHER = asId<AccountId>('a9');
const GONE = asId<AccountId>('a0');

/** A place whose contract pays after reading, or as the method says. */
async function supplied(
  settlementMethod: 'prepay' | 'after-reading' = 'after-reading',
  options: WorldOptions = {},
  accountId: AccountId = POINT.accountId,
): Promise<World> {
  const world = await createWorld(options);
  const parties = { ...CONTRACT_ASPECTS.parties, accountId };
  const contract = { ...CONTRACT_ASPECTS, parties, terms: { ...CONTRACT_ASPECTS.terms, settlementMethod } };
  await world.commit(
    { kind: 'archiveChange', change: changeOf('customer:c1', CUSTOMER_ASPECTS) },
    { kind: 'archiveChange', change: changeOf('contract:ht1', contract) },
    { kind: 'archiveChange', change: changeOf('meterPoint:p1', POINT_ASPECTS) },
  );
  return world;
}

/** A bill of November that is charged, due on the day that it was issued. */
const billed = (total: string, accountId: AccountId = POINT.accountId): readonly Fact[] => [
  owing(total, accountId),
  {
    kind: 'bill',
    bill: {
      ...bill,
      id: asId(`bill_${accountId}`),
      accountId,
      payer: receivableAccount(accountId),
      total: yuan(total),
      dueOn: '2026-11-24' as BusinessDay,
    },
  },
];
const owing = (total: string, accountId: AccountId): Fact =>
  moved(`charge:p1:2026-11:${accountId}:0`, receivableAccount(accountId), revenueAccount('energy'), total);
const lateFee = (total: string, accountId: AccountId = POINT.accountId): Fact =>
  moved(`late-fee:old:${accountId}`, lateFeeAccount(accountId), revenueAccount('late-fee'), total);

function moved(key: string, from: ReturnType<typeof receivableAccount>, to: typeof from, amount: string): Fact {
  const postings = [
    { account: from, amount: yuan(`-${amount}`) },
    { account: to, amount: yuan(amount) },
  ];
  const kind = key.startsWith('charge') ? 'charge' : 'late-fee';
  const none = { meterPointId: undefined, businessDay: undefined, reverses: undefined, memo: '' };
  return { kind: 'entry', entry: { id: asId(key), kind, key, at: bill.issuedAt, actor: asId('test'), ...none, postings } };
}

/** Own money, what is owed for energy, and for paying late. */
async function standing(world: World, accountId: AccountId = POINT.accountId): Promise<readonly unknown[]> {
  const account = await world.store.read('account', { accountId });
  return [account?.balance, account?.funds.receivable, account?.funds.lateFee];
}
const inYuan = (...amounts: readonly string[]) => amounts.map(yuan);

async function entryOf(payment: ReturnType<World['pay']>): Promise<EntryId> {
  const paid = await payment;
  if (!paid.ok) throw new TypeError(paid.error.code);
  return paid.value.value.entryId;
}

async function setAside(world: World, amount: string): Promise<HoldId> {
  const common = { reason: 'refund', idempotencyKey: `hold ${amount}`, actor: asId<never>('clerk') };
  const expiresAt = plusMs(world.clock.now(), DAY);
  const placed = await world.holds.place({ accountId: POINT.accountId, amount: yuan(amount), expiresAt, ...common });
  if (!placed.ok) throw new TypeError(placed.error.code);
  return placed.value.value.id;
}

describe('who pays after reading', () => {
  test('pays from own money a bill that is owed again since its payment was reversed', async () => {
    const world = await supplied();
    await world.commit(...billed('100.00'));
    const first = await entryOf(world.pay('100'));
    await world.pay('70');
    await world.reverse(first);
    expect(await standing(world)).toEqual(inYuan('70', '-100', '0'));
    expect(await world.settlement.payDebts()).toBe(1);
    // 100 − 70.
    expect(await standing(world)).toEqual(inYuan('0', '-30', '0'));
  });

  test('pays it from what was set aside, once that is free again', async () => {
    const world = await supplied();
    await world.pay('100');
    const voided = await setAside(world, '60');
    await setAside(world, '40');
    await world.commit(...billed('90.00'));
    expect(await world.settlement.payDebts()).toBe(0);
    await world.holds.void({ holdId: voided, idempotencyKey: 'void', actor: asId('clerk') });
    expect(await world.settlement.payDebts()).toBe(1);
    // 40 are still set aside: 90 − 60 are owed.
    expect(await standing(world)).toEqual(inYuan('40', '-30', '0'));
    await world.clock.advance(2 * DAY);
    expect(await world.holds.expireDue()).toBe(1);
    expect(await world.settlement.payDebts()).toBe(1);
    expect(await standing(world)).toEqual(inYuan('10', '0', '0'));
  });

  test('pays energy first, then what paying late costs, and keeps the rest', async () => {
    const world = await supplied();
    await world.pay('100');
    await world.commit(...billed('90.00'), lateFee('25.00'));
    expect(await world.settlement.payDebts()).toBe(1);
    // 100 = 90 + 10 of the fee.
    expect(await standing(world)).toEqual(inYuan('0', '0', '-15'));
    const [entry] = (await world.store.read('entries', { account: lateFeeAccount(POINT.accountId), limit: 1 })).items;
    expect(entry).toMatchObject({ kind: 'settlement', actor: 'system:settlement' });
    expect(entry?.postings).toEqual([
      { account: 'customer:a1', amount: yuan('-100') },
      { account: 'receivable:a1', amount: yuan('90') },
      { account: 'late-fee:a1', amount: yuan('10') },
    ]);
    await world.pay('40');
    expect(await standing(world)).toEqual(inYuan('25', '0', '0'));
    expect(await world.settlement.payDebts()).toBe(0);
  });

  test('pays whatever share of his payments was agreed to go to debts', async () => {
    const world = await supplied();
    await world.credit.agree({ accountId: POINT.accountId, emergencyLimit: yuan('0'), recoveryShare: 30 }, asId('clerk'), 'agreed');
    await world.commit(...billed('90.00'));
    await world.pay('100');
    // 30 of 100 at once, the other 60 from own money.
    expect(await standing(world)).toEqual(inYuan('70', '-60', '0'));
    await world.settlement.payDebts();
    expect(await standing(world)).toEqual(inYuan('10', '0', '0'));
  });

  test('keeps what the open period will be billed', async () => {
    const world = await supplied();
    await world.poll();
    await world.clock.advance(3_600_000);
    world.meter.register += 2_000n;
    await world.poll();
    await world.pay('50');
    await world.clock.advance(DAY);
    expect(await world.charges.closeDays()).toBe(1);
    // 20 kWh at 0.50, of which no bill asks yet.
    expect(await standing(world)).toEqual(inYuan('50', '-10', '0'));
    expect(await world.settlement.payDebts()).toBe(0);
    await world.commit(...billed('15.00'));
    expect(await world.settlement.payDebts()).toBe(1);
    expect(await standing(world)).toEqual(inYuan('35', '-10', '0'));
  });

  test('keeps it also where the contract names an account that is not yet that of the place', async () => {
    const world = await supplied('after-reading', {}, OTHER);
    await world.commit({ kind: 'account', account: { id: OTHER, state: 'open' } });
    await world.poll();
    await world.clock.advance(3_600_000);
    world.meter.register += 2_000n;
    await world.poll();
    await world.pay('50', { accountId: OTHER });
    await world.clock.advance(DAY);
    expect(await world.charges.closeDays()).toBe(1);
    expect(await world.settlement.payDebts()).toBe(0);
    // 20 kWh at 0.50.
    expect(await standing(world, OTHER)).toEqual(inYuan('50', '-10', '0'));
  });

  test('pays once, however many ask at once and whenever it is asked again', async () => {
    const ground = await createGround();
    const world = await supplied('after-reading', { ground });
    await world.pay('100');
    await world.commit(...billed('30.00'));
    const asked = await Promise.all([world.settlement.payDebts(), world.settlement.payDebts(), world.settlement.payDebts()]);
    expect(asked.reduce((sum, paid) => sum + paid, 0)).toBe(1);
    const again = await createWorld({ ground });
    expect(await again.settlement.payDebts()).toBe(0);
    expect(await standing(again)).toEqual(inYuan('70', '0', '0'));
    const { items } = await world.store.read('entries', { account: receivableAccount(POINT.accountId), limit: 10 });
    expect(items.filter(({ kind }) => kind === 'settlement')).toHaveLength(1);
  });

  test('pays nothing from money that is set aside at that moment', async () => {
    const world = await supplied();
    await world.pay('100');
    await world.commit(...billed('30.00'));
    const store: typeof world.store = {
      ...world.store,
      async commit(batch) {
        await setAside(world, '90');
        return world.store.commit(batch);
      },
    };
    expect(await payDebts({ store, clock: world.clock, newId: () => asId('ent_late') })).toBe(0);
    expect(await standing(world)).toEqual(inYuan('100', '-30', '0'));
    await world.settlement.payDebts();
    expect(await standing(world)).toEqual(inYuan('90', '-20', '0'));
  });

  test('owes no further fee on what own money has paid, from the day after', async () => {
    const world = await supplied();
    await world.commit(...billed('5000.00'));
    const first = await entryOf(world.pay('5000'));
    await world.pay('2000');
    await world.clock.advance(DAY);
    await world.reverse(first);
    await world.settlement.payDebts();
    expect(await standing(world)).toEqual(inYuan('0', '-3000', '0'));
    await world.clock.advance(3 * DAY);
    await world.lateFees.run();
    // Of the 25th 1 ‰ of 5,000, since the 25th is when it was paid; of the 26th and 27th 1 ‰ of 3,000.
    expect(await standing(world)).toEqual(inYuan('0', '-3000', '-11'));
  });

  test('pays the fee too, and owes but that of the day of the payment afterwards', async () => {
    const world = await supplied();
    await world.commit(...billed('5000.00'));
    await world.clock.advance(2 * DAY);
    await world.lateFees.run();
    const first = await entryOf(world.pay('5005'));
    await world.pay('9000');
    await world.reverse(first);
    await world.settlement.payDebts();
    // 9,000 = 5,000 + 5 + 3,995.
    expect(await standing(world)).toEqual(inYuan('3995', '0', '0'));
    for (const _ of [1, 2, 3, 4, 5]) {
      await world.clock.advance(DAY);
      await world.lateFees.run();
    }
    // The 26th, the day of the payment, still counts: 1 ‰ of 5,000.
    expect(await standing(world)).toEqual(inYuan('3995', '0', '-5'));
    await world.settlement.payDebts();
    expect(await standing(world)).toEqual(inYuan('3990', '0', '0'));
  });

  test('has the same bills outstanding in the table of the month before and after', async () => {
    const world = await supplied();
    await world.pay('70');
    await world.commit(...billed('100.00'), lateFee('5.00'));
    const collections = createCollections({ store: world.store, clock: world.clock, zone: SHANGHAI });
    const november = async () => (await collections.ofMonth('2026-11', 'district')).units;
    const expected = { unit: 'east', receivable: yuan('100'), received: yuan('70'), outstanding: yuan('30'), accounts: 1 };
    expect(await november()).toEqual([expected]);
    await world.settlement.payDebts();
    expect(await standing(world)).toEqual(inYuan('0', '-30', '-5'));
    expect(await november()).toEqual([expected]);
    await world.pay('50');
    await world.settlement.payDebts();
    expect(await november()).toEqual([{ ...expected, received: yuan('100'), outstanding: 0n, accounts: 0 }]);
  });

  test('leaves a ledger in which everything adds up', async () => {
    const ground = await createGround();
    const world = await supplied('after-reading', { ground });
    await world.pay('100');
    await world.commit(...billed('90.00'), lateFee('25.00'));
    await world.settlement.payDebts();
    expect(ground.store.violations(['I1', 'I3', 'I4', 'I5', 'I11'])).toEqual([]);
  });
});

describe('who prepays', () => {
  test('keeps his own money for the use to come, whatever he owes of old', async () => {
    const world = await supplied('prepay');
    await world.credit.agree({ accountId: POINT.accountId, emergencyLimit: yuan('0'), recoveryShare: 30 }, asId('clerk'), 'agreed');
    await world.commit(...billed('90.00'), lateFee('5.00'));
    await world.pay('100');
    expect(await world.settlement.payDebts()).toBe(0);
    expect(await standing(world)).toEqual(inYuan('70', '-60', '-5'));
  });

  test('keeps it also where no contract says so', async () => {
    const world = await createWorld();
    await world.pay('100');
    await world.commit(...billed('90.00'));
    expect(await world.settlement.payDebts()).toBe(0);
    expect(await standing(world)).toEqual(inYuan('100', '-90', '0'));
  });

  test('keeps it also from an account that is not yet that of the place', async () => {
    const world = await supplied('prepay', {}, OTHER);
    await world.commit({ kind: 'account', account: { id: OTHER, state: 'open' } });
    await world.poll();
    await world.pay('100', { accountId: OTHER });
    await world.commit(lateFee('5.00', OTHER));
    expect(await world.settlement.payDebts()).toBe(0);
    expect(await standing(world, OTHER)).toEqual(inYuan('100', '0', '-5'));
  });

  test('pays what he owes when he moves out', async () => {
    const world = await supplied('prepay');
    await world.commit(
      { kind: 'archiveChange', change: changeOf('customer:c2', { identity: { name: '李四' } }) },
      lateFee('2.00'),
      owing('3.00', POINT.accountId),
    );
    await world.poll();
    await world.credit.agree({ accountId: POINT.accountId, emergencyLimit: yuan('0'), recoveryShare: 0 }, asId('clerk'), 'agreed');
    await world.pay('10');
    const order = { meterPointId: POINT.id, reason: 'sold', actor: asId<never>('clerk'), idempotencyKey: 'k1' };
    const to = { contractId: asId<never>('ht2'), customerId: asId<never>('c2'), accountId: asId<never>('a2') };
    // 10 − 3 − 2.
    expect(await world.supplyChanges.run({ kind: 'transfer', ...to, ...order })).toMatchObject({
      ok: true,
      value: { value: { balance: yuan('5') } },
    });
    expect(await standing(world)).toEqual(inYuan('5', '0', '0'));
  });
});

describe('whose supply has ended', () => {
  test('pays old bills from money that comes back to him', async () => {
    const world = await createWorld();
    await world.commit({ kind: 'account', account: { id: GONE, state: 'open' } }, ...billed('40.00', GONE));
    const first = await entryOf(world.pay('40', { accountId: GONE }));
    await world.pay('15', { accountId: GONE });
    await world.reverse(first);
    expect(await standing(world, GONE)).toEqual(inYuan('15', '-40', '0'));
    expect(await world.settlement.payDebts()).toBe(1);
    expect(await standing(world, GONE)).toEqual(inYuan('0', '-25', '0'));
  });

  test('pays what he owes from what a correction gives back, also where he prepaid and the account is closed', async () => {
    const world = await supplied('prepay');
    const corrected = {
      ...moved('charge:p1:corrected', revenueAccount('energy'), 'customer:a1' as unknown as ReturnType<typeof receivableAccount>, '8.00'),
    };
    await world.commit(
      ...billed('6.00'),
      lateFee('1.50'),
      { kind: 'account', account: { id: POINT.accountId, state: 'closed' } },
      corrected,
    );
    expect(await standing(world)).toEqual(inYuan('8', '-6', '-1.5'));
    expect(await world.settlement.payDebts()).toBe(1);
    // 8 − 6 − 1.50.
    expect(await standing(world)).toEqual(inYuan('0.5', '0', '0'));
  });
});
