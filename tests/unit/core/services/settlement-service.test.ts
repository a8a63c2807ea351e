import { describe, expect, test } from 'vitest';
import { BEGINNING } from '../../../../src/core/model/archive.ts';
import type { NumberedBill } from '../../../../src/core/model/issued-bill.ts';
import { customerAccount, type LedgerAccount, promotionAccount, receivableAccount } from '../../../../src/core/model/journal.ts';
import { ENERGY_TOTAL } from '../../../../src/core/model/register.ts';
import { plusMs } from '../../../../src/kernel/clock.ts';
import { asId } from '../../../../src/kernel/ids.ts';
import { CONTRACT_ASPECTS, CUSTOMER_ASPECTS, changeOf, POINT_ASPECTS } from '../../../support/archive-facts.ts';
import { instant, kwh, METER, POINT, planOf, readingOf, yuan } from '../../../support/core-facts.ts';
import { createWorld, type World, type WorldOptions } from '../../../support/core-world.ts';

const DAY = 86_400_000;
/** The first of December in Shanghai, and of January. */
const DECEMBER = instant('2026-11-30T16:00:00Z');
const JANUARY = instant('2026-12-31T16:00:00Z');

/** A reading of the total as a poll of that instant would bring it. */
async function read(world: World, value: string, at: string | number): Promise<void> {
  const readAt = typeof at === 'number' ? (at as ReturnType<typeof instant>) : instant(at);
  if (world.clock.now() < readAt) await world.clock.advance(readAt - world.clock.now());
  const [whole = '', part = ''] = value.split('.');
  const answer = { register: ENERGY_TOTAL, value: { unscaled: BigInt(whole + part.padEnd(2, '0')), scale: 2 }, unit: 'kWh', readAt };
  await world.metering.record({ meterPointId: POINT.id, answers: [answer], relay: undefined });
}

/** 100 kWh at the evening of 24 November. */
async function opened(options: WorldOptions = {}): Promise<World> {
  const world = await createWorld({ rules: { freshnessMs: 90 * DAY }, point: { maxPower: POINT.maxPower }, ...options });
  await world.pay('1000');
  await read(world, '100.00', world.clock.now());
  return world;
}

const bills = (world: World): Promise<readonly NumberedBill[]> => world.store.read('billsOfPoint', { meterPointId: POINT.id });
const balance = (world: World, account: LedgerAccount = customerAccount(POINT.accountId)) => world.store.read('ledgerBalance', { account });
const printed = ({ kind, total, lines, billedBefore }: NumberedBill) => [
  kind,
  total,
  billedBefore,
  ...lines.map(({ component, quantity, price, amount }) => `${component} ${quantity} × ${price} = ${amount}`),
];
const reasons = ({ provisional }: NumberedBill) => provisional.map(({ reason }) => reason);

async function withContract(world: World, terms: Partial<typeof CONTRACT_ASPECTS.terms | { settlementMethod: string }>, more: object = {}) {
  await world.commit(
    { kind: 'archiveChange', change: changeOf('customer:c1', CUSTOMER_ASPECTS) },
    {
      kind: 'archiveChange',
      change: changeOf('contract:ht1', { ...CONTRACT_ASPECTS, terms: { ...CONTRACT_ASPECTS.terms, ...terms }, ...more } as never),
    },
    { kind: 'archiveChange', change: changeOf('meterPoint:p1', POINT_ASPECTS) },
  );
}

describe('a settlement', () => {
  test('bills a period at the register of its end, posts the rest of it and opens the next', async () => {
    const world = await opened();
    await read(world, '150.00', '2026-11-28T00:00:00Z');
    await read(world, '180.50', DECEMBER);
    await read(world, '181.00', '2026-11-30T17:00:00Z');
    expect(await world.settlement.run()).toBe(1);
    const [bill] = await bills(world);
    // 80.5 kWh × 0.5.
    expect(bill && printed(bill)).toEqual(['bill', 40_250_000n, 0n, 'energy 80.50 × 0.50 = 40.25']);
    expect(bill).toMatchObject({ number: '202611-00000001', month: '2026-11', dueOn: '2026-12-05', provisional: [], accountId: 'a1' });
    expect(await balance(world)).toBe(959_750_000n);
    expect((await world.facts()).accrual).toMatchObject({
      periodId: '2026-11-30T16:00:00.000Z',
      to: JANUARY,
      accrued: 250_000n,
      businessDay: '2026-12-01',
      provisional: [],
    });
  });

  test('that runs again finds nothing to do', async () => {
    const world = await opened();
    await read(world, '180.50', DECEMBER);
    expect(await world.settlement.run()).toBe(1);
    expect(await world.settlement.run()).toBe(0);
    await Promise.all([world.settlement.run(), world.settlement.run()]);
    expect(await bills(world)).toHaveLength(1);
    expect(await balance(world)).toBe(959_750_000n);
  });

  test('two runs at once bill once', async () => {
    const world = await opened();
    await read(world, '180.50', DECEMBER);
    const settled = await Promise.all([world.settlement.run(), world.settlement.run(), world.settlement.run()]);
    expect(settled.reduce((sum, count) => sum + count, 0)).toBe(1);
    expect(await bills(world)).toHaveLength(1);
  });

  test('waits for the register of its end, for a while', async () => {
    const world = await opened();
    await read(world, '150.00', '2026-11-28T00:00:00Z');
    await world.clock.advance(DECEMBER - world.clock.now() + 3_600_000);
    expect(await world.settlement.run()).toBe(0);
    expect(await bills(world)).toEqual([]);
  });

  test('charges what is split by time where the register never comes, and says so', async () => {
    const world = await opened();
    await read(world, '100.00', plusMs(DECEMBER, -3_600_000));
    await read(world, '104.00', plusMs(DECEMBER, 3 * 3_600_000));
    expect(await world.settlement.run()).toBe(1);
    const [bill] = await bills(world);
    expect(bill && printed(bill)).toEqual(['bill', 500_000n, 0n, 'energy 1.00 × 0.50 = 0.50']);
    expect(bill && reasons(bill)).toEqual(['boundary-register-missing']);
    // The other 3 kWh are of the next period: nothing is charged twice, nothing is left out.
    expect((await world.facts()).accrual?.accrued).toBe(1_500_000n);
  });

  test('charges the period before where nothing was read for so long, and nobody is tripped by that', async () => {
    const world = await opened();
    await read(world, '200.00', DECEMBER);
    await world.settlement.run();
    await read(world, '210.00', plusMs(DECEMBER, DAY));
    await world.clock.advance(JANUARY - world.clock.now() + 3 * 3_600_000);
    expect(await world.settlement.run()).toBe(1);
    const [, bill] = await bills(world);
    // November's 100 kWh, of which 10 were read.
    expect(bill && printed(bill)).toEqual(['bill', 50_000_000n, 0n, 'energy 100.00 × 0.50 = 50.00']);
    expect(bill && reasons(bill)).toEqual(['last-reading-missing']);
    expect(world.situations.of(await world.facts()).provisional.map(({ reason }) => reason)).toContain('last-reading-missing');
  });

  test('charges every further period without a reading like the last one that had one, until a register tells better', async () => {
    const world = await opened();
    await read(world, '200.00', DECEMBER);
    await world.settlement.run();
    const FEBRUARY = instant('2027-01-31T16:00:00Z');
    await world.clock.advance(FEBRUARY - world.clock.now() + 3 * 3_600_000);
    expect(await world.settlement.run()).toBe(2);
    expect((await bills(world)).map(({ month, total }) => [month, total])).toEqual([
      ['2026-11', 50_000_000n],
      ['2026-12', 50_000_000n],
      ['2027-01', 50_000_000n],
    ]);
    // 248 kWh in 62 days: 31 days each.
    await read(world, '448.00', FEBRUARY);
    await world.settlement.review();
    const standing = (await bills(world)).filter(({ kind, corrects }) => kind === 'bill' && corrects !== undefined);
    expect(standing.map(({ month, total }) => [month, total])).toEqual([
      ['2026-12', 62_000_000n],
      ['2027-01', 62_000_000n],
    ]);
  });

  test('catches up every period that was missed', async () => {
    const world = await opened();
    await read(world, '200.00', DECEMBER);
    await read(world, '300.00', JANUARY);
    await read(world, '301.00', instant('2027-01-31T16:00:00Z'));
    expect(await world.settlement.run()).toBe(3);
    expect((await bills(world)).map(({ month, total }) => [month, total])).toEqual([
      ['2026-11', 50_000_000n],
      ['2026-12', 50_000_000n],
      ['2027-01', 500_000n],
    ]);
  });
});

describe('a correction', () => {
  const settled = async () => {
    const world = await opened();
    await read(world, '100.00', plusMs(DECEMBER, -3_600_000));
    await read(world, '104.00', plusMs(DECEMBER, 3 * 3_600_000));
    await world.settlement.run();
    return world;
  };

  test('by the register that arrives late takes the bill back, issues a new one and posts the difference', async () => {
    const world = await settled();
    expect(await balance(world)).toBe(999_500_000n);
    await read(world, '103.00', DECEMBER);
    expect(await world.settlement.review()).toBe(1);
    expect(await world.settlement.review()).toBe(0);
    const [first, credit, second] = await bills(world);
    expect(credit && printed(credit)).toEqual(['credit', -500_000n, 0n, 'energy -1.00 × 0.50 = -0.50']);
    expect(second && printed(second)).toEqual(['bill', 1_500_000n, 0n, 'energy 3.00 × 0.50 = 1.50']);
    expect([credit?.corrects, second?.corrects]).toEqual([first?.id, first?.id]);
    expect(second?.provisional).toEqual([]);
    expect(await balance(world)).toBe(998_500_000n);
    // 1 kWh is left of the next period.
    expect((await world.facts()).accrual).toMatchObject({ accrued: 500_000n, carried: [] });
  });

  test('of an estimate comes with the first register behind its end, whatever its instant, and with no other', async () => {
    const world = await opened();
    await read(world, '200.00', DECEMBER);
    await world.settlement.run();
    await world.clock.advance(JANUARY - world.clock.now() + 3 * 3_600_000);
    await world.settlement.run();
    expect((await bills(world)).map(({ total }) => total)).toEqual([50_000_000n, 50_000_000n]);
    // 320 kWh in 32 days, of which December has 31.
    await read(world, '520.00', plusMs(JANUARY, DAY));
    expect(await world.settlement.review()).toBe(1);
    expect((await bills(world)).slice(2).map(({ kind, month, total }) => [kind, month, total])).toEqual([
      ['credit', '2026-12', -50_000_000n],
      ['bill', '2026-12', 155_000_000n],
    ]);
    expect((await world.facts()).accrual).toMatchObject({ accrued: 5_000_000n });
    await read(world, '530.00', plusMs(JANUARY, 2 * DAY));
    expect(await world.store.read('reviews', { limit: 10 })).toEqual([]);
  });

  test('comes with a register that lies closer to a split end than the one it was split by', async () => {
    const world = await settled();
    await read(world, '103.00', plusMs(DECEMBER, 3_600_000));
    expect(await world.settlement.review()).toBe(1);
    // 3 kWh in two hours, one of them November's; the other 2.5 kWh are December's.
    expect((await bills(world)).at(-1)).toMatchObject({ month: '2026-11', total: 750_000n });
    expect((await world.facts()).accrual?.accrued).toBe(1_250_000n);
  });

  test('of a ratio that was wrong three months long is rated from its true date', async () => {
    const world = await opened();
    await read(world, '200.00', DECEMBER);
    await read(world, '300.00', JANUARY);
    await world.settlement.run();
    expect(await balance(world)).toBe(900_000_000n);
    const ratio = (current: number) => ({ current, voltage: 1 });
    await world.commit({
      kind: 'archiveChange',
      change: {
        ...changeOf('meterPoint:p1', {}),
        aspects: [
          {
            aspect: 'ratio',
            periods: [
              { from: 0 as never, to: DECEMBER, value: ratio(1) },
              { from: DECEMBER, value: ratio(2) },
            ],
          },
        ],
      },
    });
    expect(await world.settlement.review()).toBe(1);
    // December was 100 kWh × 2.
    expect(await balance(world)).toBe(850_000_000n);
    expect((await bills(world)).map(({ kind, total }) => [kind, total])).toEqual([
      ['bill', 50_000_000n],
      ['bill', 50_000_000n],
      ['credit', -50_000_000n],
      ['bill', 100_000_000n],
    ]);
  });

  test('of a contract whose terms or account were entered wrongly charges whoever should have paid', async () => {
    const world = await opened();
    await withContract(world, { settlementMethod: 'prepay' });
    await read(world, '400.00', DECEMBER);
    await world.settlement.run();
    await withContract(world, { settlementMethod: 'after-reading' });
    expect(await world.settlement.review()).toBe(1);
    expect((await bills(world)).at(-1)).toMatchObject({ payer: 'receivable:a1', total: 150_000_000n });
    await world.commit({ kind: 'account', account: { id: asId('a9'), state: 'open' } });
    await withContract(world, { settlementMethod: 'prepay' }, { parties: { customerId: asId('c1'), accountId: asId('a9') } });
    expect(await world.settlement.review()).toBe(1);
    expect((await bills(world)).at(-1)).toMatchObject({ payer: 'customer:a9', total: 150_000_000n });
    expect(await balance(world)).toBe(1_000_000_000n);
  });

  test('follows where a contract was corrected while the period was open', async () => {
    const world = await createWorld();
    await withContract(world, { settlementMethod: 'prepay' });
    await read(world, '100.00', world.clock.now());
    await withContract(world, { settlementMethod: 'after-reading' });
    await read(world, '400.00', DECEMBER);
    expect(await world.settlement.run()).toBe(1);
    expect(await world.settlement.review()).toBe(1);
    expect((await bills(world)).at(-1)).toMatchObject({ payer: 'receivable:a1', total: 150_000_000n });
    expect(await balance(world)).toBe(0n);
  });

  test('that changes nothing issues nothing', async () => {
    const world = await settled();
    await world.commit({ kind: 'review', meterPointId: POINT.id, at: world.clock.now(), reason: 'asked for' });
    expect(await world.settlement.review()).toBe(0);
    expect(await bills(world)).toHaveLength(1);
    expect(await world.store.read('reviews', { limit: 10 })).toEqual([]);
  });

  test('of a reading that a person puts right counts from its true instant', async () => {
    const world = await opened();
    await read(world, '200.00', DECEMBER);
    await read(world, '300.00', JANUARY);
    await world.settlement.run();
    const reading = readingOf('190.00', DECEMBER, { meterId: METER.id, heardAt: world.clock.now() });
    await world.commit(
      { kind: 'readingEntered', reading, actor: asId('clerk'), reason: 'misread on site' },
      { kind: 'review', meterPointId: POINT.id, at: world.clock.now(), reason: 'a reading was put right' },
    );
    expect(await world.settlement.review()).toBe(2);
    const standing = (await bills(world)).filter(({ corrects, kind }) => corrects !== undefined && kind === 'bill');
    expect(standing.map(({ month, total }) => [month, total])).toEqual([
      ['2026-11', 45_000_000n],
      ['2026-12', 55_000_000n],
    ]);
    expect(await balance(world)).toBe(900_000_000n);
  });
});

describe('who pays after reading', () => {
  test('owes the bill, and is neither warned nor tripped by his balance', async () => {
    const world = await createWorld();
    await withContract(world, { settlementMethod: 'after-reading' });
    await read(world, '100.00', world.clock.now());
    await read(world, '400.00', DECEMBER);
    await world.settlement.run();
    expect(await balance(world)).toBe(0n);
    expect(await balance(world, receivableAccount(POINT.accountId))).toBe(-150_000_000n);
    const situation = world.situations.of(await world.facts());
    expect([situation.paysBefore, situation.available]).toEqual([false, 0n]);
    expect((await world.facts()).crossing).toBeUndefined();
  });

  test('pays the bill from what lay on the account, as far as it goes and is not set aside', async () => {
    const world = await createWorld();
    await withContract(world, { settlementMethod: 'after-reading' });
    await world.pay('100');
    await world.holds.place({
      accountId: POINT.accountId,
      amount: yuan('20'),
      reason: 'refund',
      idempotencyKey: 'h',
      actor: asId('clerk'),
      expiresAt: undefined,
    });
    await read(world, '100.00', world.clock.now());
    await read(world, '400.00', DECEMBER);
    await world.settlement.run();
    expect(await world.settlement.payDebts()).toBe(1);
    expect(await balance(world)).toBe(20_000_000n);
    expect(await balance(world, receivableAccount(POINT.accountId))).toBe(-70_000_000n);
  });

  test('pays from it what a correction asks for more, and leaves there what the open period will be billed', async () => {
    const world = await createWorld();
    await withContract(world, { settlementMethod: 'after-reading' });
    await world.pay('1000');
    await read(world, '100.00', world.clock.now());
    await read(world, '400.00', DECEMBER);
    await world.settlement.run();
    await world.settlement.payDebts();
    await read(world, '500.00', plusMs(DECEMBER, 3 * 86_400_000));
    await read(world, '510.00', plusMs(DECEMBER, 4 * 86_400_000));
    await world.readingEntry.enter({
      ...{ meterId: METER.id, register: ENERGY_TOTAL, value: kwh('420'), measuredAt: DECEMBER },
      ...{ reason: 'misread', idempotencyKey: 'misread', actor: asId('clerk') },
    });
    expect(await world.settlement.review()).toBe(1);
    expect(await world.settlement.payDebts()).toBe(1);
    // 300 kWh at 0.50, then 20 more; of December 100 kWh are posted that no bill asks for yet.
    expect(await balance(world)).toBe(840_000_000n);
    expect(await balance(world, receivableAccount(POINT.accountId))).toBe(-50_000_000n);
  });

  test('as it turns out later, pays the bill from what had been taken from his balance', async () => {
    const world = await createWorld();
    await withContract(world, { settlementMethod: 'prepay' });
    await world.pay('200');
    await read(world, '100.00', world.clock.now());
    await read(world, '400.00', DECEMBER);
    await world.settlement.run();
    expect(await balance(world)).toBe(50_000_000n);
    await withContract(world, { settlementMethod: 'after-reading' });
    expect(await world.settlement.review()).toBe(1);
    expect(await balance(world)).toBe(50_000_000n);
    expect(await balance(world, receivableAccount(POINT.accountId))).toBe(0n);
  });

  test('as it turns out later, pays it with no promotional credit that had been used', async () => {
    const world = await createWorld();
    await withContract(world, { settlementMethod: 'prepay' });
    await world.pay('100');
    const asked = { actor: asId<never>('clerk'), reason: 'welcome', idempotencyKey: 'g1' };
    await world.credit.grantPromotion({ ...asked, accountId: POINT.accountId, amount: yuan('100') });
    await read(world, '100.00', world.clock.now());
    await read(world, '400.00', DECEMBER);
    await world.settlement.run();
    // 300 kWh × 0.5 = 150: 100 of promotional credit, 50 of own money.
    expect(await balance(world)).toBe(50_000_000n);
    expect(await balance(world, promotionAccount(POINT.accountId))).toBe(0n);
    await withContract(world, { settlementMethod: 'after-reading' });
    expect(await world.settlement.review()).toBe(1);
    // All of it goes back, 100 as credit and 50 as own money, which pays 50 of the 150 at once.
    expect(await balance(world)).toBe(50_000_000n);
    expect(await balance(world, promotionAccount(POINT.accountId))).toBe(100_000_000n);
    expect(await balance(world, receivableAccount(POINT.accountId))).toBe(-100_000_000n);
    // The 50 that lay there before pay like any other money beside a debt.
    expect(await world.settlement.payDebts()).toBe(1);
    expect(await balance(world)).toBe(0n);
    expect(await balance(world, receivableAccount(POINT.accountId))).toBe(-50_000_000n);
  });

  test('prepays by now, and has what the correction gives back for the bill in its place, and no more', async () => {
    const world = await createWorld();
    await withContract(world, { settlementMethod: 'prepay' });
    await world.pay('200');
    await read(world, '100.00', world.clock.now());
    await read(world, '400.00', DECEMBER);
    await world.settlement.run();
    const method = (settlementMethod: 'prepay' | 'after-reading') => ({ ...CONTRACT_ASPECTS.terms, settlementMethod });
    const periods = [
      { from: BEGINNING, to: DECEMBER, value: method('after-reading') },
      { from: DECEMBER, value: method('prepay') },
    ];
    await world.commit({ kind: 'archiveChange', change: { ...changeOf('contract:ht1', {}), aspects: [{ aspect: 'terms', periods }] } });
    expect(await world.settlement.review()).toBe(1);
    // Of 200 the 150 went to the bill, came back and go to the bill in its place.
    expect(await balance(world)).toBe(50_000_000n);
    expect(await balance(world, receivableAccount(POINT.accountId))).toBe(0n);
    expect(await world.settlement.payDebts()).toBe(0);
  });

  test('in instalments is asked for each, and at the end for the rest', async () => {
    const world = await createWorld();
    await withContract(world, { settlementMethod: 'instalments' }, { cycle: { readingDay: 1, instalmentDays: [26, 28] } });
    await read(world, '100.00', world.clock.now());
    await read(world, '110.00', instant('2026-11-25T16:00:00Z'));
    await world.settlement.run();
    await read(world, '130.00', instant('2026-11-27T16:00:00Z'));
    await world.settlement.run();
    await read(world, '160.00', DECEMBER);
    await world.settlement.run();
    expect((await bills(world)).map(({ kind, to, total, billedBefore }) => [kind, to, total, billedBefore])).toEqual([
      ['instalment', instant('2026-11-25T16:00:00Z'), 5_000_000n, 0n],
      ['instalment', instant('2026-11-27T16:00:00Z'), 10_000_000n, 5_000_000n],
      ['bill', DECEMBER, 15_000_000n, 15_000_000n],
    ]);
    expect(await balance(world, receivableAccount(POINT.accountId))).toBe(-30_000_000n);
  });
});

test('a tariff of the archive that is in no file is charged by the configured one, and trips nobody', async () => {
  const world = await opened();
  world.configure({ ...world.terms, planOf: () => undefined });
  await world.commit({ kind: 'archiveChange', change: changeOf('meterPoint:p1', { tariff: { tariff: 'nowhere' } }) });
  await read(world, '200.00', DECEMBER);
  expect(world.situations.of(await world.facts()).provisional).toMatchObject([{ reason: 'tariff-unknown' }]);
  await world.settlement.run();
  const [bill] = await bills(world);
  expect([bill?.total, bill && reasons(bill)]).toEqual([50_000_000n, ['tariff-unknown']]);
});

test('a price that changes within the period is split at its instant', async () => {
  const world = await opened({ plan: planOf('two', { energy: '0.5' }, { since: '2026-11-27T16:00:00Z', energy: '1' }) });
  await read(world, '120.00', '2026-11-27T16:00:00Z');
  await read(world, '130.00', DECEMBER);
  await world.settlement.run();
  const [bill] = await bills(world);
  expect(bill && printed(bill)).toEqual(['bill', 20_000_000n, 0n, 'energy 20.00 × 0.50 = 10.00', 'energy 10.00 × 1.00 = 10.00']);
});
