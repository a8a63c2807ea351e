import { connectAsync } from 'mqtt';
import { expect, type TestContext, test } from 'vitest';
import { NO_FAULTS } from '../../../../simulators/faults/faults.ts';
import { serveMqttConcentrator } from '../../../../simulators/lines/serve-mqtt-concentrator.ts';
import { createSharedLine } from '../../../../simulators/lines/shared-line.ts';
import { systemClock } from '../../../../src/kernel/clock.ts';
import { createEmbeddedBroker } from '../../../../src/transports/embedded-broker.ts';
import { createManualClock } from '../../../support/manual-clock.ts';
import { ANSWER, ASK } from '../frames.ts';
import { meterOf, START } from '../line-in-memory.ts';

const compact = (hex: string) => hex.replaceAll(' ', '');

/** A broker, a concentrator with one meter, and a head-end that has subscribed. */
async function concentrator(context: TestContext) {
  const clock = createManualClock(START);
  const broker = await createEmbeddedBroker({ clock: systemClock });
  const line = createSharedLine({ meters: [meterOf({ clock })], clock, faults: NO_FAULTS, log: undefined, pacing: undefined });
  const served = serveMqttConcentrator({ broker: broker.url, concentrator: 'C1', clock, line });
  const headEnd = await connectAsync(broker.url);
  await headEnd.subscribeAsync('feikong/v1/concentrators/C1/up', { qos: 1 });
  await served.subscribed;
  context.onTestFinished(async () => {
    await headEnd.endAsync(true);
    await served.close();
    await broker.close();
  });
  const send = (message: object) => headEnd.publishAsync('feikong/v1/concentrators/C1/down', JSON.stringify(message), { qos: 1 });
  const answer = () =>
    new Promise<unknown>((resolve) => headEnd.once('message', (_topic, payload) => resolve(JSON.parse(payload.toString()))));
  return { send, answer, listening: served.listening, url: broker.url };
}

test('a concentrator answers a raw frame under its transaction', async (context) => {
  const { send, answer, listening, url } = await concentrator(context);
  expect(listening).toBe(`${url}/C1`);
  const answered = answer();
  await send({ txId: 't1', port: 2, frameHex: compact(ASK.total), timeoutMs: 1000 });
  expect(await answered).toEqual({ txId: 't1', port: 2, frameHex: compact(ANSWER.total10kWh), offset: 0 });
});

test('a concentrator drops what is no message, too old, or was there before', async (context) => {
  const { send, answer } = await concentrator(context);
  const answered = answer();
  await send({ hello: 'there' });
  await send({ txId: 'old', port: 1, frameHex: compact(ASK.trip), timeoutMs: 1000, expiresAt: '2026-11-24T03:29:59Z' });
  await send({ txId: 't2', port: 1, frameHex: compact(ASK.relayState), timeoutMs: 1000, expiresAt: '2026-11-24T03:30:05Z' });
  expect(await answered).toEqual({ txId: 't2', port: 1, frameHex: compact(ANSWER.closed), offset: 0 });
  const third = answer();
  await send({ txId: 't3', port: 1, frameHex: compact(ASK.total), timeoutMs: 1000 });
  expect(await third).toMatchObject({ txId: 't3' });
  const next = answer();
  await send({ txId: 't2', port: 1, frameHex: compact(ASK.relayState), timeoutMs: 1000 });
  await send({ txId: 't4', port: 1, frameHex: compact(ASK.total), timeoutMs: 1000 });
  expect(await next).toMatchObject({ txId: 't4' });
});
