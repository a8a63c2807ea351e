import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { systemClock } from '../../../src/kernel/clock.ts';
import { type BrokerEvent, createEmbeddedBroker, type EmbeddedBrokerOptions } from '../../../src/transports/embedded-broker.ts';
import { createMqttLink } from '../../../src/transports/mqtt-link.ts';
import { certificateFor } from '../../support/certificate.ts';

async function brokerWith(options: EmbeddedBrokerOptions) {
  const broker = await createEmbeddedBroker(options);
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
  const broker = await brokerWith({ accounts: [C1, C2], onEvent: (event) => events.push(event) });
  const { url, username = '', password = '' } = broker.own;
  const gateway = await login(url, username, password);
  const heard: string[] = [];
  gateway.on('message', (topic) => heard.push(topic));
  await gateway.subscribeAsync('#', { qos: 1 });
  /** What the gateway has heard when it hears a message of its own. */
  const heardUntilNow = async () => {
    const marked = new Promise<void>((resolve) => gateway.on('message', (topic) => topic === 'mark' && resolve()));
    await gateway.publishAsync('mark', '', { qos: 1 });
    await marked;
    return heard.filter((topic) => topic !== 'mark');
  };
  return { url: broker.url, events, heardUntilNow };
}

const isCutOff = (client: MqttClient) => new Promise<void>((resolve) => client.on('close', () => resolve()));

describe('The embedded broker', () => {
  test('refuses to be open to the network without accounts or TLS', async () => {
    await expect(createEmbeddedBroker({ host: '0.0.0.0' })).rejects.toMatchObject({ code: 'config-invalid' });
    await expect(createEmbeddedBroker({ host: '0.0.0.0', accounts: [C1] })).rejects.toMatchObject({ code: 'config-invalid' });
  });

  test('says so in a sentence when its port is taken', async () => {
    const { url } = await brokerWith({});
    const portNumber = Number(new URL(url).port);
    await expect(createEmbeddedBroker({ portNumber })).rejects.toMatchObject({ code: 'port-in-use' });
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
    const { url, events, heardUntilNow } = await guardedBroker();
    const concentrator = await login(url, 'C1', 'c1-secret');
    const ended = isCutOff(concentrator);
    concentrator.publish('C2/up', 'forged', { qos: 1 });
    await ended;
    await (await login(url, 'C1', 'c1-secret')).publishAsync('C1/up', 'own', { qos: 1 });
    expect(await heardUntilNow()).toEqual(['C1/up']);
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
    const { url, events, heardUntilNow } = await guardedBroker();
    for (const topic of ['C2/status', 'C1/status']) {
      const dying = await login(url, 'C1', 'c1-secret', { will: { topic, payload: Buffer.from('offline'), qos: 1, retain: true } });
      const ended = isCutOff(dying);
      dying.stream.destroy();
      await ended;
    }
    await vi.waitFor(async () => expect(await heardUntilNow()).toEqual(['C1/status']));
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

  test('speaks TLS to others, and to the gateway on loopback without', async (context) => {
    const { cert, key } = certificateFor(context);
    const broker = await brokerWith({ host: '0.0.0.0', accounts: [C1], tls: { cert, key } });
    expect(broker.url).toMatch(/^mqtts:\/\/0\.0\.0\.0:\d+$/);
    const { url, username = '', password = '' } = broker.own;
    expect(url).toMatch(/^mqtt:\/\/127\.0\.0\.1:\d+$/);
    const gateway = await login(url, username, password);
    const heard = new Promise<string>((resolve) => gateway.on('message', resolve));
    await gateway.subscribeAsync('C1/up', { qos: 1 });
    const concentrator = await login(broker.url.replace('0.0.0.0', '127.0.0.1'), 'C1', 'c1-secret', { ca: cert });
    await concentrator.publishAsync('C1/up', 'sealed', { qos: 1 });
    expect(await heard).toBe('C1/up');
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
