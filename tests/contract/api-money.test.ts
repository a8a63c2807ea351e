import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { asId } from '../../src/kernel/ids.ts';
import { type ApiWorld, createApiWorld } from '../support/api-world.ts';

let world: ApiWorld;
beforeEach(async () => {
  world = await createApiWorld();
});
afterEach(() => world.close());

const PAYMENT = { accountId: 'a1', amount: '100.00', channel: 'wechat', channelSerial: 'S-1', channelDate: '2026-11-24' };
const post = (body: object, key = 'intent-1') => world.post('/api/v1/payments', body, { 'idempotency-key': key });

describe('POST /payments', () => {
  test('posts money and says what the account has after it', async () => {
    const answer = await post(PAYMENT);
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toEqual({
      id: expect.stringMatching(/^pay_/),
      accountId: 'a1',
      amount: '100.00',
      state: 'posted',
      balanceAfter: '100.00',
      restoreCommandId: null,
      entryId: expect.stringMatching(/^ent_/),
      channel: 'wechat',
      channelSerial: 'S-1',
      channelDate: '2026-11-24',
      receivedAt: '2026-11-24T12:00:00.000Z',
      actor: 'key 1: admin',
    });
  });

  test('answers a repetition with the same body, 200 and Idempotency-Replayed', async () => {
    const first = await post(PAYMENT);
    const again = await post(PAYMENT);
    expect(first.headers['idempotency-replayed']).toBeUndefined();
    expect([again.statusCode, again.headers['idempotency-replayed'], again.body]).toEqual([200, 'true', first.body]);
    expect((await world.get('/api/v1/accounts/a1')).json().balance).toBe('100.00');
  });

  test('knows a payment by its channel, serial and date under any key', async () => {
    const first = await post(PAYMENT);
    const again = await post(PAYMENT, 'intent-2');
    expect([again.statusCode, again.json().id]).toEqual([200, first.json().id]);
  });

  test('refuses a key or a serial with other content', async () => {
    await post(PAYMENT);
    expect((await post({ ...PAYMENT, amount: '50.00' })).json()).toMatchObject({ status: 422, code: 'idempotency-mismatch' });
    expect((await post({ ...PAYMENT, amount: '50.00' }, 'intent-2')).json()).toMatchObject({ status: 422, code: 'idempotency-mismatch' });
  });

  test('answers 409 while the first request with the key is still running', async () => {
    const disk = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const slow = await createApiWorld({
      around: (store) => ({
        ...store,
        async commit(batch) {
          begun.resolve();
          await disk.promise;
          return store.commit(batch);
        },
      }),
    });
    const send = () => slow.post('/api/v1/payments', PAYMENT, { 'idempotency-key': 'intent-1' });
    const first = send();
    await begun.promise;
    expect((await send()).json()).toMatchObject({ status: 409, code: 'in-progress', retryable: true });
    disk.resolve();
    expect((await first).statusCode).toBe(201);
    await slow.close();
  });

  test('asks for an Idempotency-Key', async () => {
    const answer = await world.post('/api/v1/payments', PAYMENT);
    expect(answer.json()).toMatchObject({ status: 400, code: 'idempotency-key-missing', field: 'Idempotency-Key' });
    expect((await post(PAYMENT, 'a b')).json()).toMatchObject({ status: 400, code: 'bad-request', field: 'idempotency-key' });
    expect((await post(PAYMENT, 'x'.repeat(256))).json()).toMatchObject({ status: 400, field: 'idempotency-key' });
  });

  test('names an account that does not exist', async () => {
    expect((await post({ ...PAYMENT, accountId: 'a9' })).json()).toMatchObject({ status: 404, code: 'not-found', field: 'accountId' });
  });

  test.each([
    ['amount', '0.00'],
    ['amount', '-1.00'],
    ['amount', '1.001'],
    ['amount', '1e3'],
    ['amount', '10000000.01'],
    ['amount', 100],
    ['channelDate', '2026-02-29'],
    ['channelDate', '2026-13-01'],
    ['channelDate', '24.11.2026'],
    ['channel', 'we chat'],
    ['channel', 'opening'],
    ['channel', 'refund'],
    ['channelSerial', ''],
    ['accountId', 7],
    ['bonus', '1.00'],
  ])('refuses the field %s with the value %j and names it', async (field, value) => {
    const answer = await post({ ...PAYMENT, [field]: value });
    expect(answer.json()).toMatchObject({
      status: 400,
      code: 'bad-request',
      field,
      detail: expect.stringContaining(`The field ${field}: `),
    });
    expect((await world.get('/api/v1/accounts/a1')).json().balance).toBe('0.00');
  });

  test('takes the largest and the smallest amount', async () => {
    expect((await post({ ...PAYMENT, amount: '10000000.00' })).json().balanceAfter).toBe('10000000.00');
    expect((await post({ ...PAYMENT, amount: '0.01', channelSerial: 'S-2' }, 'intent-2')).json().balanceAfter).toBe('10000000.01');
  });

  test('finds a payment again', async () => {
    const posted = await post(PAYMENT);
    expect((await world.get(`/api/v1/payments/${posted.json().id}`)).body).toBe(posted.body);
    expect((await world.get('/api/v1/payments/pay_9')).json()).toMatchObject({ status: 404, code: 'not-found' });
  });
});

describe('GET /payments', () => {
  const find = (query: string, key?: string) => world.get(`/api/v1/payments?channel=wechat&channelSerial=S-1${query}`, key);

  test('finds the payment of a channel’s serial, on its date or on any, the latest first', async () => {
    const first = (await post(PAYMENT)).json();
    const later = (await post({ ...PAYMENT, channelDate: '2026-11-25' }, 'intent-2')).json();
    await post({ ...PAYMENT, channelSerial: 'S-2' }, 'intent-3');
    await post({ ...PAYMENT, channel: 'bank' }, 'intent-4');
    expect((await find('')).json()).toEqual({ items: [later, first], nextCursor: null });
    expect((await find('&channelDate=2026-11-24')).json()).toEqual({ items: [first], nextCursor: null });
    expect((await find('&channelDate=2026-11-26')).json()).toEqual({ items: [], nextCursor: null });
    const page = (await find('&limit=1')).json();
    expect(page.items).toEqual([later]);
    expect((await find(`&limit=1&cursor=${page.nextCursor}`)).json()).toEqual({ items: [first], nextCursor: null });
  });

  test('needs channel and serial, and the scope of who posts or reads', async () => {
    expect((await world.get('/api/v1/payments?channel=wechat')).json()).toMatchObject({ status: 400, field: 'channelSerial' });
    expect((await find('&channelDate=2026-02-30')).json()).toMatchObject({ status: 400, field: 'channelDate' });
    expect((await find('', await world.keyWith('payments:write'))).statusCode).toBe(200);
    expect((await find('', await world.keyWith('meters:read'))).statusCode).toBe(403);
  });
});

describe('GET /entries/{id}', () => {
  test('shows an entry as it is booked, and what of it was undone', async () => {
    const { entryId } = (await post(PAYMENT)).json();
    expect((await world.get(`/api/v1/entries/${entryId}`)).json()).toEqual({
      id: entryId,
      seq: expect.any(Number),
      kind: 'payment',
      key: 'payment:wechat:2026-11-24:S-1',
      at: '2026-11-24T12:00:00.000Z',
      actor: 'key 1: admin',
      meterPointId: null,
      businessDay: null,
      reverses: null,
      memo: '',
      postings: [
        { account: 'customer:a1', amount: '100.00' },
        { account: 'cash:wechat', amount: '-100.00' },
      ],
      undone: '0.00',
      undoneBy: [],
    });
    const asked = await world.post(
      `/api/v1/entries/${entryId}/reversals`,
      { amount: '30.00', reason: 'too much' },
      { 'idempotency-key': 'r' },
    );
    const chief = await world.keyWith('runs:approve');
    await world.post(`/api/v1/reversals/${asked.json().id}/approve`, undefined, { 'idempotency-key': 'a' }, chief);
    expect((await world.get(`/api/v1/entries/${entryId}`, chief)).json()).toMatchObject({
      undone: '30.00',
      undoneBy: [expect.stringMatching(/^ent_/)],
    });
  });

  test('names no entry that is not there, and nothing to whom may not read', async () => {
    expect((await world.get('/api/v1/entries/ent_9')).json()).toMatchObject({ status: 404, detail: 'No entry has this id' });
    expect((await world.get('/api/v1/entries/ent_9', await world.keyWith('payments:write'))).statusCode).toBe(403);
  });
});

describe('accounts', () => {
  test('available is balance less holds less what is accrued', async () => {
    await world.poll();
    await post(PAYMENT);
    await world.clock.advance(3_600_000);
    world.meter.register += 300n; // 3.00 kWh at 0.50
    await world.poll();
    expect((await world.get('/api/v1/accounts/a1')).json()).toEqual({
      id: 'a1',
      state: 'open',
      meterPointId: 'p1',
      balance: '100.00',
      held: '0.00',
      accrued: '1.50',
      promotion: '0.00',
      emergencyLeft: '0.00',
      owed: '0.00',
      available: '98.50',
    });
  });

  test('are listed a page at a time', async () => {
    await world.commit({ kind: 'account', account: { id: asId('a2'), state: 'open' } });
    const first = (await world.get('/api/v1/accounts?limit=1')).json();
    const second = (await world.get(`/api/v1/accounts?limit=1&cursor=${first.nextCursor}`)).json();
    expect([first.items[0].id, second.items[0].id, second.items[0].meterPointId, second.nextCursor]).toEqual(['a1', 'a2', null, null]);
  });

  test('show their entries, newest first, each with the balance after it', async () => {
    await post(PAYMENT);
    await post({ ...PAYMENT, amount: '20.00', channelSerial: 'S-2' }, 'intent-2');
    const { items } = (await world.get('/api/v1/accounts/a1/entries')).json();
    expect(items.map((entry: { amount: string; balanceAfter: string }) => [entry.amount, entry.balanceAfter])).toEqual([
      ['20.00', '120.00'],
      ['100.00', '100.00'],
    ]);
    expect(items[0]).toMatchObject({
      kind: 'payment',
      key: 'payment:wechat:2026-11-24:S-2',
      actor: 'key 1: admin',
      postings: [
        { account: 'customer:a1', amount: '20.00' },
        { account: 'cash:wechat', amount: '-20.00' },
      ],
    });
  });

  test('refuse an unknown id, an unknown field of the query and a limit out of bounds', async () => {
    expect((await world.get('/api/v1/accounts/a9')).json()).toMatchObject({ status: 404, code: 'not-found' });
    expect((await world.get('/api/v1/accounts/a9/entries')).json()).toMatchObject({ status: 404, code: 'not-found' });
    expect((await world.get('/api/v1/accounts?colour=red')).json()).toMatchObject({ status: 400, field: 'colour' });
    expect((await world.get('/api/v1/accounts?limit=501')).json()).toMatchObject({ status: 400, field: 'limit' });
    expect((await world.get('/api/v1/accounts/a1/entries?cursor=elsewhere')).json()).toMatchObject({ status: 400, field: 'cursor' });
  });
});

test('the table of a month names the units that it can be had by', async () => {
  expect((await world.get('/api/v1/collections?month=2026-11&by=street')).json()).toMatchObject({
    status: 400,
    detail: 'The field by: expected district (default) or feeder',
  });
});

describe('holds', () => {
  const hold = (body: object, key = 'hold-1', account = 'a1') =>
    world.post(`/api/v1/accounts/${account}/holds`, body, { 'idempotency-key': key });
  const HOLD = { amount: '40.00', reason: 'refund asked for', expiresAt: '2026-11-25T12:00:00Z' };
  const PAYOUT = { channel: 'bank', channelSerial: 'out-1', channelDate: '2026-11-24' };

  test('set money aside, pay it out, and are shown until then', async () => {
    await post(PAYMENT);
    const placed = await hold(HOLD);
    expect([placed.statusCode, placed.json()]).toEqual([
      201,
      {
        id: expect.stringMatching(/^hld_/),
        accountId: 'a1',
        amount: '40.00',
        state: 'placed',
        reason: 'refund asked for',
        placedAt: '2026-11-24T12:00:00.000Z',
        expiresAt: '2026-11-25T12:00:00.000Z',
        balanceAfter: '100.00',
        availableAfter: '60.00',
      },
    ]);
    const { id } = placed.json();
    expect((await world.get('/api/v1/accounts/a1')).json()).toMatchObject({ balance: '100.00', held: '40.00', available: '60.00' });
    expect((await world.get('/api/v1/accounts/a1/holds')).json().items).toEqual([placed.json()]);
    const paid = await world.post(`/api/v1/holds/${id}/payout`, PAYOUT, { 'idempotency-key': 'payout-1' });
    expect([paid.statusCode, paid.json().state]).toEqual([200, 'posted']);
    expect((await world.get('/api/v1/accounts/a1')).json()).toMatchObject({ balance: '60.00', held: '0.00', available: '60.00' });
    expect((await world.get(`/api/v1/holds/${id}`)).json().state).toBe('posted');
    expect((await world.get('/api/v1/accounts/a1/holds')).json().items).toEqual([]);
    const [entry] = (await world.get('/api/v1/accounts/a1/entries?limit=1')).json().items;
    expect(entry).toMatchObject({ kind: 'payout', amount: '-40.00', balanceAfter: '60.00', key: 'payout:bank:2026-11-24:out-1' });
  });

  test('are answered again for the same key, and given back once', async () => {
    await post(PAYMENT);
    const first = await hold(HOLD);
    const again = await hold(HOLD);
    expect([again.statusCode, again.headers['idempotency-replayed'], again.body]).toEqual([200, 'true', first.body]);
    const undo = (key: string) => world.post(`/api/v1/holds/${first.json().id}/void`, undefined, { 'idempotency-key': key });
    expect((await undo('void-1')).json()).toMatchObject({ state: 'voided', balanceAfter: '100.00', availableAfter: '100.00' });
    expect((await undo('void-1')).headers['idempotency-replayed']).toBe('true');
    expect((await undo('void-2')).json()).toMatchObject({ status: 409, code: 'hold-ended' });
    expect((await world.post(`/api/v1/holds/${first.json().id}/void`, undefined)).json()).toMatchObject({
      code: 'idempotency-key-missing',
    });
  });

  test('refuse more than is left, unknown accounts and holds, and times that have passed', async () => {
    await post(PAYMENT);
    expect((await hold({ ...HOLD, amount: '100.01' })).json()).toMatchObject({ status: 409, code: 'insufficient-funds', field: 'amount' });
    expect((await hold(HOLD, 'hold-2', 'a9')).json()).toMatchObject({ status: 404 });
    expect((await hold({ ...HOLD, expiresAt: '2026-11-24T11:59:59Z' })).json()).toMatchObject({ status: 400, field: 'expiresAt' });
    expect((await hold({ ...HOLD, amount: '0.00' })).json()).toMatchObject({ status: 400, field: 'amount' });
    for (const url of ['/api/v1/holds/hld_9', '/api/v1/accounts/a9/holds']) expect((await world.get(url)).statusCode).toBe(404);
    expect((await world.post('/api/v1/holds/hld_9/void', undefined, { 'idempotency-key': 'v' })).statusCode).toBe(404);
  });

  test('take own money alone, and say so where only credit is left', async () => {
    await post(PAYMENT);
    await world.post('/api/v1/accounts/a1/promotions', { amount: '5.00', reason: 'new customer' }, { 'idempotency-key': 'gift' });
    expect((await world.get('/api/v1/accounts/a1')).json().available).toBe('105.00');
    expect((await hold({ ...HOLD, amount: '105.00' })).json()).toMatchObject({
      code: 'insufficient-funds',
      field: 'amount',
      detail:
        'The field amount: expected no more than own money, which is balance − held − accrued; promotional and emergency credit do not count',
    });
    expect((await hold({ ...HOLD, amount: '100.00' }, 'hold-2')).statusCode).toBe(201);
  });

  test('need ledger:write', async () => {
    const reader = await world.keyWith('accounts:read', 'payments:write');
    const asked = await world.post('/api/v1/accounts/a1/holds', HOLD, { 'idempotency-key': 'h' }, reader);
    expect(asked.statusCode).toBe(403);
  });
});

describe('a statement', () => {
  const url = '/api/v1/accounts/a1/statement?from=2026-11-24T00:00:00%2B08:00&to=2026-11-25T00:00:00%2B08:00';

  /** 100.00 − 20.00 = 80.00, both at 20:00 in Shanghai. */
  async function history(): Promise<void> {
    await post(PAYMENT);
    const placed = await world.post('/api/v1/accounts/a1/holds', { amount: '20.00', reason: 'refund' }, { 'idempotency-key': 'h' });
    const payout = { channel: 'bank', channelSerial: 'out-1', channelDate: '2026-11-24' };
    await world.post(`/api/v1/holds/${placed.json().id}/payout`, payout, { 'idempotency-key': 'p' });
  }

  test('says what came and went, and adds up', async () => {
    await history();
    expect((await world.get(url)).json()).toEqual({
      accountId: 'a1',
      from: '2026-11-23T16:00:00.000Z',
      to: '2026-11-24T16:00:00.000Z',
      openingBalance: '0.00',
      lines: [
        {
          at: '2026-11-24T12:00:00.000Z',
          text: 'Payment through wechat of 2026-11-24, number S-1',
          received: '100.00',
          charged: '0.00',
          balance: '100.00',
          entryId: expect.stringMatching(/^ent_/),
        },
        {
          at: '2026-11-24T12:00:00.000Z',
          text: 'Paid out through bank of 2026-11-24, number out-1',
          received: '0.00',
          charged: '20.00',
          balance: '80.00',
          entryId: expect.stringMatching(/^ent_/),
        },
      ],
      received: '100.00',
      charged: '20.00',
      closingBalance: '80.00',
    });
  });

  test('comes as a table for those who ask for one', async () => {
    await history();
    const csv = await world.send({ method: 'GET', url, headers: { accept: 'text/csv' } });
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');
    const rows = csv.body.split('\r\n');
    expect(rows[0]).toBe('at,text,received,charged,balance,entryId');
    expect(rows[1]).toBe('2026-11-23T16:00:00.000Z,Balance brought forward,,,0.00,');
    expect(rows[2]).toMatch(/^2026-11-24T12:00:00.000Z,"Payment through wechat of 2026-11-24, number S-1",100.00,0.00,100.00,ent_/);
    expect(rows.slice(4)).toEqual(['2026-11-24T16:00:00.000Z,Balance carried forward,100.00,20.00,80.00,', '']);
  });

  test('needs an account and a time that has an end', async () => {
    expect((await world.get(url.replace('a1', 'a9'))).statusCode).toBe(404);
    expect((await world.get('/api/v1/accounts/a1/statement')).json()).toMatchObject({ status: 400, field: 'from' });
    const backwards = '/api/v1/accounts/a1/statement?from=2026-11-25T00:00:00Z&to=2026-11-24T00:00:00Z';
    expect((await world.get(backwards)).json()).toMatchObject({ status: 400, field: 'from' });
  });

  test('the balance at an instant is that just before it', async () => {
    await history();
    const at = async (instant: string) => (await world.get(`/api/v1/accounts/a1/balance?at=${instant}`)).json().balance;
    expect([await at('2026-11-24T12:00:00Z'), await at('2026-11-24T12:00:01Z')]).toEqual(['0.00', '80.00']);
  });
});
