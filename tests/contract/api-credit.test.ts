import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { asId } from '../../src/kernel/ids.ts';
import { type ApiWorld, createApiWorld } from '../support/api-world.ts';

let world: ApiWorld;
let clerk: string;
let chief: string;
beforeEach(async () => {
  world = await createApiWorld();
  clerk = await world.keyWith('ledger:write', 'accounts:read');
  chief = await world.keyWith('runs:approve', 'accounts:read');
});
afterEach(() => world.close());

let keys = 0;
const post = (url: string, body: object | undefined, key = `key-${++keys}`, who = clerk) =>
  world.post(`/api/v1${url}`, body, { 'idempotency-key': key }, who);
const account = async () => (await world.get('/api/v1/accounts/a1', clerk)).json();
const pay = async (amount: string) =>
  (
    await world.post(
      '/api/v1/payments',
      { accountId: 'a1', amount, channel: 'bank', channelSerial: `s-${++keys}`, channelDate: '2026-11-24' },
      { 'idempotency-key': `pay-${keys}` },
    )
  ).json();
const CHANNEL = { channel: 'bank', channelSerial: 'unknown-1', channelDate: '2026-11-24' };

describe('a reversal', () => {
  test('is asked by one person and posted by another', async () => {
    const { id, entryId, state } = await pay('100.00');
    const asked = await post(`/entries/${entryId}/reversals`, { reason: 'paid twice' });
    expect([asked.statusCode, asked.json()]).toMatchObject([
      201,
      { state: 'pending', entryId, accountId: 'a1', amount: null, reason: 'paid twice' },
    ]);
    expect((await account()).balance).toBe('100.00');
    const approved = await post(`/reversals/${asked.json().id}/approve`, undefined, 'approve-1', chief);
    expect([approved.statusCode, approved.json().state]).toEqual([200, 'posted']);
    expect((await account()).balance).toBe('0.00');
    expect([state, (await world.get(`/api/v1/payments/${id}`)).json().state]).toEqual(['posted', 'reversed']);
    const again = await post(`/reversals/${asked.json().id}/approve`, undefined, 'approve-1', chief);
    expect([again.statusCode, again.headers['idempotency-replayed']]).toEqual([200, 'true']);
    expect((await post(`/reversals/${asked.json().id}/approve`, undefined, 'approve-2', chief)).json()).toMatchObject({
      code: 'reversal-ended',
    });
    expect((await post(`/entries/${entryId}/reversals`, { reason: 'again' })).json()).toMatchObject({
      status: 409,
      code: 'already-reversed',
    });
  });

  test('is not approved by whoever asked for it, and the attempt is on record', async () => {
    const both = await world.keyWith('ledger:write', 'runs:approve');
    const { entryId } = await pay('100.00');
    const asked = await post(`/entries/${entryId}/reversals`, { reason: 'paid twice' }, 'ask', both);
    const own = await post(`/reversals/${asked.json().id}/approve`, undefined, 'approve', both);
    expect(own.json()).toMatchObject({ status: 403, code: 'self-approval' });
    expect((await account()).balance).toBe('100.00');
    const denied = (await world.store.read('events', { after: 0, limit: 1_000, types: ['audit.denied'] })).at(-1);
    expect(denied).toMatchObject({ subject: `reversal:${asked.json().id}` });
    expect((await post(`/reversals/${asked.json().id}/approve`, undefined, 'other', clerk)).statusCode).toBe(403);
  });

  test('of a part takes own money first and never more than came in', async () => {
    const { entryId } = await pay('100.00');
    const part = async (amount: string) => {
      const asked = await post(`/entries/${entryId}/reversals`, { amount, reason: 'too much' });
      return asked.statusCode === 201 ? post(`/reversals/${asked.json().id}/approve`, undefined, `approve-${++keys}`, chief) : asked;
    };
    expect((await part('30.00')).json().state).toBe('posted');
    expect((await account()).balance).toBe('70.00');
    expect((await part('70.01')).json()).toMatchObject({ code: 'already-reversed', detail: 'Of the entry 70.00 yuan are left' });
    expect((await part('70.00')).json().state).toBe('posted');
    expect((await account()).balance).toBe('0.00');
  });

  test('of two that are pending for one payment only the first is posted', async () => {
    const { entryId } = await pay('100.00');
    const [one, two] = [
      await post(`/entries/${entryId}/reversals`, { reason: 'a' }),
      await post(`/entries/${entryId}/reversals`, { reason: 'b' }),
    ];
    const approvals = await Promise.all(
      [one, two].map((asked) => post(`/reversals/${asked.json().id}/approve`, undefined, `approve-${++keys}`, chief)),
    );
    expect(approvals.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409]);
    expect((await account()).balance).toBe('0.00');
  });

  test('expires after a day, and may be rejected', async () => {
    const { entryId } = await pay('100.00');
    const late = (await post(`/entries/${entryId}/reversals`, { reason: 'a' })).json();
    const rejected = (await post(`/entries/${entryId}/reversals`, { reason: 'b' })).json();
    expect((await world.post(`/api/v1/reversals/${rejected.id}/reject`, undefined, {}, chief)).json().state).toBe('rejected');
    await world.clock.advance(86_400_000);
    expect((await post(`/reversals/${late.id}/approve`, undefined, 'too-late', chief)).json()).toMatchObject({ code: 'reversal-ended' });
    expect(await world.reversals.expireDue()).toBe(1);
    expect((await world.get('/api/v1/reversals', clerk)).json().items.map(({ state }: { state: string }) => state)).toEqual([
      'expired',
      'rejected',
    ]);
  });

  test('is refused for charges, for unknown entries and for parts of what went out', async () => {
    await pay('10.00');
    await world.poll();
    await world.clock.advance(3_600_000);
    world.meter.register += 300n;
    await world.poll();
    await world.clock.advance(86_400_000);
    await world.charges.closeDays();
    const [charge] = (await world.get('/api/v1/accounts/a1/entries?limit=1', clerk)).json().items;
    expect((await post(`/entries/${charge.id}/reversals`, { reason: 'wrong' })).json()).toMatchObject({
      status: 422,
      code: 'not-reversible',
    });
    expect((await post('/entries/ent_nothing/reversals', { reason: 'wrong' })).statusCode).toBe(404);
  });
});

test.each(['opening', 'refund'])('the channel %s is the program’s own', async (channel) => {
  const channelled = { ...CHANNEL, channel, amount: '50.00', reason: 'x' };
  const problem = { status: 400, field: 'channel', detail: expect.stringContaining('not opening or refund') };
  expect((await post('/suspense', channelled)).json()).toMatchObject(problem);
  expect((await post('/accounts/a1/guarantees', channelled)).json()).toMatchObject(problem);
  expect((await post('/holds/hld_1/payout', { ...CHANNEL, channel })).json()).toMatchObject(problem);
});

describe('money in suspense', () => {
  test('is credited like a payment when its owner is found, once', async () => {
    const taken = await post('/suspense', { ...CHANNEL, amount: '50.00', reason: 'no account number on the slip' });
    expect([taken.statusCode, taken.json()]).toMatchObject([201, { accountId: null, balanceAfter: null }]);
    const { entryId } = taken.json();
    const found = await post(`/suspense/${entryId}/assignments`, { accountId: 'a1', reason: 'customer called' });
    expect([found.statusCode, found.json()]).toMatchObject([201, { accountId: 'a1', balanceAfter: '50.00', availableAfter: '50.00' }]);
    expect((await post(`/suspense/${entryId}/assignments`, { accountId: 'a1', reason: 'again' })).json()).toMatchObject({
      status: 409,
      code: 'suspense-ended',
    });
    const asked = await post(`/entries/${entryId}/reversals`, { reason: 'never was' });
    expect(asked.json()).toMatchObject({ code: 'already-reversed' });
  });

  test('goes to its owner after it was given to another, by the entry that took it back', async () => {
    const { entryId } = (await post('/suspense', { ...CHANNEL, amount: '50.00', reason: 'no account number on the slip' })).json();
    const wrong = (await post(`/suspense/${entryId}/assignments`, { accountId: 'a1', reason: 'a guess' })).json();
    const { id } = (await post(`/entries/${wrong.entryId}/reversals`, { reason: 'somebody else’s' })).json();
    await post(`/reversals/${id}/approve`, undefined, 'approve', chief);
    expect((await account()).balance).toBe('0.00');
    const [back] = (await world.get('/api/v1/accounts/a1/entries')).json().items;
    expect((await post(`/suspense/${back.id}/assignments`, { accountId: 'a1', reason: 'his after all' })).statusCode).toBe(201);
    expect((await account()).balance).toBe('50.00');
  });

  test('is listed until it was assigned or given back, and again once it came back from a wrong account', async () => {
    const take = async (channelSerial: string) =>
      (await post('/suspense', { ...CHANNEL, channelSerial, amount: '50.00', reason: 'no account number' })).json().entryId;
    const listed = async (query = '') => (await world.get(`/api/v1/suspense${query}`, clerk)).json();
    expect(await listed()).toEqual({ items: [], nextCursor: null });
    const [first, second, third] = [await take('u-1'), await take('u-2'), await take('u-3')];
    const assigned = (await post(`/suspense/${second}/assignments`, { accountId: 'a1', reason: 'a guess' })).json();
    expect((await listed()).items).toMatchObject([
      { id: third, amount: '50.00', balanceAfter: '150.00', key: 'payment:bank:2026-11-24:u-3', memo: 'no account number' },
      { id: first },
    ]);
    const { id } = (await post(`/entries/${assigned.entryId}/reversals`, { reason: 'somebody else’s' })).json();
    await post(`/reversals/${id}/approve`, undefined, 'approve', chief);
    const page = await listed('?limit=2');
    expect(page.items).toMatchObject([{ kind: 'reversal', reverses: assigned.entryId, amount: '50.00' }, { id: third }]);
    expect((await listed(`?limit=2&cursor=${page.nextCursor}`)).items).toMatchObject([{ id: first }]);
    const back = (await post(`/entries/${first}/reversals`, { reason: 'sent back to the bank' })).json();
    await post(`/reversals/${back.id}/approve`, undefined, 'approve-back', chief);
    expect((await listed()).items).toHaveLength(2);
    expect((await world.get('/api/v1/suspense', await world.keyWith('payments:write'))).statusCode).toBe(403);
  });

  test('takes its serial as a payment would', async () => {
    await post('/suspense', { ...CHANNEL, amount: '50.00', reason: 'no account number on the slip' });
    const payment = { accountId: 'a1', amount: '50.00', ...CHANNEL };
    expect((await world.post('/api/v1/payments', payment, { 'idempotency-key': 'p' })).json()).toMatchObject({
      status: 422,
      code: 'idempotency-mismatch',
    });
  });

  test('restores supply when it is assigned', async () => {
    const taken = (await post('/suspense', { ...CHANNEL, amount: '50.00', reason: 'no account number' })).json();
    await world.exhaust('1.00', 300n);
    await world.poll();
    await world.run();
    expect(world.meter.relay).toBe('open');
    await post(`/suspense/${taken.entryId}/assignments`, { accountId: 'a1', reason: 'found' });
    expect((await world.openCommand()).action).toBe('close');
  });
});

describe('a payment that was reversed', () => {
  const PAID = { accountId: 'a1', amount: '100.00', channel: 'bank', channelSerial: 'slip-1', channelDate: '2026-11-24' };
  const payIn = async (body: object = PAID) => (await world.post('/api/v1/payments', body, { 'idempotency-key': `pay-${++keys}` })).json();
  /** The entry of the reversal, as the entry that it undoes names it. */
  const reverse = async (entryId: string, body: object = { reason: 'to the wrong account' }): Promise<string> => {
    const { id } = (await post(`/entries/${entryId}/reversals`, body)).json();
    await post(`/reversals/${id}/approve`, undefined, `approve-${++keys}`, chief);
    return (await entry(entryId)).undoneBy.at(-1);
  };
  const entry = async (id: string) => (await world.get(`/api/v1/entries/${id}`, clerk)).json();
  const rebook = (entryId: string, accountId: string, key?: string) =>
    post(`/entries/${entryId}/rebookings`, { accountId, reason: 'the slip says so' }, key);
  const balanceOf = async (id: string) => (await world.get(`/api/v1/accounts/${id}`, clerk)).json().balance;
  beforeEach(async () => {
    await world.commit({ kind: 'account', account: { id: asId('a2'), state: 'open' } });
  });

  test('is booked to whom it belongs by the entry of its reversal, and its serial stays used', async () => {
    const { id, entryId } = await payIn();
    const reversal = await reverse(entryId);
    const booked = await rebook(reversal, 'a2', 'rebook');
    expect([booked.statusCode, booked.json()]).toMatchObject([201, { accountId: 'a2', balanceAfter: '100.00' }]);
    expect([await balanceOf('a1'), await balanceOf('a2')]).toEqual(['0.00', '100.00']);
    expect(await entry(booked.json().entryId)).toMatchObject({
      kind: 'rebooking',
      key: `rebooking:${reversal}`,
      memo: 'the slip says so',
      postings: [
        { account: 'customer:a2', amount: '100.00' },
        { account: 'cash:bank', amount: '-100.00' },
      ],
    });
    expect(await entry(reversal)).toMatchObject({ reverses: entryId, undone: '100.00', undoneBy: [booked.json().entryId] });

    const again = await rebook(reversal, 'a2', 'rebook');
    expect([again.statusCode, again.headers['idempotency-replayed'], again.json().entryId]).toEqual([200, 'true', booked.json().entryId]);
    expect((await rebook(reversal, 'a1')).json()).toMatchObject({ status: 409, code: 'already-rebooked' });
    expect((await payIn({ ...PAID, accountId: 'a2' })).code).toBe('idempotency-mismatch');
    expect(await payIn()).toMatchObject({ id, state: 'reversed' });
    expect([await balanceOf('a1'), await balanceOf('a2')]).toEqual(['0.00', '100.00']);
  });

  test('by mistake comes back to the same account, restores supply, and can be undone again', async () => {
    const { entryId } = await payIn({ ...PAID, amount: '50.00' });
    const reversal = await reverse(entryId);
    await world.exhaust('1.00', 300n);
    await world.poll();
    await world.run();
    expect(world.meter.relay).toBe('open');
    const booked = (await rebook(reversal, 'a1')).json();
    expect((await world.openCommand()).action).toBe('close');
    const second = await reverse(booked.entryId);
    expect((await rebook(second, 'a2')).json()).toMatchObject({ balanceAfter: '50.00' });
  });

  test('in a part is booked for that part', async () => {
    const { entryId } = await payIn();
    const part = await reverse(entryId, { amount: '30.00', reason: 'for his neighbour' });
    expect((await rebook(part, 'a2')).json().balanceAfter).toBe('30.00');
    expect([await balanceOf('a1'), await balanceOf('a2')]).toEqual(['70.00', '30.00']);
  });

  test('is the only thing that is rebooked: no payment that stands, no security, and for nobody who is not there', async () => {
    const { entryId } = await payIn();
    expect((await rebook(entryId, 'a2')).json()).toMatchObject({ status: 404, code: 'not-found' });
    const guarantee = (await post('/accounts/a1/guarantees', { ...CHANNEL, amount: '20.00', reason: 'temporary supply' })).json();
    expect((await rebook(await reverse(guarantee.entryId), 'a2')).statusCode).toBe(404);
    const reversal = await reverse(entryId);
    expect((await rebook(reversal, 'a9')).json()).toMatchObject({ status: 404, code: 'not-found' });
    expect((await post(`/suspense/${reversal}/assignments`, { accountId: 'a2', reason: 'x' })).statusCode).toBe(404);
    expect((await post(`/entries/${reversal}/reversals`, { reason: 'x' })).json()).toMatchObject({
      code: 'not-reversible',
      detail: 'A reversal is not reversed: book again or assign what it gave back',
    });
  });
});

describe('credit', () => {
  test('that is given is used before own money and not set aside', async () => {
    await pay('10.00');
    expect((await post('/accounts/a1/promotions', { amount: '5.00', reason: 'new customer' })).json()).toMatchObject({
      balanceAfter: '10.00',
      availableAfter: '15.00',
    });
    expect(await account()).toMatchObject({ promotion: '5.00', available: '15.00' });
    expect((await post('/accounts/a1/holds', { amount: '10.01', reason: 'refund' })).json()).toMatchObject({ code: 'insufficient-funds' });
  });

  test('for an emergency brings supply back', async () => {
    await world.exhaust('1.00', 300n);
    await world.poll();
    await world.run();
    expect(world.meter.relay).toBe('open');
    const agreed = await world.send(
      {
        method: 'PUT',
        url: '/api/v1/accounts/a1/credit-terms',
        payload: { emergencyLimit: '10.00', recoveryShare: 30, reason: 'child under two' },
      },
      clerk,
    );
    expect(agreed.json()).toMatchObject({ emergencyLeft: '10.00', available: '9.50' });
    expect((await world.get('/api/v1/accounts/a1/credit-terms', clerk)).json()).toEqual({
      accountId: 'a1',
      emergencyLimit: '10.00',
      recoveryShare: 30,
    });
    expect((await world.openCommand()).action).toBe('close');
  });

  test('that was never agreed is none, and all of a payment goes to debts', async () => {
    const terms = await world.get('/api/v1/accounts/a1/credit-terms', clerk);
    expect(terms.json()).toEqual({ accountId: 'a1', emergencyLimit: '0.00', recoveryShare: 100 });
    expect((await world.get('/api/v1/accounts/a9/credit-terms')).json()).toMatchObject({ status: 404, detail: 'No account has this id' });
  });

  test('as a guarantee is no money to use until it is released, no more than was taken', async () => {
    const taken = await post('/accounts/a1/guarantees', { ...CHANNEL, amount: '200.00', reason: 'temporary supply' });
    expect(taken.json()).toMatchObject({ balanceAfter: '0.00', availableAfter: '0.00' });
    expect((await post('/accounts/a1/guarantees/release', { amount: '200.01', reason: 'ended' })).json()).toMatchObject({
      code: 'insufficient-funds',
    });
    const guarantees = async (query = '') => (await world.get(`/api/v1/accounts/a1/guarantees${query}`, clerk)).json();
    expect(await guarantees()).toMatchObject({
      held: '200.00',
      items: [{ kind: 'guarantee', amount: '200.00', memo: 'temporary supply' }],
      nextCursor: null,
    });
    expect((await post('/accounts/a1/guarantees/release', { amount: '150.00', reason: 'ended' })).json()).toMatchObject({
      balanceAfter: '150.00',
    });
    expect(await guarantees('?limit=1')).toMatchObject({
      held: '50.00',
      items: [{ kind: 'release', amount: '-150.00', balanceAfter: '50.00' }],
      nextCursor: expect.any(String),
    });
    expect((await world.get('/api/v1/accounts/a9/guarantees', clerk)).statusCode).toBe(404);
  });
});
