import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ApiWorld, createApiWorld } from '../support/api-world.ts';
import { yuan } from '../support/core-facts.ts';

let world: ApiWorld;
beforeEach(async () => {
  world = await createApiWorld();
  Object.assign(world.purse, { balance: yuan('30'), count: 3, customer: '000000004711' });
});
afterEach(() => world.close());

const BODY = { amount: '50.00', customerNumber: '000000004711', reason: 'counter 3, receipt 881' };
const ask = (body: object = BODY, key = 'intent-1', what = 'recharges', meter = 'm1', apiKey?: string) =>
  world.post(`/api/v1/meters/${meter}/${what}`, body, { 'idempotency-key': key }, apiKey);

describe('POST /meters/{id}/recharges', () => {
  test('stores a recharge and names its place; its time line says what the purse held', async () => {
    const asked = await ask();
    expect(asked.statusCode).toBe(202);
    expect(asked.json()).toMatchObject({
      meterId: 'm1',
      kind: 'recharge',
      amount: '50.00',
      purchaseCount: null,
      customerNumber: '000000004711',
      state: 'queued',
      actor: 'key 1: admin',
      expiresAt: '2026-11-24T12:10:00.000Z',
    });
    const location = String(asked.headers.location);
    expect(location).toBe(`/api/v1/recharges/${asked.json().id}`);

    await world.runRecharge();
    const done = (await world.get(location)).json();
    expect(done).toMatchObject({ state: 'confirmed', purchaseCount: 4 });
    const steps = done.timeline.map(({ state, balance, purchaseCount }: Record<string, unknown>) => [state, balance, purchaseCount]);
    expect(steps).toEqual([
      ['queued', null, null],
      ['sent', '30.00', 3],
      ['acknowledged', null, null],
      ['verifying', null, null],
      ['confirmed', '80.00', 4],
    ]);
    expect((await world.get('/api/v1/meters/m1/recharges')).json().items).toMatchObject([{ id: done.id, state: 'confirmed' }]);
  });

  test('answers a repetition with the same recharge and writes nothing twice', async () => {
    const first = await ask();
    const again = await ask();
    expect([again.statusCode, again.headers['idempotency-replayed'], again.json().id]).toEqual([202, 'true', first.json().id]);
    await world.runRecharge();
    expect(world.purse.frames).toHaveLength(1);
    expect((await ask({ ...BODY, amount: '50.01' })).json()).toMatchObject({ status: 422, code: 'idempotency-mismatch' });
  });

  test('takes the count that the caller keeps', async () => {
    const asked = await ask({ ...BODY, purchaseCount: 7 });
    await world.runRecharge();
    const ended = (await world.get(String(asked.headers.location))).json();
    expect(ended).toMatchObject({ state: 'superseded', purchaseCount: 7 });
    expect(ended.timeline.at(-1)).toMatchObject({ reason: 'the purse has 3 purchases; this recharge needs 6', purchaseCount: 3 });
    expect((await world.get('/api/v1/cases')).json().items).toMatchObject([{ kind: 'recharge-failed' }]);
  });

  test.each([
    { body: { ...BODY, amount: '0.00' }, field: 'amount' },
    { body: { ...BODY, amount: '0.001' }, field: 'amount' },
    { body: { ...BODY, customerNumber: '4711' }, field: 'customerNumber' },
    { body: { ...BODY, purchaseCount: 1 }, field: 'purchaseCount' },
    { body: { ...BODY, reason: '' }, field: 'reason' },
  ])('refuses a wrong $field', async ({ body, field }) => {
    expect((await ask(body)).json()).toMatchObject({ status: 400, code: 'bad-request', field });
  });

  test('refuses a second one while the first has not ended, a meter without a purse, and one that nobody knows', async () => {
    await ask();
    expect((await ask(BODY, 'intent-2')).json()).toMatchObject({ status: 409, code: 'recharge-under-way', retryable: true });
    world.purse.exists = false;
    expect((await ask(BODY, 'intent-3')).json()).toMatchObject({ status: 422, code: 'unsupported-action' });
    expect((await ask(BODY, 'intent-4', 'recharges', 'nobody')).json()).toMatchObject({ status: 404, code: 'not-found' });
    expect((await world.post('/api/v1/meters/m1/recharges', BODY)).json()).toMatchObject({ status: 400, code: 'idempotency-key-missing' });
  });

  test('needs its own scope: who may trip or take payments may not write purses', async () => {
    const teller = await world.keyWith('payments:write', 'relay:trip', 'relay:restore');
    expect((await ask(BODY, 'intent-1', 'recharges', 'm1', teller)).json()).toMatchObject({ status: 403, code: 'forbidden' });
    const cashier = await world.keyWith('recharges:write');
    expect((await ask(BODY, 'intent-1', 'recharges', 'm1', cashier)).statusCode).toBe(202);
  });
});

test('an opening is asked for in its own place, and is a recharge from then on', async () => {
  Object.assign(world.purse, { balance: yuan('0'), count: 0, customer: '000000000000' });
  const asked = await ask({ ...BODY, amount: '20.00' }, 'intent-1', 'openings');
  expect(asked.json()).toMatchObject({ kind: 'opening', purchaseCount: 1 });
  await world.runRecharge();
  expect((await world.get(String(asked.headers.location))).json()).toMatchObject({ kind: 'opening', state: 'confirmed' });
  expect((await ask({ ...BODY, purchaseCount: 2 }, 'intent-2', 'openings')).json()).toMatchObject({ status: 400, field: 'purchaseCount' });
});

test('a recharge that waits is withdrawn, and the audit says by whom', async () => {
  const { id } = (await ask()).json();
  expect((await world.post(`/api/v1/recharges/${id}/cancel`, undefined)).json()).toMatchObject({ state: 'cancelled' });
  expect((await world.post(`/api/v1/recharges/${id}/cancel`, undefined)).json()).toMatchObject({ status: 409, code: 'command-finished' });
  expect((await world.get('/api/v1/meters/nobody/recharges')).json()).toMatchObject({ status: 404, code: 'not-found' });
  expect((await world.get('/api/v1/recharges/rch_none')).json()).toMatchObject({ status: 404, code: 'not-found' });
  const events = (await world.get('/api/v1/events')).json().items;
  expect(events).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ type: 'recharge.created', actor: 'key 1: admin' }),
      expect.objectContaining({ type: 'recharge.cancelled' }),
      expect.objectContaining({ type: expect.stringContaining('audit'), data: expect.objectContaining({ action: 'recharge.cancel' }) }),
    ]),
  );
});
