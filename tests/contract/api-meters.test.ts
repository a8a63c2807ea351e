import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ApiWorld, createApiWorld } from '../support/api-world.ts';

let world: ApiWorld;
beforeEach(async () => {
  world = await createApiWorld();
});
afterEach(() => world.close());

describe('meters', () => {
  test('show place, contract, relay and newest readings', async () => {
    await world.poll();
    const meter = (await world.get('/api/v1/meters/m1')).json();
    expect(meter).toMatchObject({
      id: 'm1',
      meterPointId: 'p1',
      accountId: 'a1',
      lineId: 'line-1',
      protocol: 'dlt645-2007',
      address: '000000000001',
      currentRatio: '1',
      relay: { reported: 'closed' },
      readings: [
        { register: '1-0:1.8.0', value: '100.00', unit: 'kWh', quality: 'good', reason: '', measuredAt: '2026-11-24T12:00:00.000Z' },
      ],
    });
    expect((await world.get('/api/v1/meters')).json()).toEqual({ items: [meter], nextCursor: null });
    expect((await world.get('/api/v1/meters?lineId=line-2')).json().items).toEqual([]);
  });

  test('answer for their relay with the evidence', async () => {
    await world.poll();
    expect((await world.get('/api/v1/meters/m1/relay')).json()).toEqual({
      desired: null,
      reported: 'closed',
      reportedAt: '2026-11-24T12:00:00.000Z',
      evidence: expect.any(String),
      keepPower: false,
      loadSide: expect.any(String),
    });
  });

  test('list readings by register and time, newest first', async () => {
    await world.poll();
    await world.clock.advance(60_000);
    world.meter.register += 10n;
    await world.poll();
    const values = async (query: string) => {
      const { items } = (await world.get(`/api/v1/meters/m1/readings${query}`)).json();
      return items.map(({ value }: { value: string }) => value);
    };
    expect(await values('?register=1-0:1.8.0')).toEqual(['100.10', '100.00']);
    expect(await values('?from=2026-11-24T12:00:30Z')).toEqual(['100.10']);
    expect(await values('?to=2026-11-24T20:00:30%2B08:00')).toEqual(['100.00']);
    expect(await values('?limit=1')).toEqual(['100.10']);
    expect((await world.get('/api/v1/meters/m1/readings?from=yesterday')).json()).toMatchObject({ status: 400, field: 'from' });
    expect((await world.get('/api/v1/meters/m1/readings?register=energy')).json()).toMatchObject({ status: 400, field: 'register' });
  });

  test('take no reading of a register that nobody is charged by', async () => {
    const body = { register: '1-0:9.9.0', value: '100.00', measuredAt: '2026-11-24T11:00:00Z', reason: 'read on site' };
    const enter = (register: string) =>
      world.post('/api/v1/meters/m1/readings', { ...body, register }, { 'idempotency-key': `enter ${register}`.replace(' ', '-') });
    expect((await enter('1-0:9.9.0')).json()).toMatchObject({
      status: 400,
      field: 'register',
      detail: 'The field register: expected one that is charged there: 1-0:1.8.0',
    });
    expect((await enter('1-0:1.8.0')).statusCode).toBe(201);
  });

  test.each(['/api/v1/meters/m9', '/api/v1/meters/m9/relay', '/api/v1/meters/m9/readings'])('refuse %s', async (url) => {
    expect((await world.get(url)).json()).toMatchObject({ status: 404, code: 'not-found' });
  });
});

describe('reads', () => {
  const start = (registers: readonly string[], meter = 'm1') => world.post(`/api/v1/meters/${meter}/reads`, { registers });

  test('are accepted at once and answered at their Location', async () => {
    const started = await start(['1-0:1.8.0']);
    expect([started.statusCode, started.json().state]).toEqual([202, 'waiting']);
    await world.clock.settle();
    const read = (await world.get(String(started.headers.location))).json();
    expect(read).toMatchObject({
      meterId: 'm1',
      state: 'answered',
      actor: 'key 1: admin',
      failure: null,
      answers: [{ register: '1-0:1.8.0', value: '100.00', unit: 'kWh', readAt: '2026-11-24T12:00:00.000Z' }],
    });
  });

  test('say why they failed', async () => {
    world.meter.silent = true;
    const started = await start(['1-0:1.8.0']);
    await world.clock.settle();
    expect((await world.get(String(started.headers.location))).json()).toMatchObject({
      state: 'failed',
      answers: [],
      failure: { code: 'no-reply', protocolError: null },
    });
  });

  test('refuse an unknown meter, an unknown read, no register and one that cannot be', async () => {
    expect((await start(['1-0:1.8.0'], 'm9')).json()).toMatchObject({ status: 404, code: 'not-found' });
    expect((await world.get('/api/v1/reads/rd_9')).json()).toMatchObject({ status: 404, code: 'not-found' });
    expect((await start([])).json()).toMatchObject({ status: 400, field: 'registers' });
    expect((await start(['energy'])).json()).toMatchObject({ status: 400, field: 'registers.0' });
  });
});

describe('lines', () => {
  test('show transport, occupancy, meters and counters', async () => {
    expect((await world.get('/api/v1/lines')).json().items).toEqual([
      {
        id: 'line-1',
        name: 'Riser 1',
        binding: null,
        transport: { state: 'up', since: '2026-11-24T12:00:00.000Z', reason: null },
        occupancy: 0.1235,
        queueLength: 2,
        meters: [{ meter: '000000000001', state: 'answering', failures: 0, lastHeardAt: '2026-11-24T12:00:00.000Z', nextProbeAt: null }],
        counters: { framesSent: 9, framesAccepted: 8, framesRefused: 1, lateReplies: 0, noiseBytes: 3, timeouts: 1, repeats: 1 },
      },
    ]);
  });

  test('say how full they are beside how full they were planned to be, and what waits by priority', async () => {
    expect((await world.get('/api/v1/lines/line-1/occupancy')).json()).toEqual({
      lineId: 'line-1',
      occupancy: 0.1235,
      planned: 0.5679,
      arithmetic: '3 meters need 57 % of it (189 ms a poll at 9600 bit/s)',
      queueLength: 2,
      waiting: { restore: 0, trip: 1, 'on-demand': 1, scheduled: 0, 'back-fill': 0, probe: 0 },
    });
    expect((await world.get('/api/v1/lines/line-9/occupancy')).json()).toMatchObject({ status: 404, code: 'not-found' });
  });
});
