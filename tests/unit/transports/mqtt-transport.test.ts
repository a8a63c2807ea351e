import { connectAsync, type MqttClient } from 'mqtt';
import { describe, expect, onTestFinished, test } from 'vitest';
import { fromHex, toHex } from '../../../src/kernel/bytes.ts';
import { plusMs, systemClock } from '../../../src/kernel/clock.ts';
import { createBus } from '../../../src/transports/bus/bus.ts';
import { createEmbeddedBroker } from '../../../src/transports/embedded-broker.ts';
import { createMqttLink } from '../../../src/transports/mqtt-link.ts';
import { createMqttTransport } from '../../../src/transports/mqtt-transport.ts';
import { meterNumber, readExchange, readReply, relayExchange, relayReply } from './dlt645-line.ts';

const METER = meterNumber(1);
const STATUS = 'C1/status';
const topics = { down: 'C1/down', up: 'C1/up', status: STATUS };
const port = { baudRate: 115200, dataBits: 8, parity: 'even', stopBits: 1 } as const;

/** A line that waits for its concentrator, and the word of what its state comes to. */
async function registeredLine() {
  const broker = await createEmbeddedBroker({ clock: systemClock });
  const link = createMqttLink({ url: broker.url, clock: systemClock });
  const transport = createMqttTransport({ link, clock: systemClock, concentrator: 'C1', portNumber: 1, topics, port, transitMs: 2_000 });
  const bus = createBus({ transport, clock: systemClock });
  const states: string[] = [];
  const waiting = new Set<() => void>();
  const note = (word: string) => {
    states.push(word);
    for (const look of waiting) look();
  };
  transport.listen({ data: () => undefined, up: () => note('up'), down: note });
  transport.open();
  onTestFinished(async () => {
    bus.close();
    await transport.close();
    await broker.close();
  });
  return {
    url: broker.url,
    transport,
    bus,
    /** Resolves when the line comes to be so for the n-th time. */
    becomes: (word: string, times = 1) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (states.filter((state) => state === word).length < times) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}

/** A concentrator that registers and answers what it hears, or keeps silent. */
async function concentratorOn(url: string, answer: (request: Uint8Array) => Uint8Array | undefined) {
  const will = { topic: STATUS, payload: Buffer.from('offline'), qos: 1, retain: true } as const;
  const client = await connectAsync(url, { reconnectPeriod: 0, will });
  client.on('error', () => undefined);
  onTestFinished(() => client.endAsync(true));
  const heard: (() => void)[] = [];
  let count = 0;
  client.on('message', (_topic, payload) => {
    const { txId, port: line, frameHex } = JSON.parse(payload.toString());
    count += 1;
    for (const tell of heard.splice(0)) tell();
    const reply = answer(fromHex(frameHex) ?? new Uint8Array(0));
    if (reply !== undefined) client.publish('C1/up', JSON.stringify({ txId, port: line, frameHex: toHex(reply), offset: 0 }), { qos: 1 });
  });
  await client.subscribeAsync('C1/down', { qos: 1 });
  await say(client, '{"status":"online"}');
  return { client, count: () => count, hears: () => new Promise<void>((resolve) => heard.push(resolve)) };
}

const say = (client: MqttClient, status: string) => client.publishAsync(STATUS, status, { qos: 1, retain: true });
const die = (client: MqttClient) => client.stream.destroy();
const answerReads = () => readReply(METER);

const NOT_THERE = 'concentrator C1 has not registered';
const OFFLINE = 'concentrator C1 is offline';

describe('A line whose concentrator registers', () => {
  test('is down until it has, says so, and then carries what waited', async () => {
    const { url, bus, transport, becomes } = await registeredLine();
    await becomes(NOT_THERE);
    expect(transport.state()).toMatchObject({ state: 'down', reason: NOT_THERE });
    expect(await bus.request(readExchange(METER), { priority: 'on-demand' })).toMatchObject({ error: { code: 'line-down', sent: false } });
    const waiting = bus.request(readExchange(METER), { priority: 'restore', deadline: plusMs(systemClock.now(), 60_000) });
    const { count } = await concentratorOn(url, answerReads);
    expect((await waiting).ok).toBe(true);
    expect(transport.state().state).toBe('up');
    expect(count()).toBe(1);
    expect(bus.health().counters).toMatchObject({ framesSent: 1, timeouts: 0 });
  });

  test('goes down with its last will, asks nothing while it is gone, and is back when it registers again', async () => {
    const { url, bus, transport, becomes } = await registeredLine();
    const first = await concentratorOn(url, () => undefined);
    await becomes('up');
    const heard = first.hears();
    const trip = bus.request(relayExchange(METER), { priority: 'trip', deadline: plusMs(systemClock.now(), 60_000) });
    await heard;
    die(first.client);
    await becomes(OFFLINE);
    expect(await trip).toEqual({ ok: false, error: { code: 'line-down', sent: true } });
    const restore = bus.request(relayExchange(METER), { priority: 'restore', deadline: plusMs(systemClock.now(), 60_000) });
    expect(transport.state()).toMatchObject({ state: 'down', reason: OFFLINE });
    expect(bus.health()).toMatchObject({ queueLength: 1, counters: { framesSent: 1, timeouts: 0 } });

    const second = await concentratorOn(url, () => relayReply(METER));
    expect((await restore).ok).toBe(true);
    expect(second.count()).toBe(1);
  });

  test('goes down when it says goodbye, and takes no other word for a status', async () => {
    const { url, transport, becomes } = await registeredLine();
    const { client } = await concentratorOn(url, answerReads);
    await becomes('up');
    await say(client, 'maintenance');
    await say(client, '{"status":1}');
    await say(client, 'offline');
    await becomes(OFFLINE);
    await say(client, 'online');
    await becomes('up', 2);
    expect(transport.state().state).toBe('up');
  });

  test('asks the broker anew after the connection was lost', async () => {
    const { url, transport, becomes } = await registeredLine();
    await concentratorOn(url, answerReads);
    await becomes('up');
    await transport.close();
    expect(transport.state()).toMatchObject({ state: 'down', reason: 'closed' });
    transport.open();
    await becomes('up', 2);
  });
});
