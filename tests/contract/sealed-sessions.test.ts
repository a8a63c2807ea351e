/** A meter behind a socket that loses a session before its order, as it says in words of two bytes that the simulator doesn't speak. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  createDlt645Framer,
  decodeFrame,
  decodeRequest,
  encodeReply,
  FUNCTION,
  type Reply,
  type Request,
  SECURITY_DI,
  writeAuthenticationAnswer,
  writePurseStatus,
} from '../../protocols/dlt645/index.ts';
import { openLink } from '../../src/cli/link.ts';
import { createDlt645Driver } from '../../src/drivers/dlt645/driver.ts';
import type { DriverMeter } from '../../src/drivers/driver.ts';
import { toHex } from '../../src/kernel/bytes.ts';
import { plusMs, systemClock } from '../../src/kernel/clock.ts';
import { parseZone } from '../../src/kernel/local-time.ts';
import { yuan } from '../support/core-facts.ts';
import { NOW, signer } from '../support/state-grid-meter.ts';

const ADDRESS = '000012345678';
const EXPIRED = 0x0008;
const WRONG_MAC = 0x0002;
const NOTHING = new Uint8Array(0);

type Order = Extract<Request, { kind: 'security' | 'sealed-relay' }>;

/** Begins a session with whoever asks, and answers orders in turn from the list. */
const meterThatAnswers = (...answers: readonly Reply[]) => meterThatBegins(NOTHING, answers);

/** @param added what the meter adds to its answer to the authentication */
async function meterThatBegins(added: Uint8Array, answers: readonly Reply[]) {
  const orders: Order[] = [];
  let sessions = 0;
  const replyTo = (request: Request): Reply | undefined => {
    if (request.kind !== 'security' && request.kind !== 'sealed-relay') return undefined;
    if (request.kind === 'security' && request.di === SECURITY_DI.authenticate) {
      sessions += 1;
      const body = writeAuthenticationAnswer({ random: Uint8Array.of(0, 0, 0, sessions), serial: new Uint8Array(8) });
      return { kind: 'security', di: request.di, body: Uint8Array.of(...body, ...added) };
    }
    orders.push(request);
    return answers[orders.length - 1];
  };
  const server = createServer((socket) => {
    const framer = createDlt645Framer();
    socket.on('data', (chunk) => {
      for (const event of framer.push(chunk)) {
        const frame = event.kind === 'frame' ? decodeFrame(event.bytes) : undefined;
        const request = frame?.ok === true ? decodeRequest(frame.value) : undefined;
        const reply = request?.ok === true ? replyTo(request.value) : undefined;
        if (reply !== undefined) socket.write(encodeReply(ADDRESS, reply));
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const link = await openLink(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, systemClock);
  onTestFinished(async () => {
    await link.close();
    server.close();
  });
  const driver = createDlt645Driver({ bus: link.bus, clock: systemClock });
  const zone = parseZone('Asia/Shanghai');
  if (zone === undefined) throw new TypeError('this runtime does not know Asia/Shanghai');
  const seal = { signer, simulatedLine: true };
  const meter: DriverMeter = { id: 'm1', address: ADDRESS, zone, password: undefined, seal, operatorCode: '00000007' };
  return {
    orders,
    sessions: () => sessions,
    close: () => driver.operateRelay(meter, { action: 'close', expiresAt: plusMs(systemClock.now(), 60_000) }, NOW),
    readPurse: () => driver.purse?.read(meter, NOW),
    recharge: () => driver.purse?.fill(meter, { kind: 'recharge', amount: yuan('50'), count: 4, customer: '000000004711' }, NOW),
  };
}

const relay = (error: number, errorBytes: number): Reply => ({ kind: 'refused', function: FUNCTION.relay, error, errorBytes });
const security = (error: number): Reply => ({ kind: 'refused', function: FUNCTION.authenticate, error, errorBytes: 2 });
const sealOf = (order: Order | undefined): string =>
  order?.kind === 'sealed-relay' ? toHex(order.mac) : toHex(order?.body ?? new Uint8Array(0));

test('A session that a meter begins with bytes of its own behind the answer carries the order', async () => {
  const { close, orders } = await meterThatBegins(Uint8Array.of(0xaa, 0xaa), [
    { kind: 'accepted', function: FUNCTION.relay, data: NOTHING },
  ]);
  expect(await close()).toEqual({ ok: true, value: 'accepted' });
  expect(orders).toHaveLength(1);
});

describe('A session that a meter has lost before its order', () => {
  test('is begun anew, once, and the restore sealed anew; its acceptance may say what was done', async () => {
    const executed: Reply = { kind: 'accepted', function: FUNCTION.relay, data: Uint8Array.of(0x01, 0x00) };
    const { close, orders, sessions } = await meterThatAnswers(relay(EXPIRED, 2), executed);
    expect(await close()).toEqual({ ok: true, value: 'accepted' });
    expect([sessions(), orders.length]).toEqual([2, 2]);
    expect(sealOf(orders[0])).not.toBe(sealOf(orders[1]));
  });

  test('is not begun a third time', async () => {
    const { close, orders } = await meterThatAnswers(relay(EXPIRED, 2), relay(EXPIRED, 2));
    expect(await close()).toMatchObject({
      ok: false,
      error: { code: 'meter-refused', sent: true, protocolError: 'identity authentication has expired' },
    });
    expect(orders).toHaveLength(2);
  });

  test.each([
    { said: 'a wrong MAC', answer: relay(WRONG_MAC, 2), protocolError: 'wrong MAC' },
    {
      said: 'a wrong MAC beside it',
      answer: relay(WRONG_MAC | EXPIRED, 2),
      protocolError: 'wrong MAC, identity authentication has expired',
    },
    { said: 'no more than one byte', answer: relay(0x04, 1), protocolError: 'wrong password or not authorised' },
  ])('is not what a meter means that says $said: nothing follows', async ({ answer, protocolError }) => {
    const { close, orders } = await meterThatAnswers(answer);
    expect(await close()).toMatchObject({ ok: false, error: { code: 'meter-refused', protocolError } });
    expect(orders).toHaveLength(1);
  });

  test('is begun anew for a purse as well, with another seal', async () => {
    const taken: Reply = { kind: 'security', di: SECURITY_DI.recharge, body: new Uint8Array(0) };
    const { recharge, orders } = await meterThatAnswers(security(EXPIRED), taken);
    expect(await recharge()).toEqual({ ok: true, value: 'accepted' });
    expect(sealOf(orders[0])).not.toBe(sealOf(orders[1]));
    const status = { amountFen: 123n, count: 3, customer: '000000004711', keyState: new Uint8Array(4) };
    const shown: Reply = { kind: 'security', di: SECURITY_DI.status, body: writePurseStatus(status) };
    const other = await meterThatAnswers(security(EXPIRED), shown);
    expect(await other.readPurse()).toMatchObject({ ok: true, value: { balance: yuan('1.23'), count: 3 } });
  });

  test('is no reason to write a purse again after a seal that was refused', async () => {
    const { recharge, orders } = await meterThatAnswers(security(0x0004));
    expect(await recharge()).toMatchObject({ ok: false, error: { code: 'meter-refused', protocolError: 'ESAM verification failed' } });
    expect(orders).toHaveLength(1);
  });
});
