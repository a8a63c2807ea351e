import { describe, expect, test } from 'vitest';
import type { Fact } from '../../../../src/core/model/fact.ts';
import { customerAccount, lateFeeAccount, receivableAccount } from '../../../../src/core/model/journal.ts';
import { asId } from '../../../../src/kernel/ids.ts';
import type { BusinessDay } from '../../../../src/kernel/local-time.ts';
import { negateMoney } from '../../../../src/kernel/units.ts';
import { bill } from '../../../contract/store-facts.ts';
import { POINT, yuan } from '../../../support/core-facts.ts';
import { createWorld, type World } from '../../../support/core-world.ts';

const DAY = 86_400_000;
const OWED = receivableAccount(POINT.accountId);
const FEE = lateFeeAccount(POINT.accountId);

const billOf = (id: string, total: string, dueOn: string, customerClass = 'residential'): readonly Fact[] => [
  {
    kind: 'entry',
    entry: {
      id: asId(`ent_${id}`),
      kind: 'charge',
      key: `charge:p1:${id}:2026-11-01:0`,
      at: bill.issuedAt,
      actor: asId('system:settlement'),
      meterPointId: POINT.id,
      businessDay: undefined,
      reverses: undefined,
      memo: '',
      postings: [
        { account: OWED, amount: yuan(`-${total}`) },
        { account: 'revenue:energy' as typeof OWED, amount: yuan(total) },
      ],
    },
  },
  {
    kind: 'bill',
    bill: { ...bill, id: asId(id), periodId: id, payer: OWED, total: yuan(total), dueOn: dueOn as BusinessDay, customerClass },
  },
];
const fee = (world: World) => world.store.read('ledgerBalance', { account: FEE });
/** Each day at its end, as the job does: from the evening of the 24th on. */
async function live(world: World, days: number): Promise<void> {
  for (let day = 0; day < days; day++) {
    await world.clock.advance(DAY);
    await world.lateFees.run();
  }
}

/** Reverses the newest entry of an account, by two persons. */
async function undoNewest(world: World, account: typeof OWED, reason: string): Promise<void> {
  const [newest] = (await world.store.read('entries', { account, limit: 1 })).items;
  const entryId = newest?.id ?? asId('none');
  const asked = await world.reversals.ask({ entryId, amount: undefined, reason, idempotencyKey: 'ask', actor: asId('clerk') });
  if (!asked.ok) throw new TypeError(asked.error.code);
  await world.reversals.approve({ reversalId: asked.value.value.id, idempotencyKey: 'approve', actor: asId('chief') });
}

describe('a late fee', () => {
  test('is posted day by day for what is owed beyond the due day, at least the minimum', async () => {
    const world = await createWorld();
    await world.commit(...billOf('b1', '5000.00', '2026-11-24'));
    expect(await world.lateFees.run()).toBe(0);
    // 25 November is the first day that counts, and it is over on the 26th: 5,000 × 1 ‰.
    await live(world, 2);
    expect(await fee(world)).toBe(yuan('-5'));
    await live(world, 3);
    expect(await fee(world)).toBe(yuan('-20'));
    expect(await world.lateFees.run()).toBe(0);
    expect(await world.balance()).toBe(0n);
  });

  test('of less than a yuan is a yuan, and of another class is dearer', async () => {
    const world = await createWorld();
    await world.commit(...billOf('b1', '100.00', '2026-11-24'), ...billOf('b2', '1000.00', '2026-11-24', 'industrial'));
    await live(world, 2);
    // 0.10 → 1.00, and 1,000 × 2 ‰ = 2.00.
    expect(await fee(world)).toBe(yuan('-3'));
  });

  test('grows no more when it is paid, and the day of the payment still counts', async () => {
    const world = await createWorld();
    await world.commit(...billOf('b1', '5000.00', '2026-11-24'));
    await live(world, 2);
    // On the 26th, after the fee of the 25th: energy before the fee.
    await world.pay('5000');
    expect(await world.store.read('ledgerBalance', { account: OWED })).toBe(0n);
    await live(world, 5);
    expect(await fee(world)).toBe(yuan('-10'));
  });

  test('counts no payment that went back', async () => {
    const world = await createWorld();
    await world.commit(...billOf('b1', '5000.00', '2026-11-24'));
    await live(world, 2);
    await world.pay('5000');
    await undoNewest(world, OWED, 'the bank took it back');
    await live(world, 5);
    // Six days are over since the due day's: 6 × 5,000 × 1 ‰.
    expect(await fee(world)).toBe(yuan('-30'));
  });

  test('that was posted for a bill counts for the one in its place', async () => {
    const world = await createWorld();
    const [, issued] = billOf('b1', '5000.00', '2026-11-24');
    if (issued?.kind !== 'bill') throw new TypeError('no bill');
    await world.commit(...billOf('b1', '5000.00', '2026-11-24'));
    await live(world, 2);
    const { bill: first } = issued;
    await world.commit({ kind: 'bill', bill: { ...first, id: asId('c1'), kind: 'credit', total: yuan('-5000.00'), corrects: first.id } });
    await world.commit({ kind: 'bill', bill: { ...first, id: asId('b2'), total: yuan('4000.00'), corrects: first.id } });
    await live(world, 1);
    // 2 × 4,000 × 1 ‰ are 8.00, of which 5.00 were posted for the first.
    expect(await fee(world)).toBe(yuan('-8'));
  });

  test('counts for no later bill what a correction gave back of an earlier one', async () => {
    const world = await createWorld();
    const [charged, issued] = billOf('b1', '5000.00', '2026-11-24');
    if (charged?.kind !== 'entry' || issued?.kind !== 'bill') throw new TypeError('no bill');
    await world.commit(charged, issued);
    await world.pay('5000');
    const postings = [
      { account: OWED, amount: yuan('3000') },
      { account: 'revenue:energy' as typeof OWED, amount: yuan('-3000') },
    ];
    const corrects = asId<typeof issued.bill.id>('b1');
    await world.commit(
      { kind: 'entry', entry: { ...charged.entry, id: asId('ent_c1'), key: 'charge:p1:b1:2026-11-01:1', postings } },
      { kind: 'bill', bill: { ...issued.bill, id: asId('c1'), kind: 'credit', total: yuan('-5000'), corrects } },
      { kind: 'bill', bill: { ...issued.bill, id: asId('b2'), total: yuan('2000'), corrects } },
      ...billOf('b3', '4000.00', '2026-11-24'),
    );
    expect([await world.balance(), await world.store.read('ledgerBalance', { account: OWED })]).toEqual([yuan('3000'), yuan('-4000')]);
    await live(world, 2);
    // Of the 5,000 that came in 2,000 paid the first bill and 3,000 are own money again: 4,000 × 1 ‰.
    expect(await fee(world)).toBe(yuan('-4'));
  });

  test('counts what paid an instalment, where the bill of its period asks for nothing more', async () => {
    const world = await createWorld();
    const [charged, issued] = billOf('b1', '5000.00', '2026-11-24');
    if (charged?.kind !== 'entry' || issued?.kind !== 'bill') throw new TypeError('no bill');
    await world.commit(charged, { kind: 'bill', bill: { ...issued.bill, kind: 'instalment' } });
    await world.pay('5000');
    const whole = { id: asId<never>('b2'), total: yuan('0'), billedBefore: yuan('5000') };
    await world.commit({ kind: 'bill', bill: { ...issued.bill, ...whole } });
    await live(world, 3);
    expect(await fee(world)).toBe(0n);
  });

  test('is not for what an instalment had asked for more than the bill of its period', async () => {
    const world = await createWorld();
    const [charged, issued] = billOf('b1', '4000.00', '2026-11-24');
    if (charged?.kind !== 'entry' || issued?.kind !== 'bill') throw new TypeError('no bill');
    const whole = { id: asId<never>('b2'), total: yuan('-1000'), billedBefore: yuan('5000') };
    await world.commit(
      charged,
      { kind: 'bill', bill: { ...issued.bill, kind: 'instalment', total: yuan('5000') } },
      { kind: 'bill', bill: { ...issued.bill, ...whole } },
    );
    await world.pay('4000');
    expect(await world.store.read('ledgerBalance', { account: OWED })).toBe(0n);
    await live(world, 4);
    // 5,000 were asked for, 1,000 of them taken back: nothing is owed.
    expect(await fee(world)).toBe(0n);
  });

  test('is not for an instalment of a period that turns out to be paid before use', async () => {
    const world = await createWorld();
    const [charged, issued] = billOf('b1', '5000.00', '2026-11-24');
    if (charged?.kind !== 'entry' || issued?.kind !== 'bill') throw new TypeError('no bill');
    const postings = charged.entry.postings.map(({ account, amount }) => ({ account, amount: negateMoney(amount) }));
    const whole = { total: yuan('0'), billedBefore: yuan('5000') };
    const corrects = asId<typeof issued.bill.id>('b2');
    await world.commit(
      charged,
      { kind: 'bill', bill: { ...issued.bill, kind: 'instalment' } },
      { kind: 'bill', bill: { ...issued.bill, ...whole, id: corrects } },
      { kind: 'entry', entry: { ...charged.entry, id: asId('ent_c1'), key: 'charge:p1:b1:2026-11-01:1', postings } },
      { kind: 'bill', bill: { ...issued.bill, ...whole, id: asId('c1'), kind: 'credit', corrects } },
      { kind: 'bill', bill: { ...issued.bill, ...whole, id: asId('b3'), payer: customerAccount(POINT.accountId), corrects } },
    );
    expect(await world.store.read('ledgerBalance', { account: OWED })).toBe(0n);
    await live(world, 3);
    expect(await fee(world)).toBe(0n);
  });

  test('is for all of a bill whose instalment had been taken from money that was there', async () => {
    const world = await createWorld();
    const [charged, issued] = billOf('b1', '5000.00', '2026-11-24');
    if (charged?.kind !== 'entry' || issued?.kind !== 'bill') throw new TypeError('no bill');
    const payer = customerAccount(POINT.accountId);
    const whole = { id: asId<never>('b2'), total: yuan('2000'), billedBefore: yuan('3000') };
    await world.commit({ kind: 'bill', bill: { ...issued.bill, kind: 'instalment', total: yuan('3000'), payer } }, charged, {
      kind: 'bill',
      bill: { ...issued.bill, ...whole },
    });
    await live(world, 2);
    // 3,000 + 2,000 × 1 ‰.
    expect(await fee(world)).toBe(yuan('-5'));
  });

  test('is not for who pays before use, and not for a bill that was taken back', async () => {
    const world = await createWorld();
    const [, issued] = billOf('b1', '5000.00', '2026-11-24');
    if (issued?.kind !== 'bill') throw new TypeError('no bill');
    await world.commit(...billOf('b1', '5000.00', '2026-11-24'));
    await world.commit({
      kind: 'bill',
      bill: { ...issued.bill, id: asId('c1'), kind: 'credit', total: yuan('-5000.00'), corrects: asId('b1') },
    });
    await world.commit(...billOf('b3', '20.00', '2027-11-24'));
    await live(world, 4);
    expect(await fee(world)).toBe(0n);
  });

  test('that was paid can be waived all the same: what was paid of it is own money again', async () => {
    const world = await createWorld();
    await world.commit(...billOf('b1', '5000.00', '2026-11-24'));
    await live(world, 2);
    const [newest] = (await world.store.read('entries', { account: FEE, limit: 1 })).items;
    // 5,000 and 3 of the fee of 5.
    await world.pay('5003');
    expect(await fee(world)).toBe(yuan('-2'));
    await world.reverse(newest?.id ?? asId('none'));
    expect([await fee(world), await world.balance()]).toEqual([0n, yuan('3')]);
  });

  test('that was waived does not come back', async () => {
    const world = await createWorld();
    await world.commit(...billOf('b1', '5000.00', '2026-11-24'));
    await live(world, 2);
    await undoNewest(world, FEE, 'our mistake');
    expect(await fee(world)).toBe(0n);
    expect(await world.lateFees.run()).toBe(0);
    await live(world, 1);
    expect(await fee(world)).toBe(yuan('-5'));
  });
});
