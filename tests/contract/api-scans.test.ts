import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ApiWorld, createApiWorld } from '../support/api-world.ts';

/** Longer than any scan of these tests. */
const LONG_MS = 600_000;

let world: ApiWorld;
beforeEach(async () => {
  world = await createApiWorld();
});
afterEach(() => world.close());

const start = (body: object = {}, key?: string, line = 'line-1') => world.post(`/api/v1/lines/${line}/scans`, body, {}, key);
const scan = async (id: string) => (await world.get(`/api/v1/scans/${id}`)).json();
const audited = async () => {
  const { items } = (await world.get('/api/v1/events?types=audit.done&limit=500')).json<{ items: { subject: string; data: object }[] }>();
  return items.filter(({ subject }) => subject === 'line:line-1').map(({ data }) => data);
};

describe('A scan over the API', () => {
  test('is accepted at once, tells its progress and ends with what it has found', async () => {
    const accepted = await start({ lastUnit: 10 });
    const { id } = accepted.json();
    expect([accepted.statusCode, accepted.headers.location]).toEqual([202, `/api/v1/scans/${id}`]);
    expect(accepted.json()).toMatchObject({ lineId: 'line-1', state: 'running', found: [], finishedAt: null, failure: null });
    await world.clock.advance(1500);
    expect(await scan(id)).toMatchObject({ state: 'running', progress: { protocol: expect.any(String), done: expect.any(Number) } });
    await world.clock.advance(LONG_MS);
    expect(await scan(id)).toMatchObject({
      state: 'complete',
      finishedAt: expect.any(String),
      found: [
        { protocol: 'dlt645-2007', address: '000012345678', evidence: expect.stringContaining('00010000 is 10.00 kWh') },
        { protocol: 'modbus-rtu', address: '7', evidence: 'function 03 at 0000 answered' },
      ],
      unresolved: [],
    });
    expect(await audited()).toEqual([{ action: 'line.scan', detail: 'dlt645-2007, dlt645-1997, modbus-rtu; units 1 to 10' }]);
  });

  test('never asks a unit that is polled', async () => {
    await start({ protocols: ['modbus-rtu'], firstUnit: 8, lastUnit: 10 });
    await world.clock.advance(LONG_MS);
    expect(world.wire.written.map(({ bytes }) => bytes[0])).toEqual([8, 8, 10, 10]);
  });

  test('ends where it is cancelled, and keeps what it has found', async () => {
    const { id } = (await start()).json();
    while ((await scan(id)).found.length === 0) await world.clock.advance(100);
    const cancelling = world.post(`/api/v1/scans/${id}/cancel`, undefined);
    await world.clock.advance(2000);
    expect((await cancelling).json()).toMatchObject({ state: 'cancelled', found: [{ address: '000012345678' }] });
    const { length } = world.wire.written;
    await world.clock.advance(LONG_MS);
    expect(world.wire.written).toHaveLength(length);
    expect(await audited()).toContainEqual({ action: 'line.scan.cancel', detail: `scan ${id}` });
    expect((await world.post(`/api/v1/scans/${id}/cancel`, undefined)).json()).toMatchObject({ state: 'cancelled' });
  });

  test('is the only one of its line', async () => {
    await start();
    const second = await start();
    expect([second.statusCode, second.json()]).toEqual([409, expect.objectContaining({ code: 'in-progress' })]);
  });

  test('fails with the line', async () => {
    const { id } = (await start()).json();
    world.wire.goDown();
    await world.clock.advance(2000);
    expect(await scan(id)).toMatchObject({ state: 'failed', failure: 'line-down' });
  });

  test.each([
    ['a line that is none', 404, {}, 'line-9', { code: 'not-found' }],
    ['a protocol that the line cannot carry', 400, { protocols: ['modbus-tcp'] }, 'line-1', { code: 'bad-request', field: 'protocols' }],
    [
      'no protocol at all',
      400,
      { protocols: [] },
      'line-1',
      { field: 'protocols', detail: 'The field protocols: expected 1 or more items' },
    ],
    ['units in the wrong order', 400, { firstUnit: 9, lastUnit: 3 }, 'line-1', { code: 'bad-request', field: 'lastUnit' }],
  ])('of %s is refused', async (_, status, body, line, problem) => {
    const answer = await start(body, undefined, line);
    expect([answer.statusCode, answer.json()]).toEqual([status, expect.objectContaining(problem)]);
    expect(world.wire.written).toEqual([]);
  });

  test('needs a scope of its own', async () => {
    const reader = await world.keyWith('meters:read', 'reads:run');
    expect((await start({}, reader)).statusCode).toBe(403);
    const scanner = await world.keyWith('lines:scan');
    expect((await start({}, scanner)).statusCode).toBe(202);
    expect((await world.get('/api/v1/scans/scn_9', scanner)).json()).toMatchObject({ status: 404, code: 'not-found' });
  });
});
