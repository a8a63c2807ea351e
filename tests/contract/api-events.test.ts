import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { plusMs } from '../../src/kernel/clock.ts';
import { type ApiWorld, createApiWorld } from '../support/api-world.ts';

let world: ApiWorld;
beforeEach(async () => {
  world = await createApiWorld();
});
afterEach(() => world.close());

describe('GET /events', () => {
  test('lists what happened after a place, by type, oldest first', async () => {
    await world.pay('5.00');
    const all = (await world.get('/api/v1/events')).json();
    expect(all.nextAfter).toBe(all.items.at(-1).eventId);
    const { items } = (await world.get('/api/v1/events?types=payment.posted')).json();
    expect(items).toMatchObject([
      { type: 'payment.posted', actor: 'teller', subject: 'account:a1', occurredAt: '2026-11-24T12:00:00.000Z' },
    ]);
    expect((await world.get(`/api/v1/events?after=${all.nextAfter}`)).json()).toEqual({ items: [], nextAfter: all.nextAfter });
    expect((await world.get('/api/v1/events?limit=1')).json().items).toHaveLength(1);
    expect((await world.get('/api/v1/events?after=-1')).json()).toMatchObject({ status: 400, field: 'after' });
  });
});

interface Listener {
  readonly response: IncomingMessage;
  /** The next events, as soon as there are so many. */
  next(count: number): Promise<readonly { readonly id: string; readonly type: string }[]>;
}

/** A listener over a real socket. */
async function listen(path: string, headers: Record<string, string> = {}): Promise<Listener> {
  const address = world.app.server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the API does not listen');
  const request = get({ port: address.port, host: '127.0.0.1', path, headers: { authorization: `Bearer ${world.admin}`, ...headers } });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.setEncoding('utf8');
  let text = '';
  const events: { id: string; type: string }[] = [];
  let arrived: () => void = () => undefined;
  response.on('data', (chunk: string) => {
    text += chunk;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const match = /^id: (\d+)\ndata: (.*)$/.exec(block);
      if (match !== null) events.push({ id: match[1] ?? '', type: JSON.parse(match[2] ?? '').type });
    }
    arrived();
  });
  return {
    response,
    async next(count) {
      while (events.length < count)
        await new Promise<void>((resolve) => {
          arrived = resolve;
        });
      return events.splice(0, count);
    },
  };
}

describe('GET /events/stream over a real socket', () => {
  beforeEach(async () => {
    await world.app.listen({ host: '127.0.0.1', port: 0 });
  });

  test('tells what is committed from now on, and resumes behind the last event that arrived', async () => {
    await world.pay('1.00');
    const first = await listen('/api/v1/events/stream?types=payment.posted');
    expect([first.response.statusCode, first.response.headers['content-type']]).toEqual([200, 'text/event-stream']);
    await world.pay('2.00');
    const [second] = await first.next(1);
    expect(second?.type).toBe('payment.posted');
    first.response.destroy();

    await world.pay('3.00');
    await world.pay('4.00');
    const resumed = await listen('/api/v1/events/stream?types=payment.posted', { 'last-event-id': second?.id ?? '' });
    const missed = await resumed.next(2);
    await world.pay('5.00');
    const [live] = await resumed.next(1);
    const ids = [second, ...missed, live].map((event) => Number(event?.id));
    expect(ids).toEqual([...ids].sort((left, right) => left - right));
    expect(new Set(ids).size).toBe(4);
    resumed.response.destroy();
  });

  test('tells more than one batch from the beginning to a listener that asks for everything', async () => {
    for (let count = 0; count < 150; count++) await world.pay('1.00');
    const listener = await listen('/api/v1/events/stream?after=0&types=payment.posted');
    expect(new Set((await listener.next(150)).map(({ id }) => id)).size).toBe(150);
    listener.response.destroy();
  });

  test('keeps the line alive while nothing happens', async () => {
    const listener = await listen('/api/v1/events/stream');
    const beat = new Promise<string>((resolve) =>
      listener.response.on('data', (chunk: string) => {
        if (chunk.startsWith(':')) resolve(chunk);
      }),
    );
    // The stream reads once before it rests; then only the clock can make it speak.
    await world.clock.settle();
    await world.clock.advance(15_000);
    expect(await beat).toBe(': nothing new\n\n');
    listener.response.destroy();
  });

  test('ends when its key has expired', async () => {
    const key = await world.keyUntil(plusMs(world.clock.now(), 10_000), 'events:read');
    const listener = await listen('/api/v1/events/stream', { authorization: `Bearer ${key}` });
    const ended = once(listener.response, 'end');
    listener.response.resume();
    await world.clock.settle();
    await world.clock.advance(15_000);
    await ended;
  });

  test('tells nothing more once its key is revoked', async () => {
    const key = await world.keyWith('events:read');
    const listener = await listen('/api/v1/events/stream?types=payment.posted', { authorization: `Bearer ${key}` });
    const ended = once(listener.response, 'end');
    await world.post('/api/v1/keys/key_000002/revoke', undefined);
    // A key that was looked up just now is believed for some seconds.
    await world.clock.advance(5_000);
    let heard = '';
    listener.response.on('data', (chunk: string) => {
      heard += chunk;
    });
    await world.pay('1.00');
    await ended;
    expect(heard).not.toContain('payment.posted');
  });

  test('ends when the gateway closes', async () => {
    const listener = await listen('/api/v1/events/stream');
    const ended = once(listener.response, 'end');
    listener.response.resume();
    await world.app.close();
    await ended;
  });

  test('refuses one stream too many, and takes one again when another has gone', async () => {
    const listeners = await Promise.all(Array.from({ length: 64 }, () => listen('/api/v1/events/stream')));
    const refused = await listen('/api/v1/events/stream');
    expect(refused.response.statusCode).toBe(503);
    for (const { response } of listeners) response.destroy();
    await expect
      .poll(async () => {
        const again = await listen('/api/v1/events/stream');
        again.response.destroy();
        return again.response.statusCode;
      })
      .toBe(200);
  });

  test('refuses a Last-Event-ID that is none', async () => {
    expect((await listen('/api/v1/events/stream', { 'last-event-id': 'x' })).response.statusCode).toBe(400);
  });
});
