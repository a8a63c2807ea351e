import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { systemClock } from '../../../src/kernel/clock.ts';
import { type BrokerEvent, createEmbeddedBroker, type EmbeddedBrokerOptions } from '../../../src/transports/embedded-broker.ts';
import { createMqttLink, type MqttLink } from '../../../src/transports/mqtt-link.ts';
import { certificateFor } from '../../support/certificate.ts';

async function brokerWith(options: Omit<EmbeddedBrokerOptions, 'clock'>) {
  const broker = await createEmbeddedBroker({ clock: systemClock, ...options });
  onTestFinished(() => broker.close());
  return broker;
}

async function login(url: string, username: string, password: string, more: IClientOptions = {}) {
  const client = await connectAsync(url, { protocolVersion: 4, reconnectPeriod: 0, username, password, ...more });
  client.on('error', () => undefined);
  onTestFinished(() => client.endAsync(true));
  return client;
}

const C1 = { username: 'C1', password: 'c1-secret', mayPublish: ['C1/up', 'C1/status'], maySubscribe: ['C1/down'] };
const C2 = { username: 'C2', password: 'c2-secret', mayPublish: ['C2/up', 'C2/status'], maySubscribe: ['C2/down'] };

/** A broker with two concentrators, the gateway on it, and what happened at its door. */
async function guardedBroker() {
  const events: BrokerEvent[] = [];
  const { url, link } = await brokerWith({ accounts: [C1, C2], onEvent: (event) => events.push(event) });
  const heard: string[] = [];
  const topics = [C1, C2].flatMap(({ mayPublish, maySubscribe }) => [...mayPublish, ...maySubscribe]);
  await Promise.all(topics.map((topic) => watched(link, topic, () => heard.push(topic))));
  return { url, link, events, heard };
}

/** Resolves when the watch stands. */
function watched(link: MqttLink, topic: string, message: (payload: string) => void): Promise<void> {
  return new Promise((resolve) => void link.watch({ topic, message, up: resolve, down: () => undefined }));
}

const isCutOff = (client: MqttClient) => new Promise<void>((resolve) => client.on('close', () => resolve()));

describe('The embedded broker', () => {
  test('refuses to be open to the network without accounts or TLS', async () => {
    await expect(createEmbeddedBroker({ clock: systemClock, host: '0.0.0.0' })).rejects.toMatchObject({ code: 'config-invalid' });
    await expect(createEmbeddedBroker({ clock: systemClock, host: '0.0.0.0', accounts: [C1] })).rejects.toMatchObject({
      code: 'config-invalid',
    });
  });

  test('says so in a sentence when its port is taken', async () => {
    const { url } = await brokerWith({});
    const portNumber = Number(new URL(url).port);
    await expect(createEmbeddedBroker({ clock: systemClock, portNumber })).rejects.toMatchObject({ code: 'port-in-use' });
  });

  test('refuses a wrong password, an unknown user and nobody at all', async () => {
    const { url, events } = await guardedBroker();
    for (const [username, password] of [
      ['C1', 'c2-secret'],
      ['C9', 'c1-secret'],
      ['', ''],
      ['feikong', ''],
    ] as const)
      await expect(login(url, username, password)).rejects.toThrow(/Not authorized|Bad username/i);
    await expect(connectAsync(url, { reconnectPeriod: 0 })).rejects.toThrow(/Not authorized|Bad username/i);
    expect(events.map(({ kind, account }) => [kind, account])).toEqual([
      ['login-refused', 'C1'],
      ...Array.from({ length: 4 }, () => ['login-refused', undefined]),
    ]);
    await login(url, 'C1', 'c1-secret');
  });

  test('lets a concentrator speak on its own topics only, and cuts off who tries another', async () => {
    const { url, events, heard } = await guardedBroker();
    const concentrator = await login(url, 'C1', 'c1-secret');
    const ended = isCutOff(concentrator);
    concentrator.publish('C2/up', 'forged', { qos: 1 });
    await ended;
    await (await login(url, 'C1', 'c1-secret')).publishAsync('C1/up', 'own', { qos: 1 });
    expect(heard).toEqual(['C1/up']);
    expect(events).toEqual([{ kind: 'publish-refused', count: 1, account: 'C1' }]);
  });

  test.each(['C2/down', 'C1/up', '#', '+/down', '$SYS/#', '$share/g/C2/down'])('lets no concentrator listen to %s', async (topic) => {
    const { url, events } = await guardedBroker();
    const concentrator = await login(url, 'C1', 'c1-secret');
    await expect(concentrator.subscribeAsync(topic, { qos: 1 })).rejects.toThrow();
    expect(await concentrator.subscribeAsync('C1/down', { qos: 1 })).toMatchObject([{ topic: 'C1/down', qos: 1 }]);
    expect(events).toMatchObject([{ kind: 'subscribe-refused', account: 'C1' }]);
  });

  test('publishes no last will in the name of another', async () => {
    const { url, events, heard } = await guardedBroker();
    for (const topic of ['C2/status', 'C1/status']) {
      const dying = await login(url, 'C1', 'c1-secret', { will: { topic, payload: Buffer.from('offline'), qos: 1, retain: true } });
      const ended = isCutOff(dying);
      dying.stream.destroy();
      await ended;
    }
    await vi.waitFor(() => expect(heard).toEqual(['C1/status']));
    expect(events).toMatchObject([{ kind: 'publish-refused', account: 'C1' }]);
  });

  test('lets nobody end or take over the session of another by its client id', async () => {
    const { url } = await guardedBroker();
    const first = await login(url, 'C1', 'c1-secret', { clientId: 'same', clean: false });
    await first.subscribeAsync('C1/down', { qos: 1 });
    const second = await login(url, 'C2', 'c2-secret', { clientId: 'same', clean: false });
    await second.publishAsync('C2/up', 'alive', { qos: 1 });
    await first.publishAsync('C1/up', 'alive too', { qos: 1 });
    expect([first.connected, second.connected]).toEqual([true, true]);
  });

  test('speaks TLS to others', async (context) => {
    const { cert, key } = certificateFor(context);
    const broker = await brokerWith({ host: '0.0.0.0', accounts: [C1], tls: { cert, key } });
    expect(broker.url).toMatch(/^mqtts:\/\/0\.0\.0\.0:\d+$/);
    const heard: string[] = [];
    await watched(broker.link, 'C1/up', (payload) => heard.push(payload));
    const concentrator = await login(broker.url.replace('0.0.0.0', '127.0.0.1'), 'C1', 'c1-secret', { ca: cert });
    await concentrator.publishAsync('C1/up', 'sealed', { qos: 1 });
    expect(heard).toEqual(['sealed']);
  });

  test('tells the gateway what was retained before it watched, until that is taken back', async () => {
    const { url, link } = await guardedBroker();
    const concentrator = await login(url, 'C1', 'c1-secret');
    await concentrator.publishAsync('C1/status', 'online', { qos: 1, retain: true });
    const kept = await new Promise<string>((resolve) => void watched(link, 'C1/status', resolve));
    expect(kept).toBe('online');
    await concentrator.publishAsync('C1/status', '', { qos: 1, retain: true });
    const later: string[] = [];
    await watched(link, 'C1/status', (payload) => later.push(payload));
    await concentrator.publishAsync('C1/up', 'more', { qos: 1 });
    expect(later).toEqual([]);
  });

  test('carries what the gateway publishes to the concentrator alone, and nothing once it has ended', async () => {
    const broker = await brokerWith({ accounts: [C1, C2] });
    const heard: string[] = [];
    await watched(broker.link, 'C1/up', (payload) => heard.push(payload));
    const down: string[] = [];
    for (const { username, password, maySubscribe } of [C1, C2]) {
      const concentrator = await login(broker.url, username, password);
      concentrator.on('message', (topic, payload) => down.push(`${username} ${topic} ${payload.toString()}`));
      await concentrator.subscribeAsync([...maySubscribe], { qos: 1 });
    }
    expect(await broker.link.publish('C1/down', 'frame', { expiresInMs: 1000 })).toEqual({ ok: true, value: undefined });
    await vi.waitFor(() => expect(down).toEqual(['C1 C1/down frame']));
    expect(heard).toEqual([]);
    const lost = new Promise<string>(
      (resolve) => void broker.link.watch({ topic: 'C1/up', message: () => undefined, up: () => undefined, down: resolve }),
    );
    await broker.close();
    expect(await lost).toBe('the broker has ended');
    expect(await broker.link.publish('C1/down', 'late', { expiresInMs: 1000 })).toMatchObject({ ok: false, error: { sent: false } });
  });
});

test('lines behind one broker share one connection, which ends with the last of them', async () => {
  const { url } = await brokerWith({});
  const link = createMqttLink({ url, clock: systemClock });
  const watched: (() => Promise<void>)[] = [];
  for (const topic of ['C1/up', 'C1/up', 'C2/up']) {
    await new Promise<void>((resolve) => watched.push(link.watch({ topic, message: () => undefined, up: resolve, down: () => undefined })));
  }
  const observer = await connectAsync(url, { protocolVersion: 4 });
  onTestFinished(() => observer.endAsync(true));
  const counted = new Promise<string>((resolve) => observer.on('message', (_topic, payload) => resolve(payload.toString())));
  await observer.subscribeAsync('counted');
  expect(await link.publish('counted', 'one link', { expiresInMs: 1000 })).toEqual({ ok: true, value: undefined });
  expect(await counted).toBe('one link');
  for (const unwatch of watched) await unwatch();
  expect(link.state()).toMatchObject({ state: 'down', reason: 'closed' });
  expect(await link.publish('counted', 'too late', { expiresInMs: 1000 })).toMatchObject({
    ok: false,
    error: { code: 'line-down', sent: false },
  });
});
