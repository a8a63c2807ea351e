import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { asId, type CaseId, type MeterId, type MeterPointId } from '../../src/kernel/ids.ts';
import { type ApiWorld, createApiWorld } from '../support/api-world.ts';

let world: ApiWorld;
beforeEach(async () => {
  world = await createApiWorld();
  await world.poll();
});
afterEach(() => world.close());

const TRIP = { action: 'trip', reason: 'wiring is repaired', expiresAt: '2026-11-24T12:10:00Z' };
const ask = (body: object, key = 'intent-1', meter = 'm1') =>
  world.post(`/api/v1/meters/${meter}/relay-commands`, body, { 'idempotency-key': key });

describe('POST /meters/{id}/relay-commands', () => {
  test('stores a command and names its place; delivered, answered and done are three things', async () => {
    const asked = await ask(TRIP);
    expect(asked.statusCode).toBe(202);
    expect(asked.json()).toMatchObject({
      meterId: 'm1',
      action: 'trip',
      cause: 'manual',
      state: 'queued',
      reason: 'wiring is repaired',
      actor: 'key 1: admin',
      expiresAt: '2026-11-24T12:10:00.000Z',
    });
    const location = String(asked.headers.location);
    expect(location).toBe(`/api/v1/relay-commands/${asked.json().id}`);

    await world.run();
    const done = (await world.get(location)).json();
    expect(done.state).toBe('confirmed');
    expect(done.timeline.map(({ state }: { state: string }) => state)).toEqual([
      'queued',
      'sent',
      'acknowledged',
      'verifying',
      'confirmed',
    ]);
    expect(done.timeline.at(-1)).toMatchObject({ at: expect.stringMatching(/Z$/), evidence: expect.stringContaining('open') });
    expect(done.decision).toMatchObject({ wanted: 'trip', terms: expect.arrayContaining([expect.objectContaining({ verdict: 'met' })]) });
    expect((await world.get('/api/v1/meters/m1/relay')).json()).toMatchObject({ desired: 'open', reported: 'open' });
  });

  test('answers a repetition with the same command and sends nothing twice', async () => {
    const first = await ask(TRIP);
    const again = await ask(TRIP);
    expect([again.statusCode, again.headers['idempotency-replayed'], again.json().id]).toEqual([202, 'true', first.json().id]);
    expect((await ask({ ...TRIP, reason: 'another' })).json()).toMatchObject({ status: 422, code: 'idempotency-mismatch' });
  });

  test('takes the lifetime of the rule set where none is asked for, and stays repeatable', async () => {
    const first = await ask({ action: 'trip', reason: 'x' });
    await world.clock.advance(1000);
    const again = await ask({ action: 'trip', reason: 'x' });
    expect(first.json().expiresAt).toBe('2026-11-24T12:02:00.000Z');
    expect(again.json().id).toBe(first.json().id);
  });

  test('restore becomes what the contract says', async () => {
    await ask(TRIP);
    await world.run();
    const restore = await ask({ action: 'restore', reason: 'repaired' }, 'intent-2');
    expect(restore.json()).toMatchObject({ action: 'close', expiresAt: '2026-11-24T13:00:00.000Z' });
  });

  test('asks for an Idempotency-Key', async () => {
    expect((await world.post('/api/v1/meters/m1/relay-commands', TRIP)).json()).toMatchObject({
      status: 400,
      code: 'idempotency-key-missing',
    });
  });

  test.each([
    ['action', 'explode'],
    ['reason', ''],
    ['reason', ' '],
    ['expiresAt', 'soon'],
    ['force', true],
  ])('refuses the field %s with the value %j', async (field, value) => {
    expect((await ask({ ...TRIP, [field]: value })).json()).toMatchObject({ status: 400, code: 'bad-request', field });
  });

  test('refuses a deadline that has passed, and an unknown meter', async () => {
    expect((await ask({ ...TRIP, expiresAt: '2026-11-24T11:59:59Z' })).json()).toMatchObject({
      status: 409,
      code: 'command-expired',
      field: 'expiresAt',
    });
    expect((await ask(TRIP, 'intent-1', 'm9')).json()).toMatchObject({ status: 404, code: 'not-found' });
  });

  test('shows every term where the situation forbids it', async () => {
    const guarded = await createApiWorld({ point: { keepPower: true } });
    const refused = await guarded.post('/api/v1/meters/m1/relay-commands', TRIP, { 'idempotency-key': 'intent-1' });
    expect(refused.json()).toMatchObject({ status: 409, code: 'command-refused', retryable: false });
    expect(refused.json().terms).toContainEqual({ name: expect.any(String), verdict: 'unmet', proof: expect.any(String) });
    await guarded.close();
  });
});

describe('relay commands', () => {
  test('are listed newest first, by meter', async () => {
    const { id } = (await ask(TRIP)).json();
    const { items } = (await world.get('/api/v1/relay-commands?meterId=m1')).json();
    expect(items.map((command: { id: string }) => command.id)).toEqual([id]);
    expect((await world.get('/api/v1/relay-commands?meterId=m9')).json()).toEqual({ items: [], nextCursor: null });
  });

  test('can be withdrawn until a frame has left', async () => {
    const { id } = (await ask(TRIP)).json();
    expect((await world.post(`/api/v1/relay-commands/${id}/cancel`, undefined)).json()).toMatchObject({ id, state: 'cancelled' });
    expect((await world.get(`/api/v1/relay-commands/${id}`)).json().timeline).toMatchObject([
      { state: 'queued' },
      { state: 'cancelled', reason: 'withdrawn by key 1: admin' },
    ]);
    expect((await world.post(`/api/v1/relay-commands/${id}/cancel`, undefined)).json()).toMatchObject({
      status: 409,
      code: 'command-finished',
    });
    expect(world.meter.frames).toEqual([]);
  });

  test('that permit closing are withdrawn before their frame has left, and taken back by a trip after it', async () => {
    await ask(TRIP);
    await world.run();
    const early = (await ask({ action: 'arm', reason: 'repaired' }, 'intent-2')).json();
    expect((await world.post(`/api/v1/relay-commands/${early.id}/cancel`, undefined)).json()).toMatchObject({ state: 'cancelled' });
    const late = (await ask({ action: 'arm', reason: 'repaired' }, 'intent-3')).json();
    await world.run();
    expect((await world.get('/api/v1/meters/m1/relay')).json().reported).toBe('armed');
    expect((await world.post(`/api/v1/relay-commands/${late.id}/cancel`, undefined)).json()).toMatchObject({ code: 'command-finished' });

    const trip = await ask({ ...TRIP, reason: 'wrong meter' }, 'intent-4');
    expect(trip.statusCode).toBe(202);
    await world.run();
    expect((await world.get(`/api/v1/relay-commands/${late.id}`)).json()).toMatchObject({ state: 'superseded' });
    expect((await world.get(`/api/v1/relay-commands/${trip.json().id}`)).json()).toMatchObject({ state: 'confirmed' });
    expect((await world.get('/api/v1/meters/m1/relay')).json()).toMatchObject({ desired: 'open', reported: 'open' });
    expect(world.meter.frames.map(({ action }) => action)).toEqual(['trip', 'arm', 'trip']);
  });

  test('that do not exist are not found', async () => {
    expect((await world.get('/api/v1/relay-commands/cmd_9')).json()).toMatchObject({ status: 404, code: 'not-found' });
    expect((await world.post('/api/v1/relay-commands/cmd_9/cancel', undefined)).json()).toMatchObject({ status: 404 });
  });
});

test('a payment after a trip for money restores, and says by which command', async () => {
  await world.exhaust();
  await world.poll();
  await world.run();
  expect((await world.get('/api/v1/meters/m1/relay')).json().reported).toBe('open');
  const paid = await world.post(
    '/api/v1/payments',
    { accountId: 'a1', amount: '50.00', channel: 'wechat', channelSerial: 'S-1', channelDate: '2026-11-24' },
    { 'idempotency-key': 'payment-1' },
  );
  await world.run();
  const restore = (await world.get(`/api/v1/relay-commands/${paid.json().restoreCommandId}`)).json();
  expect(restore).toMatchObject({ action: 'close', cause: 'money', state: 'confirmed' });
  expect((await world.get('/api/v1/cases')).json()).toEqual({ items: [], nextCursor: null });
});

describe('GET /meter-points/{id}/decisions', () => {
  test('says of an exhausted account why it was not tripped, newest first', async () => {
    await world.send({ method: 'PUT', url: '/api/v1/accounts/a1/marks/disputed', payload: { reason: 'bill 7' } });
    await world.exhaust();
    await world.poll();
    const { items, nextCursor } = (await world.get('/api/v1/meter-points/p1/decisions?limit=1')).json();
    expect(items).toMatchObject([{ act: 'hold', wanted: 'trip', at: expect.stringMatching(/Z$/) }]);
    expect(items[0].terms.filter(({ verdict }: { verdict: string }) => verdict !== 'met')).toEqual([
      { name: 'not-disputed', verdict: 'unmet', proof: expect.stringContaining('bill 7') },
    ]);
    const older = (await world.get(`/api/v1/meter-points/p1/decisions?cursor=${nextCursor}`)).json().items;
    expect(older.map(({ act }: { act: string }) => act)).toEqual(['warn', 'hold', 'hold', 'warn']);
  });

  test('is of meter points that are there, for who reads meters or accounts', async () => {
    expect((await world.get('/api/v1/meter-points/p1/decisions', await world.keyWith('accounts:read'))).statusCode).toBe(200);
    expect((await world.get('/api/v1/meter-points/p9/decisions')).json()).toMatchObject({
      status: 404,
      detail: 'No meter point has this id',
    });
    expect((await world.get('/api/v1/meter-points/p1/decisions', await world.keyWith('payments:write'))).statusCode).toBe(403);
  });
});

describe('POST /cases/{id}/close', () => {
  const open = {
    id: 'cas_1',
    meterPointId: 'p1',
    kind: 'trip-failed',
    owner: 'operator on duty',
    reason: 'the relay did not move',
  } as const;

  test('closes what a person has seen to, once, and lets trips for money go on', async () => {
    const { meterPoint } = (await world.store.read('meter', { meterId: asId<MeterId>('m1') })) ?? {};
    const fact = {
      ...open,
      id: asId<CaseId>(open.id),
      meterPointId: meterPoint?.id ?? asId<MeterPointId>(''),
      openedAt: world.clock.now(),
      closedAt: undefined,
    };
    await world.store.commit({ facts: [{ kind: 'case', case: fact }] });
    const closed = await world.post('/api/v1/cases/cas_1/close', { reason: 'relay replaced' });
    expect(closed.json()).toMatchObject({ id: 'cas_1', kind: 'trip-failed', closedAt: expect.stringMatching(/Z$/) });
    expect((await world.post('/api/v1/cases/cas_1/close', { reason: 'again' })).json()).toEqual(closed.json());
    expect((await world.get('/api/v1/cases')).json().items).toEqual([]);
    expect((await world.get('/api/v1/cases?open=false')).json().items).toHaveLength(1);
  });

  test('names what is wrong', async () => {
    expect((await world.post('/api/v1/cases/cas_9/close', { reason: 'x' })).json()).toMatchObject({ status: 404, code: 'not-found' });
    expect((await world.post('/api/v1/cases/cas_9/close', {})).json()).toMatchObject({ status: 400, field: 'reason' });
  });
});
