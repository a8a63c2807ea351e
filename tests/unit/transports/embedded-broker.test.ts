import { connectAsync } from 'mqtt';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../src/kernel/clock.ts';
import { createEmbeddedBroker, type EmbeddedBrokerOptions } from '../../../src/transports/embedded-broker.ts';
import { createMqttLink } from '../../../src/transports/mqtt-link.ts';

async function brokerWith(options: EmbeddedBrokerOptions) {
  const broker = await createEmbeddedBroker(options);
  onTestFinished(() => broker.close());
  return broker;
}

async function login(url: string, username: string, password: string) {
  const client = await connectAsync(url, { protocolVersion: 4, reconnectPeriod: 0, username, password });
  client.on('error', () => undefined);
  onTestFinished(() => client.endAsync(true));
  return client;
}

describe('The embedded broker', () => {
  test('refuses to be open to the network without accounts', async () => {
    await expect(createEmbeddedBroker({ host: '0.0.0.0' })).rejects.toMatchObject({ code: 'config-invalid' });
  });

  test('says so in a sentence when its port is taken', async () => {
    const { url } = await brokerWith({});
    const portNumber = Number(new URL(url).port);
    await expect(createEmbeddedBroker({ portNumber })).rejects.toMatchObject({ code: 'port-in-use' });
  });

  test('refuses a wrong password', async () => {
    const { url } = await brokerWith({ accounts: [{ username: 'C1', password: 'right' }] });
    await expect(login(url, 'C1', 'wrong')).rejects.toThrow(/Not authorized|Bad username/i);
    await login(url, 'C1', 'right');
  });

  test('holds a concentrator to its own topics', async () => {
    const { url } = await brokerWith({
      accounts: [
        { username: 'gateway', password: 'g' },
        { username: 'C1', password: 'c', mayPublish: ['C1/up'], maySubscribe: ['C1/down'] },
      ],
    });
    const concentrator = await login(url, 'C1', 'c');
    await expect(concentrator.subscribeAsync('C2/down', { qos: 1 })).rejects.toThrow();
    expect(await concentrator.subscribeAsync('C1/down', { qos: 1 })).toMatchObject([{ topic: 'C1/down', qos: 1 }]);

    const gateway = await login(url, 'gateway', 'g');
    await gateway.subscribeAsync('#', { qos: 1 });
    const heard = new Promise<string>((resolve) => gateway.on('message', resolve));
    const ended = new Promise<void>((resolve) => concentrator.on('close', () => resolve()));
    concentrator.publish('C2/up', 'forged', { qos: 1 });
    await ended;
    await (await login(url, 'C1', 'c')).publishAsync('C1/up', 'own', { qos: 1 });
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
  expect(await link.publish('counted', 'one link')).toEqual({ ok: true, value: undefined });
  expect(await counted).toBe('one link');
  for (const unwatch of watched) await unwatch();
  expect(link.state()).toMatchObject({ state: 'down', reason: 'closed' });
  expect(await link.publish('counted', 'too late')).toMatchObject({ ok: false, error: { code: 'line-down', sent: false } });
});
