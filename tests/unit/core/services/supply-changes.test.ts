import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { accruedOf } from '../../../../src/core/ledger/accrued.ts';
import { chargeEntry } from '../../../../src/core/ledger/entries.ts';
import type { Fact } from '../../../../src/core/model/fact.ts';
import { cashAccount, PROMOTION_GRANTED_ACCOUNT, receivableAccount, revenueAccount } from '../../../../src/core/model/journal.ts';
import { ENERGY_TOTAL } from '../../../../src/core/model/register.ts';
import type { SupplyOrder } from '../../../../src/core/services/supply-changes.ts';
import { formatInstant, plusMs } from '../../../../src/kernel/clock.ts';
import { asId } from '../../../../src/kernel/ids.ts';
import { CONTRACT_ASPECTS, changeOf } from '../../../support/archive-facts.ts';
import { createCountingIds, EVENING, instant, kwh, METER, POINT, yuan } from '../../../support/core-facts.ts';
import { createWorld } from '../../../support/core-world.ts';

const HOUR_MS = 3_600_000;
const AFTER_READING = { ...CONTRACT_ASPECTS.terms, settlementMethod: 'after-reading' } as const;
let world: Awaited<ReturnType<typeof createWorld>>;

/** 10.00 yuan paid; 3 kWh at 0.50 used since, which is 1.50 accrued. */
beforeEach(async () => {
  world = await createWorld();
  await world.commit({ kind: 'archiveChange', change: changeOf('customer:c2', { identity: { name: '李四' } }) });
  await world.poll();
  await world.pay('10.00');
  await use(300n);
});
afterEach(() => world.store.close());

/** Uses hundredths of a kWh within an hour. */
async function use(hundredths: bigint): Promise<void> {
  await world.clock.advance(HOUR_MS);
  world.meter.register += hundredths;
  await world.poll();
}
const common = { meterPointId: POINT.id, reason: 'the flat was sold', actor: asId<SupplyOrder['actor']>('clerk'), idempotencyKey: 'k1' };
const transfer = (more: Partial<SupplyOrder> = {}) =>
  world.supplyChanges.run({
    kind: 'transfer',
    contractId: asId('ht2'),
    customerId: asId('c2'),
    accountId: asId('a2'),
    ...common,
    ...more,
  } as SupplyOrder);
const close = (more: Partial<SupplyOrder> = {}) => world.supplyChanges.run({ kind: 'closing', ...common, ...more } as SupplyOrder);
/** Something that the account owes for energy. */
const owing = (amount: string): Fact => ({
  kind: 'entry',
  entry: {
    id: asId('ent_owed'),
    kind: 'charge',
    key: 'charge:p1:owed:2026-11-24:0',
    at: EVENING,
    actor: asId('test'),
    meterPointId: POINT.id,
    businessDay: undefined,
    reverses: undefined,
    memo: '',
    postings: [
      { account: receivableAccount(POINT.accountId), amount: yuan(`-${amount}`) },
      { account: revenueAccount('energy'), amount: yuan(amount) },
    ],
  },
});
/** As if the open period had cost more before something was corrected. */
async function chargedTooMuch(amount: string): Promise<readonly Fact[]> {
  const { accrual } = await world.facts();
  if (accrual === undefined) throw new TypeError('no period is open');
  const { rated } = accrual;
  const sums = [{ component: 'energy', customer: yuan(amount), revenue: yuan(amount) }];
  const wrong = chargeEntry({ id: asId('ent_wrong'), at: EVENING, actor: asId('test') }, { ...accrual, rated: sums });
  if (wrong === undefined) throw new TypeError('nothing was charged');
  return [
    { kind: 'entry', entry: wrong.entry },
    { kind: 'accrual', accrual: { ...wrong.accrual, rated, accrued: accruedOf(rated, sums) } },
  ];
}
const accountOf = async (id: string) => world.store.read('account', { accountId: asId(id) });

describe('a transfer', () => {
  test('charges the old account up to the last registers and the new one from there on', async () => {
    expect(await transfer()).toEqual({
      ok: true,
      value: { replayed: false, value: { accountId: 'a1', cutAt: EVENING + HOUR_MS, balance: yuan('8.50'), refunded: 0n } },
    });
    await use(200n);
    // 2 kWh at 0.50 after the cut.
    expect(await accountOf('a1')).toMatchObject({ balance: yuan('8.50'), accrued: 0n });
    expect(await accountOf('a2')).toMatchObject({ account: { state: 'open' }, balance: 0n, accrued: yuan('1.00') });
  });

  test('pays the last bill of who pays after reading from what lies on his account', async () => {
    world = await createWorld();
    await world.commit(
      { kind: 'archiveChange', change: changeOf('customer:c2', { identity: { name: '李四' } }) },
      { kind: 'archiveChange', change: changeOf('contract:ht1', { ...CONTRACT_ASPECTS, terms: AFTER_READING }) },
      { kind: 'archiveChange', change: changeOf('meterPoint:p1', { contract: { contractId: asId('ht1') } }) },
    );
    await world.poll();
    await world.pay('10.00');
    await use(300n);
    // 3 kWh at 0.50.
    expect(await transfer()).toMatchObject({ ok: true, value: { value: { balance: yuan('8.50') } } });
    expect(await accountOf('a1')).toMatchObject({ balance: yuan('8.50'), funds: { receivable: 0n } });
  });

  test('says in the archive whose contract holds from the cut on', async () => {
    await transfer();
    const facts = (await world.store.read('archiveView', { subject: 'meterPoint:p1' }))?.facts;
    expect(facts?.find(({ aspect }) => aspect === 'contract')).toMatchObject({
      from: EVENING + HOUR_MS,
      to: undefined,
      value: { contractId: 'ht2' },
    });
    const contract = await world.store.read('archiveView', { subject: 'contract:ht2' });
    expect(contract?.facts).toMatchObject([{ aspect: 'parties', from: EVENING + HOUR_MS, value: { customerId: 'c2', accountId: 'a2' } }]);
  });

  test('keeps the registers of the cut for whoever asks', async () => {
    await transfer();
    const [event] = await world.store.read('events', { after: 0, limit: 100, types: ['audit.done'] });
    expect(event).toMatchObject({
      subject: 'meterPoint:p1',
      data: {
        action: 'supply.transfer',
        detail: 'account a1 cut at 1-0:1.8.0 103.00 kWh, read 2026-11-24T13:00:00.000Z; account a2 from there on',
      },
    });
  });

  test('is refused while money is owed, and changes nothing then', async () => {
    await use(2_000n);
    // 3 + 20 kWh at 0.50 are 11.50 of 10.00.
    expect(await transfer()).toEqual({ ok: false, error: { code: 'arrears', detail: 'Account a1 owes 1.50 yuan' } });
    expect((await accountOf('a1'))?.balance).toBe(yuan('10.00'));
    expect(await accountOf('a2')).toBeUndefined();
  });

  test('is refused where no reading is young enough to cut at', async () => {
    await world.clock.advance(HOUR_MS);
    expect(await transfer()).toEqual({ ok: false, error: { code: 'no-final-reading' } });
  });

  test('is refused where the period that is open began without registers, and done at the first ones', async () => {
    // November ends unread and is settled by an estimate; the newest registers are days old, the new period two hours.
    await world.clock.advance(instant('2026-11-30T18:00:00Z') - world.clock.now());
    expect(await world.settlement.run()).toBe(1);
    await world.pay('100.00');
    expect(await transfer()).toEqual({ ok: false, error: { code: 'no-final-reading' } });
    expect(await close({ idempotencyKey: 'k2' })).toEqual({ ok: false, error: { code: 'no-final-reading' } });
    await use(200n);
    expect(await transfer()).toMatchObject({ ok: true, value: { value: { cutAt: instant('2026-11-30T19:00:00Z') } } });
  });

  test('is done once for each key, and answered the same again', async () => {
    const first = await transfer();
    expect(await transfer()).toEqual({ ok: true, value: { ...(first.ok ? first.value : {}), replayed: true } });
    expect(await transfer({ accountId: asId('a3') } as Partial<SupplyOrder>)).toEqual({
      ok: false,
      error: { code: 'idempotency-mismatch' },
    });
  });

  test('leaves the bills of who moved out to him, whatever is looked at again', async () => {
    await transfer();
    await use(100n);
    await world.commit({ kind: 'review', meterPointId: POINT.id, at: world.clock.now(), reason: 'somebody asked' });
    expect(await world.settlement.review()).toBe(0);
    expect(await accountOf('a1')).toMatchObject({ balance: yuan('8.50') });
  });

  test('takes no contract and no account that supply another place', async () => {
    await world.commit(
      { kind: 'archiveChange', change: changeOf('contract:ht2', { terms: { temporary: false } }) },
      { kind: 'archiveChange', change: changeOf('meterPoint:p9', { contract: { contractId: asId('ht2') } }) },
    );
    expect(await transfer()).toEqual({
      ok: false,
      error: { code: 'supplies-elsewhere', detail: 'Contract ht2 supplies meterPoint:p9' },
    });
    expect(await transfer({ contractId: asId('ht3'), accountId: asId('neighbour-0') } as Partial<SupplyOrder>)).toEqual({
      ok: false,
      error: { code: 'supplies-elsewhere', detail: 'Account neighbour-0 pays for meter point neighbour-0' },
    });
  });

  test('adds to a contract that is known, and keeps what it said before', async () => {
    await world.commit({
      kind: 'archiveChange',
      change: changeOf('contract:ht2', { terms: { temporary: true }, parties: { customerId: asId('c2'), accountId: asId('a9') } }),
    });
    expect(await transfer()).toMatchObject({ ok: true });
    const parties = (await world.store.read('archiveView', { subject: 'contract:ht2' }))?.facts.filter(
      ({ aspect }) => aspect === 'parties',
    );
    expect(parties).toMatchObject([
      { from: 0, to: EVENING + HOUR_MS, value: { accountId: 'a9' } },
      { from: EVENING + HOUR_MS, to: undefined, value: { accountId: 'a2' } },
    ]);
  });

  test('goes to nobody whom the archive does not know', async () => {
    expect(await transfer({ customerId: asId('c9') } as Partial<SupplyOrder>)).toEqual({
      ok: false,
      error: { code: 'not-found', detail: 'customer:c9 is not in the archive: import or enter the customer first' },
    });
  });

  test('goes to no closed account, nor to the one that pays already', async () => {
    await world.commit({ kind: 'account', account: { id: asId('a2'), state: 'closed' } });
    expect(await transfer()).toEqual({ ok: false, error: { code: 'account-closed' } });
    expect(await transfer({ accountId: POINT.accountId } as Partial<SupplyOrder>)).toEqual({
      ok: false,
      error: { code: 'account-closed' },
    });
  });
});

describe('a closing', () => {
  test('charges up to the final reading, pays the rest back and closes the account', async () => {
    expect(await close()).toMatchObject({ ok: true, value: { value: { balance: 0n, refunded: yuan('8.50') } } });
    expect(await accountOf('a1')).toMatchObject({ account: { state: 'closed' }, balance: 0n, accrued: 0n });
    const [entry] = (await world.store.read('entries', { account: 'cash:refund' as never, limit: 5 })).items;
    expect(entry?.postings).toEqual([
      { account: 'customer:a1', amount: yuan('-8.50') },
      { account: 'cash:refund', amount: yuan('8.50') },
    ]);
  });

  test('pays back once, whatever is asked again', async () => {
    await close();
    expect(await close()).toMatchObject({ ok: true, value: { replayed: true, value: { refunded: yuan('8.50') } } });
    expect(await close({ idempotencyKey: 'k2' })).toEqual({ ok: false, error: { code: 'account-closed' } });
  });

  test('stays with who was supplied last, when the gateway is started again', async () => {
    await transfer();
    await world.pay('5.00', { accountId: asId('a2') });
    expect(await close({ idempotencyKey: 'k2' })).toMatchObject({ ok: true, value: { value: { accountId: 'a2' } } });
    // Read on the same store: the configuration names the account of whoever was there first.
    const again = await createWorld({ ground: { store: world.store, clock: world.clock, newId: createCountingIds(), lastSeq: () => 0 } });
    await world.clock.advance(HOUR_MS);
    again.meter.register += 400n;
    await again.poll();
    expect((await again.facts()).account).toMatchObject({ account: { id: 'a2', state: 'closed' }, accrued: 0n });
    expect(await accountOf('a1')).toMatchObject({ balance: yuan('8.50'), accrued: 0n });
  });

  test('leaves nobody to be charged by a register that a person enters afterwards', async () => {
    await close();
    await world.clock.advance(2 * HOUR_MS);
    const entered = await world.readingEntry.enter({
      meterId: METER.id,
      register: ENERGY_TOTAL,
      value: kwh('108'),
      measuredAt: plusMs(EVENING, 2 * HOUR_MS),
      reason: 'read on site',
      idempotencyKey: 'entered',
      actor: asId('engineer'),
    });
    expect(entered).toMatchObject({ ok: true });
    expect((await world.facts()).accrual).toMatchObject({ from: plusMs(EVENING, 2 * HOUR_MS), accrued: 0n, rated: [] });
    await world.clock.advance(86_400_000);
    expect(await world.charges.closeDays()).toBe(0);
    expect(await accountOf('a1')).toMatchObject({ balance: 0n, accrued: 0n });
  });

  test('is refused while money is owed or set aside', async () => {
    const hold = {
      id: asId<never>('hold_1'),
      accountId: POINT.accountId,
      amount: yuan('5'),
      placedAt: EVENING,
      expiresAt: EVENING,
      reason: 'debit',
      state: 'placed',
    } as const;
    await world.commit({ kind: 'hold', hold, actor: asId('teller') });
    expect(await close()).toEqual({ ok: false, error: { code: 'money-held', detail: 'Of account a1 5.00 yuan are set aside' } });
    await use(2_000n);
    expect(await close()).toEqual({ ok: false, error: { code: 'arrears', detail: 'Account a1 owes 6.50 yuan' } });
  });

  test('settles a period that is over and waits for its registers, and what was used since', async () => {
    // Read half an hour and an hour and a half into December in Shanghai, 2 kWh each: of the first nearly all belong to November by time.
    await world.clock.advance(instant('2026-11-30T15:30:00Z') - world.clock.now());
    await use(200n);
    await use(200n);
    expect(await close()).toMatchObject({ ok: true, value: { value: { refunded: yuan('6.50') } } });
    const bills = await world.store.read('billsOfPoint', { meterPointId: POINT.id });
    expect(bills.map(({ from, to, total }) => [formatInstant(from), formatInstant(to), total])).toEqual([
      ['2026-11-24T12:00:00.000Z', '2026-11-30T16:00:00.000Z', yuan('2.50')],
      ['2026-11-30T16:00:00.000Z', '2026-11-30T17:30:00.000Z', yuan('1.00')],
    ]);
  });

  test('charges promotional credit first, takes back what is left of it and pays debts out of own money', async () => {
    const asked = { actor: asId<never>('clerk'), reason: 'test', accountId: POINT.accountId };
    await world.credit.grantPromotion({ ...asked, amount: yuan('3'), idempotencyKey: 'g1' });
    await world.commit(owing('2.00'));
    // 1.50 were used, out of the promotion; of 10.00 the 2.00 are paid.
    expect(await close()).toMatchObject({ ok: true, value: { value: { balance: 0n, refunded: yuan('8.00') } } });
    expect(await accountOf('a1')).toMatchObject({ balance: 0n, funds: { promotion: 0n, receivable: 0n } });
    expect(await world.store.read('ledgerBalance', { account: cashAccount('refund') })).toBe(yuan('8.00'));
  });

  test('pays back no promotional credit that had been used for more than the last bill says', async () => {
    const asked = { actor: asId<never>('clerk'), reason: 'test', accountId: POINT.accountId };
    await world.credit.grantPromotion({ ...asked, amount: yuan('3'), idempotencyKey: 'g1' });
    await world.commit(...(await chargedTooMuch('5.00')));
    expect(await accountOf('a1')).toMatchObject({ balance: yuan('8.00'), funds: { promotion: 0n }, accrued: yuan('-3.50') });
    // 1.50 of 5.00 were used, and credit paid 3.00 of them: 1.50 lapse, and the other 2.00 of 3.50 are own money.
    expect(await close()).toMatchObject({ ok: true, value: { value: { balance: 0n, refunded: yuan('10.00') } } });
    expect(await accountOf('a1')).toMatchObject({ balance: 0n, funds: { promotion: 0n } });
    expect(await world.store.read('ledgerBalance', { account: PROMOTION_GRANTED_ACCOUNT })).toBe(yuan('-1.50'));
  });

  test('pays back all of an account that the contract let another pay for', async () => {
    world = await createWorld();
    const parties = { customerId: asId<never>('c1'), accountId: asId<never>('a9') };
    await world.commit(
      { kind: 'account', account: { id: asId('a9'), state: 'open' } },
      { kind: 'archiveChange', change: changeOf('customer:c1', { identity: { name: '王五' } }) },
      { kind: 'archiveChange', change: changeOf('contract:ht1', { ...CONTRACT_ASPECTS, parties }) },
      { kind: 'archiveChange', change: changeOf('meterPoint:p1', { contract: { contractId: asId('ht1') } }) },
    );
    await world.poll();
    await world.pay('10.00');
    await world.pay('5.00', { accountId: asId('a9') });
    await use(300n);
    // 3 kWh at 0.50 are taken from the other one's 5.
    expect(await close()).toMatchObject({ ok: true, value: { value: { refunded: yuan('10.00') } } });
    expect(await accountOf('a1')).toMatchObject({ balance: 0n });
    expect(await accountOf('a9')).toMatchObject({ balance: yuan('3.50') });
  });

  test('waits until a guarantee is given back', async () => {
    const asked = { actor: asId<never>('clerk'), reason: 'security', accountId: POINT.accountId };
    const through = { channel: 'bank', channelSerial: 's1', channelDate: '2026-11-24' };
    await world.credit.takeGuarantee({ ...asked, ...through, amount: yuan('5'), idempotencyKey: 'g1' });
    expect(await close()).toEqual({ ok: false, error: { code: 'money-held', detail: 'Account a1 has a guarantee of 5.00 yuan' } });
  });

  test('ends the contract of the meter point at the final reading', async () => {
    await transfer();
    await use(0n);
    await close({ idempotencyKey: 'k2' });
    const facts = (await world.store.read('archiveView', { subject: 'meterPoint:p1' }))?.facts;
    expect(facts?.find(({ aspect }) => aspect === 'contract')).toMatchObject({
      from: EVENING + HOUR_MS,
      to: EVENING + 2 * HOUR_MS,
      value: { contractId: 'ht2' },
    });
  });

  test('is followed by no charge, no bill and no warning, and by a case where something is used', async () => {
    await close();
    const warned = await world.store.read('queuedNotices', { limit: 10 });
    await world.clock.advance(40 * 24 * HOUR_MS);
    await world.settlement.run();
    await use(200n);
    await use(100n);
    expect(await accountOf('a1')).toMatchObject({ balance: 0n, accrued: 0n });
    expect((await world.store.read('bills', { limit: 10 })).items).toHaveLength(1);
    expect(await world.store.read('queuedNotices', { limit: 10 })).toEqual(warned);
    const { items } = await world.store.read('cases', { open: true, limit: 10 });
    expect(items).toMatchObject([
      {
        kind: 'use-without-contract',
        reason:
          '1-0:1.8.0 went from 103.00 to 105.00 kWh, but the account is closed and nobody is charged: cut the supply off, or hand it over to whoever uses it',
      },
    ]);
  });

  test('lets the next customer in where a contract ended and nobody had one since', async () => {
    await transfer();
    await use(0n);
    await close({ idempotencyKey: 'k2' });
    await use(200n);
    const next = { contractId: asId('ht3'), accountId: asId('a3'), idempotencyKey: 'k3' } as Partial<SupplyOrder>;
    expect(await transfer(next)).toMatchObject({ ok: true, value: { value: { cutAt: EVENING + 3 * HOUR_MS } } });
    const facts = (await world.store.read('archiveView', { subject: 'meterPoint:p1' }))?.facts.filter(
      ({ aspect }) => aspect === 'contract',
    );
    expect(facts).toMatchObject([
      { from: EVENING + HOUR_MS, to: EVENING + 2 * HOUR_MS, value: { contractId: 'ht2' } },
      { from: EVENING + 3 * HOUR_MS, to: undefined, value: { contractId: 'ht3' } },
    ]);
  });

  test('lets the next customer in, who is charged from then on', async () => {
    await close();
    await use(200n);
    expect(await transfer({ idempotencyKey: 'k2' })).toMatchObject({ ok: true, value: { value: { cutAt: EVENING + 2 * HOUR_MS } } });
    await use(100n);
    expect(await accountOf('a1')).toMatchObject({ balance: 0n, accrued: 0n });
    expect(await accountOf('a2')).toMatchObject({ account: { state: 'open' }, accrued: yuan('0.50') });
  });
});
