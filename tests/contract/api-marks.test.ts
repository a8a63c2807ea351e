import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ApiWorld, createApiWorld } from '../support/api-world.ts';

let world: ApiWorld;
const put = (url: string, payload: object, key?: string) => world.send({ method: 'PUT', url: `/api/v1${url}`, payload }, key);
const lift = (url: string, reason: string) => world.post(`/api/v1${url}/lift`, { reason });
const marks = async () => (await world.get('/api/v1/marks')).json().items;

beforeEach(async () => {
  world = await createApiWorld();
});
afterEach(() => world.close());

test('a mark is set, shown and lifted', async () => {
  const lockOut = {
    subject: 'meterPoint:p1',
    kind: 'lock-out',
    since: '2026-11-24T12:00:00.000Z',
    actor: 'key 1: admin',
    reason: 'a crew',
  };
  expect((await put('/meter-points/p1/marks/lock-out', { reason: 'a crew' })).json()).toEqual(lockOut);
  expect((await put('/site/marks/channel-down', { reason: 'the bank does not answer' })).statusCode).toBe(200);
  expect((await put('/accounts/a1/marks/disputed', { reason: 'bill 7' })).statusCode).toBe(200);
  expect(await marks()).toMatchObject([{ subject: 'account:a1' }, lockOut, { subject: 'site', kind: 'channel-down' }]);
  for (const url of ['/meter-points/p1/marks/lock-out', '/site/marks/channel-down', '/accounts/a1/marks/disputed'])
    expect((await lift(url, 'it is over')).statusCode).toBe(204);
  expect(await marks()).toEqual([]);
});

test('only what people may set, where it belongs, with a reason and its scope', async () => {
  expect((await put('/meter-points/p1/marks/disputed', { reason: 'x' })).json()).toMatchObject({
    status: 400,
    field: 'kind',
    detail: expect.stringContaining('lock-out'),
  });
  expect((await put('/site/marks/clock-jumped', { reason: 'x' })).statusCode).toBe(400);
  expect((await put('/meter-points/p1/marks/lock-out', {})).json()).toMatchObject({ status: 400, field: 'reason' });
  expect((await put('/meter-points/p404/marks/lock-out', { reason: 'x' })).statusCode).toBe(404);
  expect((await put('/meter-points/p1/marks/lock-out', { reason: 'x' }, await world.keyWith('relay:trip'))).statusCode).toBe(403);
});
