/** What is pushed is acknowledged when it is stored, by every broker; what is not comes again. */
import { connectAsync, type MqttClient } from 'mqtt';
import { describe, expect, onTestFinished, type TestContext, test } from 'vitest';
import { systemClock } from '../../src/kernel/clock.ts';
import { createEmbeddedBroker } from '../../src/transports/embedded-broker.ts';
import { createMqttInbox, type TakeMessage } from '../../src/transports/mqtt-inbox.ts';
import type { MqttVersion } from '../../src/transports/mqtt-link.ts';
import { mosquittoFor } from '../support/mosquitto.ts';

const TOPIC = 'C1/readings';

/** Hands each message to the test, which says what becomes of it. */
function createTaker() {
  const arrived: { readonly payload: string; readonly answer: (isTaken: boolean) => void }[] = [];
  const waiting: (() => void)[] = [];
  const take: TakeMessage = (_topic, payload) =>
    new Promise((answer) => {
      arrived.push({ payload, answer });
      for (const tell of waiting.splice(0)) tell();
    });
  return {
    take,
    async next() {
      while (arrived.length === 0) await new Promise<void>((resolve) => waiting.push(resolve));
      const [message] = arrived.splice(0, 1);
      if (message === undefined) throw new TypeError('nothing has arrived');
      return message;
    },
  };
}

async function pusher(url: string): Promise<MqttClient> {
  const client = await connectAsync(url, { reconnectPeriod: 50 });
  client.on('error', () => undefined);
  onTestFinished(() => client.endAsync(true));
  return client;
}

const settled = (promise: Promise<unknown>) => {
  const state = { is: false };
  void promise.then(() => (state.is = true));
  return state;
};

describe('The embedded broker', () => {
  test('acknowledges what a concentrator pushes when it is stored, and not before', async () => {
    const { take, next } = createTaker();
    const broker = await createEmbeddedBroker({ clock: systemClock, inbox: { topics: [TOPIC], take } });
    onTestFinished(() => broker.close());
    const concentrator = await pusher(broker.url);
    const published = concentrator.publishAsync(TOPIC, 'one', { qos: 1 });
    const acknowledged = settled(published);
    const message = await next();
    await concentrator.publishAsync('C1/other', 'is acknowledged at once', { qos: 0 });
    expect([message.payload, acknowledged.is]).toEqual(['one', false]);
    message.answer(true);
    await published;
  });

  test('cuts a concentrator off whose message could not be stored, so that it comes again', async () => {
    const { take, next } = createTaker();
    const broker = await createEmbeddedBroker({ clock: systemClock, inbox: { topics: [TOPIC], take } });
    onTestFinished(() => broker.close());
    const concentrator = await pusher(broker.url);
    const published = concentrator.publishAsync(TOPIC, 'one', { qos: 1 });
    (await next()).answer(false);
    const again = await next();
    expect(again.payload).toBe('one');
    again.answer(true);
    await published;
  });
});

describe.each<MqttVersion>(['3.1.1', 5])('A broker of others that speaks MQTT %s', (version) => {
  async function world(context: TestContext) {
    const broker = await mosquittoFor(context);
    await broker.start();
    const { take, next } = createTaker();
    const open = () => createMqttInbox({ url: broker.url, version, clientId: 'feikong-test', topics: [TOPIC], take });
    return { broker, next, open };
  }

  /** A connection of the gateway whose subscription stands. */
  async function openAndHear(open: () => ReturnType<typeof createMqttInbox>, url: string, next: ReturnType<typeof createTaker>['next']) {
    const inbox = open();
    const knocker = await pusher(url);
    const knock = setInterval(() => knocker.publish(TOPIC, 'knock', { qos: 0 }), 20);
    (await next()).answer(true);
    clearInterval(knock);
    await knocker.publishAsync(TOPIC, 'last knock', { qos: 1 });
    for (;;) {
      const { payload, answer } = await next();
      answer(true);
      if (payload === 'last knock') return inbox;
    }
  }

  test('delivers again what was not stored', async (context) => {
    const { broker, next, open } = await world(context);
    const inbox = await openAndHear(open, broker.url, next);
    onTestFinished(() => inbox.close());
    await (await pusher(broker.url)).publishAsync(TOPIC, 'one', { qos: 1 });
    (await next()).answer(false);
    const again = await next();
    expect(again.payload).toBe('one');
    again.answer(true);
  });

  test('keeps what is pushed while the gateway is away, and what it left unacknowledged', async (context) => {
    const { broker, next, open } = await world(context);
    const first = await openAndHear(open, broker.url, next);
    const concentrator = await pusher(broker.url);
    await concentrator.publishAsync(TOPIC, 'one', { qos: 1 });
    expect((await next()).payload).toBe('one');
    await first.close();
    await concentrator.publishAsync(TOPIC, 'two', { qos: 1 });
    const second = open();
    onTestFinished(() => second.close());
    const payloads: string[] = [];
    for (let count = 0; count < 2; count++) {
      const { payload, answer } = await next();
      payloads.push(payload);
      answer(true);
    }
    expect(payloads).toEqual(['one', 'two']);
  });
});
