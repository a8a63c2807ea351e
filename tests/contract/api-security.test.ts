import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { plusMs } from '../../src/kernel/clock.ts';
import { type ApiWorld, createApiWorld } from '../support/api-world.ts';
import { EVENING } from '../support/core-facts.ts';

let world: ApiWorld;
beforeEach(async () => {
  world = await createApiWorld();
});
afterEach(() => world.close());

const deniedEvents = async () => (await world.get('/api/v1/events?types=audit.denied&limit=500')).json().items;
const TRIP = { action: 'trip', reason: 'x' };
const tripWith = (key: string, body: object = TRIP) =>
  world.post('/api/v1/meters/m1/relay-commands', body, { 'idempotency-key': 'i-1' }, key);

describe('keys', () => {
  test('without one there is only life, readiness and the document', async () => {
    for (const url of ['/livez', '/readyz', '/api/v1/openapi.json', '/api/v1/docs/'])
      expect((await world.get(url, '')).statusCode).toBe(200);
    for (const url of ['/metrics', '/api/v1/accounts', '/api/v1/events/stream', '/api/v1/keys']) {
      const answer = await world.get(url, '');
      expect(answer.json()).toMatchObject({ status: 401, code: 'unauthenticated' });
      expect([answer.headers['content-type'], answer.headers['www-authenticate']]).toEqual([
        'application/problem+json; charset=utf-8',
        'Bearer',
      ]);
    }
  });

  test('an unknown one is no key, and the attempt is in the audit stream without it', async () => {
    expect((await world.get('/api/v1/accounts', 'fk_guess')).statusCode).toBe(401);
    const [denied] = await deniedEvents();
    expect(denied).toMatchObject({ actor: 'anonymous', type: 'audit.denied', subject: 'GET /api/v1/accounts' });
    expect(JSON.stringify(denied)).not.toContain('fk_guess');
  });

  test('each opens what its scopes name and nothing else', async () => {
    const meters = await world.keyWith('meters:read');
    expect((await world.get('/api/v1/meters', meters)).statusCode).toBe(200);
    expect((await world.get('/api/v1/accounts', meters)).json()).toMatchObject({
      status: 403,
      code: 'forbidden',
      detail: 'This needs the scope accounts:read',
    });
    expect((await deniedEvents())[0]).toMatchObject({ actor: 'key 2: meters:read' });
    expect((await world.get('/metrics', await world.keyWith('metrics:read'))).statusCode).toBe(200);
    expect((await world.get('/api/v1/keys', meters)).statusCode).toBe(403);
  });

  test('trip and restore are two scopes', async () => {
    await world.poll();
    const restorer = await world.keyWith('relay:restore', 'meters:read');
    const tripper = await world.keyWith('relay:trip');
    expect((await tripWith(restorer)).json()).toMatchObject({ status: 403, detail: 'This needs the scope relay:trip' });
    expect((await tripWith(tripper, { action: 'close', reason: 'x' })).json()).toMatchObject({
      status: 403,
      detail: 'This needs the scope relay:restore',
    });
    const { id } = (await tripWith(tripper)).json();
    expect((await world.post(`/api/v1/relay-commands/${id}/cancel`, undefined, {}, restorer)).json()).toMatchObject({ state: 'cancelled' });
  });

  test('withdrawing a restore needs the scope to restore', async () => {
    await world.poll();
    const close = await world.post('/api/v1/meters/m1/relay-commands', { action: 'close', reason: 'x' }, { 'idempotency-key': 'i-2' });
    const tripper = await world.keyWith('relay:trip');
    expect((await world.post(`/api/v1/relay-commands/${close.json().id}/cancel`, undefined, {}, tripper)).statusCode).toBe(403);
  });

  test('are listed by name and scope, never with their hash', async () => {
    const { items } = (await world.get('/api/v1/keys')).json();
    expect(items).toEqual([
      { id: 'key_000001', name: 'key 1: admin', scopes: ['admin'], createdAt: '2026-11-24T12:00:00.000Z', expiresAt: null },
    ]);
  });

  test('open nothing from their end on, and say so', async () => {
    const guest = await world.keyUntil(plusMs(EVENING, 60_000), 'accounts:read');
    expect((await world.get('/api/v1/keys')).json().items[1]).toMatchObject({
      name: 'key 2: accounts:read',
      expiresAt: '2026-11-24T12:01:00.000Z',
    });
    await world.clock.advance(59_999);
    expect((await world.get('/api/v1/accounts', guest)).statusCode).toBe(200);
    await world.clock.advance(1);
    const refused = await world.get('/api/v1/accounts', guest);
    expect(refused.json()).toMatchObject({
      status: 401,
      code: 'unauthenticated',
      detail: 'This key expired at 2026-11-24T12:01:00.000Z: have a new one made',
    });
    expect(refused.headers['www-authenticate']).toBe('Bearer');
    expect((await deniedEvents())[0]).toMatchObject({
      actor: 'key 2: accounts:read',
      data: { detail: expect.stringContaining('expired') },
    });
    expect((await world.get('/livez', guest)).statusCode).toBe(200);
  });

  test('open nothing once they are revoked, and stay on what they did', async () => {
    const bank = await world.keyWith('accounts:read');
    expect((await world.get('/api/v1/accounts', bank)).statusCode).toBe(200);
    expect((await world.post('/api/v1/keys/key_000002/revoke', undefined)).statusCode).toBe(204);
    // It is remembered for five seconds.
    await world.clock.advance(5_001);
    expect((await world.get('/api/v1/accounts', bank)).statusCode).toBe(401);
    const [event] = await world.store.read('events', { after: 0, limit: 5, types: ['key.revoked'] });
    expect(event).toMatchObject({ actor: 'key 1: admin', data: { id: 'key_000002', name: 'key 2: accounts:read' } });
    expect((await world.post('/api/v1/keys/key_000002/revoke', undefined)).statusCode).toBe(404);
    expect((await world.post('/api/v1/keys/key_000001/revoke', undefined, {}, await world.keyWith('meters:read'))).statusCode).toBe(403);
  });

  test('are the actor on what they write', async () => {
    const bank = await world.keyWith('payments:write');
    const payment = { accountId: 'a1', amount: '1.00', channel: 'bank', channelSerial: '1', channelDate: '2026-11-24' };
    await world.post('/api/v1/payments', payment, { 'idempotency-key': 'i-1' }, bank);
    const { items } = (await world.get('/api/v1/accounts/a1/entries')).json();
    expect(items[0].actor).toBe('key 2: payments:write');
  });
});

test('a flood of denied attempts leaves a bounded number of records, and their count', async () => {
  for (let attempt = 0; attempt < 80; attempt++) await world.get('/api/v1/accounts', '');
  expect(await deniedEvents()).toHaveLength(60);
  await world.clock.advance(60_000);
  await world.get('/api/v1/accounts', '');
  const events = await deniedEvents();
  expect(events).toHaveLength(62);
  expect(JSON.stringify(events[60])).toContain('20 more denied attempts');
});

test('requests beyond the limit are refused with the headers that say when to come back', async () => {
  const tight = await createApiWorld({ requestsPerMinute: 2 });
  const first = await tight.get('/api/v1/lines');
  expect([first.headers['ratelimit-limit'], first.headers['ratelimit-remaining'], first.headers['ratelimit-reset']]).toEqual([
    '2',
    '1',
    '60',
  ]);
  await tight.get('/api/v1/lines');
  const refused = await tight.get('/api/v1/lines');
  expect(refused.json()).toMatchObject({ status: 429, code: 'rate-limited', retryable: true });
  expect(refused.headers['retry-after']).toBe('60');
  expect((await tight.get('/api/v1/lines', await tight.keyWith('meters:read'))).statusCode).toBe(200);
  expect((await tight.get('/livez')).statusCode).toBe(200);
  await tight.close();
});

describe('malformed requests', () => {
  const raw = (payload: string, type = 'application/json') =>
    world.send({ method: 'POST', url: '/api/v1/payments', headers: { 'content-type': type, 'idempotency-key': 'i-1' }, payload });

  test('are problems that repeat nothing of what was sent', async () => {
    const answer = await raw('{"amount": <script>');
    expect(answer.json()).toMatchObject({ status: 400, code: 'bad-request', instance: '/api/v1/payments', traceId: expect.any(String) });
    expect(answer.body).not.toContain('script');
  });

  test('too large, of another type, or to no route', async () => {
    expect((await raw(JSON.stringify({ amount: 'x'.repeat(20_000) }))).json()).toMatchObject({ status: 413, code: 'too-large' });
    expect((await raw('<a/>', 'application/xml')).json()).toMatchObject({ status: 415, code: 'unsupported-media-type' });
    expect((await world.get('/api/v1/nothing')).json()).toMatchObject({ status: 404, code: 'not-found' });
  });

  test.each([
    ['DELETE', '/api/v1/payments', 'GET, HEAD, POST'],
    ['PUT', '/api/v1/accounts?limit=1', 'GET, HEAD'],
    ['POST', '/api/v1/accounts/a1', 'GET, HEAD'],
    ['OPTIONS', '/api/v1/accounts/a1/credit-terms', 'GET, HEAD, PUT'],
    ['GET', '/api/v1/site/marks/channel-down', 'PUT'],
    ['POST', '/api/v1/docs/js/scalar.js', 'GET, HEAD'],
    ['DELETE', '/livez', 'GET, HEAD'],
  ] as const)('%s %s is a method that the path does not take: it takes %s', async (method, url, allow) => {
    const answer = await world.send({ method, url });
    expect(answer.headers.allow).toBe(allow);
    expect(answer.json()).toMatchObject({
      status: 405,
      code: 'method-not-allowed',
      detail: `This path takes ${allow}`,
      instance: url.split('?')[0],
      retryable: false,
    });
  });

  test('to no path at all name no methods', async () => {
    const answer = await world.send({ method: 'DELETE', url: '/api/v1/accounts/a1/nothing' });
    expect([answer.statusCode, answer.headers.allow]).toEqual([404, undefined]);
  });

  test.each(['%zz', 'x'.repeat(101)])('to a path that no route can be looked up by: /payments/%s', async (id) => {
    const answer = await world.get(`/api/v1/payments/${id}`);
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([400, 'application/problem+json; charset=utf-8']);
    expect(answer.json()).toMatchObject({ code: 'bad-request', instance: `/api/v1/payments/${id}`, traceId: expect.any(String) });
  });
});

test('a broken promise is an internal problem that says nothing of itself', async () => {
  const broken = await createApiWorld();
  await broken.store.close();
  const answer = await broken.get('/readyz');
  expect(answer.json()).toMatchObject({ status: 500, code: 'internal', detail: 'Something that must not happen has happened' });
  expect(answer.body).not.toContain('database');
  await broken.app.close();
});

test('answers may not be framed, sniffed or cached as something else', async () => {
  const { headers } = await world.get('/api/v1/lines');
  expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'content-security-policy': "default-src 'none'" });
});

test('the page of the document loads nothing from elsewhere', async () => {
  const page = await world.get('/api/v1/docs/', '');
  expect(page.body).not.toMatch(/https?:\/\//);
  expect(page.headers['content-security-policy']).toContain("default-src 'none'");
  expect((await world.get('/api/v1/docs/js/scalar.js', '')).headers['content-type']).toContain('javascript');
  expect((await world.get('/api/v1/openapi.json', '')).json()).toMatchObject({
    openapi: '3.1.0',
    paths: { '/api/v1/payments': { post: {} } },
  });
});

describe('the document', () => {
  const paths = async () => (await world.get('/api/v1/openapi.json', '')).json().paths;

  test('says in which forms a statement comes', async () => {
    const { content } = (await paths())['/api/v1/accounts/{id}/statement'].get.responses['200'];
    expect(content).toMatchObject({
      'application/json': { schema: { $ref: '#/components/schemas/Statement' } },
      'text/csv': { schema: { type: 'string' } },
    });
  });

  test('asks for nothing that has a default', async () => {
    const body = (await paths())['/api/v1/lines/{id}/scans'].post.requestBody.content['application/json'].schema;
    expect(body.required).toBeUndefined();
    expect(body.properties.lastUnit.default).toBe(247);
  });
});

test('the metrics carry the names that dashboards rest on, and no meter', async () => {
  world.metrics.countRead('line-1', 'good', 0.2);
  world.metrics.countCommand('trip', 'confirmed');
  world.metrics.observeRelay('trip', 1.5);
  world.metrics.countDtuEvent('gprs', 'second-refused');
  const { body } = await world.get('/metrics');
  for (const line of [
    'feikong_line_occupancy_ratio{line="line-1"} 0.123456',
    'feikong_reads_total{line="line-1",result="good"} 1',
    'feikong_read_seconds_count 1',
    'feikong_daily_read_ratio 1',
    'feikong_relay_commands_total{action="trip",result="confirmed"} 1',
    'feikong_relay_seconds_sum{action="trip"} 1.5',
    'feikong_dtu_events_total{listener="gprs",event="second-refused"} 1',
    'feikong_relay_unknown 1',
    'feikong_restore_overdue 0',
    'feikong_ledger_imbalance 0',
    'feikong_clock_drift_seconds 0',
    'feikong_store_wal_bytes 0',
    'feikong_outbox_depth 0',
  ])
    expect(body.split('\n')).toContain(line);
  expect(body).not.toContain('000000000001');
});
