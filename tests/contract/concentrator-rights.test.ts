/** The access list that docs/concentrator-protocol.md gives for mosquitto lets each do what it must, and nothing else. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import { DEFAULT_TOPICS, topicOf } from '../../protocols/concentrator/index.ts';
import { mosquittoFor } from '../support/mosquitto.ts';

const DOCUMENT = readFileSync(path.join(import.meta.dirname, '../../docs/concentrator-protocol.md'), 'utf8');
const [, ACL = ''] = /^```acl\n([\s\S]*?)^```$/m.exec(DOCUMENT) ?? [];

test('mosquitto holds each concentrator to its own topics', async (context) => {
  const broker = await mosquittoFor(context, ACL);
  await broker.start();
  const join = async (username: string) => {
    // MQTT 5, where a broker says that it refuses.
    const client = await connectAsync(broker.url, { protocolVersion: 5, reconnectPeriod: 0, username });
    client.on('error', () => undefined);
    onTestFinished(() => client.endAsync(true));
    return client;
  };
  const [gateway, one, two] = await Promise.all(['feikong', 'C1', 'C2'].map(join));
  if (gateway === undefined || one === undefined || two === undefined) return expect.unreachable();
  const topic = (name: keyof typeof DEFAULT_TOPICS, concentrator: string) => topicOf(DEFAULT_TOPICS[name], concentrator);

  const heard = async (listener: MqttClient, speaker: MqttClient, on: string) => {
    await listener.subscribeAsync(on, { qos: 1 });
    const message = new Promise<string>((resolve) => listener.once('message', resolve));
    await speaker.publishAsync(on, '{}', { qos: 1 });
    return message;
  };
  expect(await heard(one, gateway, topic('down', 'C1'))).toBe(topic('down', 'C1'));
  for (const name of ['up', 'status', 'readings'] as const) expect(await heard(gateway, one, topic(name, 'C1'))).toBe(topic(name, 'C1'));

  for (const name of ['up', 'status', 'readings'] as const)
    await expect(two.publishAsync(topic(name, 'C1'), '{}', { qos: 1 })).rejects.toThrow(/Not authorized/i);
  await expect(two.publishAsync(topic('down', 'C2'), '{}', { qos: 1 })).rejects.toThrow(/Not authorized/i);
});
