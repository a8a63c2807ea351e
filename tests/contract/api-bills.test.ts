import { afterEach, beforeEach, expect, test } from 'vitest';
import type { IssuedBill } from '../../src/core/model/issued-bill.ts';
import { asId } from '../../src/kernel/ids.ts';
import { type ApiWorld, createApiWorld } from '../support/api-world.ts';
import { bill } from './store-facts.ts';

let world: ApiWorld;
const UNREAD = [{ reason: 'last-reading-missing', rule: 'F74', detail: 'm1 1-0:1.8.0' }];
const issue = (id: string, more: Partial<IssuedBill>) =>
  world.commit({ kind: 'bill', bill: { ...bill, id: asId(id), periodId: id, ...more } });
const bills = async (query: string) => (await world.get(`/api/v1/bills?${query}`)).json();

beforeEach(async () => {
  world = await createApiWorld();
});
afterEach(() => world.close());

test('bills of a month are all of it, or what could not be read', async () => {
  await issue('b1', { month: '2026-10', provisional: UNREAD });
  await issue('b2', { month: '2026-10', provisional: [] });
  await issue('b3', { month: '2026-11', provisional: UNREAD });
  // What was taken back is settled, and the bill in its place is final.
  await issue('b4', { month: '2026-10', provisional: UNREAD });
  await issue('c4', { month: '2026-10', kind: 'credit', corrects: asId('b4') });
  await issue('b5', { month: '2026-10', provisional: [], corrects: asId('b4') });
  expect((await bills('month=2026-10')).items).toHaveLength(5);
  expect((await bills('month=2026-10&provisional=true')).items).toMatchObject([{ id: 'b1', provisional: UNREAD }]);
  expect(await bills('provisional=true')).toMatchObject({ status: 400, field: 'provisional' });
});

test('a bill is found by its number', async () => {
  await issue('b1', { month: '2026-10' });
  const [{ number }] = (await bills('month=2026-10')).items;
  expect((await world.get(`/api/v1/bills/${number}`)).json()).toMatchObject({ id: 'b1', number });
  expect((await world.get('/api/v1/bills/none')).statusCode).toBe(404);
});
