import { describe, expect, test } from 'vitest';
import type { HoldOrder, PayoutOrder } from '../../../../src/core/services/hold-service.ts';
import { plusMs } from '../../../../src/kernel/clock.ts';
import { type AccountId, asId, type EntryId, type HoldId } from '../../../../src/kernel/ids.ts';
import { EVENING, yuan } from '../../../support/core-facts.ts';
import { createWorld, type World } from '../../../support/core-world.ts';

const ACCOUNT = asId<AccountId>('a1');
const order = (amount: string, more: Partial<HoldOrder> = {}): HoldOrder => ({
  accountId: ACCOUNT,
  amount: yuan(amount),
  expiresAt: undefined,
  reason: 'refund asked for',
  idempotencyKey: `hold ${amount}`,
  actor: asId('teller'),
  ...more,
});
const payout = (holdId: string, more: Partial<PayoutOrder> = {}): PayoutOrder => ({
  holdId: asId(holdId),
  channel: 'bank',
  channelSerial: 'out-1',
  channelDate: '2026-11-24',
  idempotencyKey: 'payout 1',
  actor: asId('teller'),
  ...more,
});

async function withMoney(amount = '100'): Promise<World> {
  const world = await createWorld();
  await world.pay(amount);
  return world;
}
async function placed(world: World, amount: string, more: Partial<HoldOrder> = {}) {
  const outcome = await world.holds.place(order(amount, more));
  if (!outcome.ok) throw new Error(outcome.error.code);
  return outcome.value.value;
}
async function money(world: World) {
  const view = await world.store.read('account', { accountId: ACCOUNT });
  return view && { balance: view.balance, held: view.held };
}

describe('money set aside', () => {
  test('is no longer available, and the balance stays', async () => {
    const world = await withMoney();
    await placed(world, '40');
    expect(await money(world)).toEqual({ balance: yuan('100'), held: yuan('40') });
    expect(await world.holds.place(order('60.01'))).toEqual({ ok: false, error: { code: 'insufficient-funds' } });
    await placed(world, '60');
  });

  test('is set aside once, however often it is asked for with one key', async () => {
    const world = await withMoney();
    const first = await placed(world, '40');
    expect(await world.holds.place(order('40'))).toEqual({ ok: true, value: { value: first, replayed: true } });
    expect(await world.holds.place(order('41', { idempotencyKey: 'hold 40' }))).toEqual({
      ok: false,
      error: { code: 'idempotency-mismatch' },
    });
    expect((await money(world))?.held).toBe(yuan('40'));
  });

  test('needs an account, and an end that has not passed', async () => {
    const world = await withMoney();
    expect(await world.holds.place(order('1', { accountId: asId('nobody') }))).toMatchObject({ error: { code: 'not-found' } });
    expect(await world.holds.place(order('1', { expiresAt: EVENING }))).toMatchObject({ error: { code: 'command-expired' } });
  });

  test('of ten who ask at the same time goes to as many as there is money for', async () => {
    const world = await withMoney('50');
    const asked = Array.from({ length: 10 }, (_, index) => world.holds.place(order('20', { idempotencyKey: `key ${index}` })));
    const placedOnes = (await Promise.all(asked)).filter(({ ok }) => ok);
    expect(placedOnes).toHaveLength(2);
    expect((await money(world))?.held).toBe(yuan('40'));
  });
});

const giveBack = (world: World, holdId: HoldId, idempotencyKey = `void ${holdId}`) =>
  world.holds.void({ holdId, idempotencyKey, actor: asId('teller') });

describe('it ends once', () => {
  test('expired: nobody is paid out of it any more, whether the expiry has come to it or not', async () => {
    const world = await withMoney();
    const { id } = await placed(world, '40', { expiresAt: plusMs(EVENING, 60_000) });
    await world.clock.advance(60_000);
    expect(await world.holds.payOut(payout(id))).toEqual({ ok: false, error: { code: 'hold-ended' } });
    // Two that are under way together are told apart by the writer.
    const at = world.clock.now();
    const end = { state: 'posted', entryId: asId<EntryId>('ent_9') } as const;
    const late = await world.store.commit({ facts: [{ kind: 'holdEnded', holdId: id, end, at, actor: asId('teller') }] });
    expect(late).toEqual({ status: 'conflict', subject: `hold:${id}` });
    expect(await world.holds.expireDue()).toBe(1);
    expect(await money(world)).toEqual({ balance: yuan('100'), held: yuan('0') });
  });

  test('voided: it is available again', async () => {
    const world = await withMoney();
    const { id } = await placed(world, '40');
    expect(await giveBack(world, id)).toMatchObject({ ok: true, value: { value: { state: 'voided' }, replayed: false } });
    expect(await giveBack(world, id)).toMatchObject({ ok: true, value: { value: { state: 'voided' }, replayed: true } });
    expect(await money(world)).toEqual({ balance: yuan('100'), held: yuan('0') });
    expect(await giveBack(world, id, 'another')).toEqual({ ok: false, error: { code: 'hold-ended' } });
    expect(await world.holds.payOut(payout(id))).toEqual({ ok: false, error: { code: 'hold-ended' } });
    expect(await giveBack(world, asId('hld_none'))).toEqual({ ok: false, error: { code: 'not-found' } });
  });

  test('expired: by itself, when its time has come', async () => {
    const world = await withMoney();
    await placed(world, '40', { expiresAt: plusMs(EVENING, 60_000) });
    await placed(world, '10', { expiresAt: plusMs(EVENING, 120_000) });
    expect(await world.holds.expireDue()).toBe(0);
    await world.clock.advance(60_000);
    expect(await world.holds.expireDue()).toBe(1);
    expect((await money(world))?.held).toBe(yuan('10'));
    expect(await world.holds.expireDue()).toBe(0);
  });

  test('paid out: it leaves the balance by an entry with the serial of the channel', async () => {
    const world = await withMoney();
    const { id } = await placed(world, '40');
    const paid = await world.holds.payOut(payout(id));
    expect(paid).toMatchObject({ ok: true, value: { value: { state: 'posted' }, replayed: false } });
    expect(await money(world)).toEqual({ balance: yuan('60'), held: yuan('0') });
    expect(await world.holds.payOut(payout(id))).toMatchObject({ ok: true, value: { value: { state: 'posted' }, replayed: true } });
    expect((await money(world))?.balance).toBe(yuan('60'));
  });

  test('paid out under a serial that the channel has used: refused, and still set aside', async () => {
    const world = await withMoney();
    const first = await placed(world, '40');
    const second = await placed(world, '30');
    await world.holds.payOut(payout(first.id));
    expect(await world.holds.payOut(payout(second.id, { idempotencyKey: 'payout 2' }))).toEqual({
      ok: false,
      error: { code: 'idempotency-mismatch' },
    });
    expect(await money(world)).toEqual({ balance: yuan('60'), held: yuan('30') });
  });
});

test('supply that went off while money was set aside comes back when that is given back', async () => {
  const world = await createWorld();
  await world.pay('50');
  const { id } = await placed(world, '50');
  await world.exhaust('1.00', 300n);
  await world.poll();
  await world.run();
  expect(world.meter.relay).toBe('open');
  expect(await giveBack(world, id)).toMatchObject({ ok: true, value: { value: { state: 'voided' } } });
  expect((await world.openCommand()).action).toBe('close');
});
