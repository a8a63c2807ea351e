import { describe, expect, type TestContext, test } from 'vitest';
import { createRtuRequestFramer, encodeRtu } from '../../protocols/modbus/index.ts';
import { loadRegisterMap, registerMapFile } from '../../src/config/register-map.ts';
import { asRegister } from '../../src/core/model/register.ts';
import type { DriverMeter } from '../../src/drivers/driver.ts';
import { createModbusRtuDriver } from '../../src/drivers/modbus/driver.ts';
import { plusMs, systemClock } from '../../src/kernel/clock.ts';
import type { CreateFramer } from '../../src/kernel/framer.ts';
import { parseZone } from '../../src/kernel/local-time.ts';
import { createBus } from '../../src/transports/bus/bus.ts';
import type { Exchange } from '../../src/transports/bus/exchange.ts';
import type { Transport } from '../../src/transports/transport.ts';
import { meterNumber, readExchange, readReply, readRequest, relayExchange } from '../unit/transports/dlt645-line.ts';
import { type OpenFarEnd, openDialIn, openEmbedded, openMosquitto, openSerial, openTcp } from './transports-far-ends.ts';

const A = meterNumber(1);
const B = meterNumber(2);
const STATUS_DI = '04000503';
const VOLTAGE = '1-0:32.7.0';
const CURRENT = '1-0:31.7.0';
const UNIT: DriverMeter = {
  id: 'unit-1',
  address: '1',
  map: loadRegisterMap(registerMapFile('hiking-dds238', '.')),
  zone: parseZone('Asia/Shanghai') ?? expect.unreachable('this Node knows no Asia/Shanghai'),
  password: undefined,
  operatorCode: '00000000',
};
const rtuReply = (data: Uint8Array) => encodeRtu({ unit: 1, pdu: Uint8Array.of(3, data.length, ...data) });

const LINES: readonly (readonly [string, OpenFarEnd])[] = [
  ['TCP', openTcp],
  ['TCP from a DTU that dials in', openDialIn],
  ['a serial port', openSerial],
  ['MQTT through the embedded broker', openEmbedded],
  ['MQTT 3.1.1 through mosquitto', openMosquitto('3.1.1')],
  ['MQTT 5 through mosquitto', openMosquitto(5)],
];

/** Resolves when the transport is, or comes to be, in this state. */
function becomes(transport: Transport, wanted: 'up' | 'down'): Promise<void> {
  if (transport.state().state === wanted) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = transport.listen({
      data: () => undefined,
      [wanted]: () => {
        stop();
        resolve();
      },
    });
  });
}

async function lineFor(open: OpenFarEnd, context: TestContext, createFramer?: CreateFramer) {
  const far = await open(context, createFramer);
  const bus = createBus({ transport: far.transport, clock: systemClock, settings: { replyDelayMs: 120, repeats: 0 } });
  context.onTestFinished(() => bus.close());
  far.transport.open();
  await becomes(far.transport, 'up');
  return { far, bus, ask: (exchange: Exchange) => bus.request(exchange, { priority: 'on-demand' }) };
}

describe.each(LINES)('A line over %s', (_name, open) => {
  test('carries an exchange', async (context) => {
    const { far, ask } = await lineFor(open, context);
    const reading = ask(readExchange(A));
    await far.hears(1);
    await far.answer(0, readReply(A));
    expect(await reading).toMatchObject({ ok: true, value: { bytes: readReply(A).slice(4) } });
  });

  test('joins a reply that comes in pieces', async (context) => {
    const { far, ask } = await lineFor(open, context);
    const reading = ask(readExchange(A));
    await far.hears(1);
    await far.answer(0, readReply(A).slice(0, 9), readReply(A).slice(9, 10), readReply(A).slice(10));
    expect((await reading).ok).toBe(true);
  });

  test('parts what comes glued together: echo, garbage, another meter, the reply', async (context) => {
    const { far, bus, ask } = await lineFor(open, context);
    const reading = ask(readExchange(A));
    await far.hears(1);
    await far.answer(0, Uint8Array.of(...readRequest(A), 0x00, 0x68, 0x13, ...readReply(B), ...readReply(A)));
    expect((await reading).ok).toBe(true);
    expect(bus.health().counters).toMatchObject({ framesAccepted: 1, framesRefused: 2, noiseBytes: 3 });
  });

  test('tells silence from garbage', async (context) => {
    const { far, ask } = await lineFor(open, context);
    expect(await ask(readExchange(A))).toEqual({ ok: false, error: { code: 'no-reply', sent: true } });
    const corrupt = readReply(A);
    corrupt[20] = 0x77;
    const garbled = ask(readExchange(A));
    await far.hears(2);
    await far.answer(1, corrupt);
    expect(await garbled).toEqual({ ok: false, error: { code: 'garbled', sent: true } });
  });

  test('credits a late reply to nobody', async (context) => {
    const { far, bus, ask } = await lineFor(open, context);
    expect((await ask(readExchange(A))).ok).toBe(false);
    const fromB = ask(readExchange(B));
    await far.hears(2);
    await far.answer(0, readReply(A));
    await far.answer(1, readReply(B));
    expect(await fromB).toMatchObject({ ok: true, value: { bytes: readReply(B).slice(4) } });
    expect(bus.health().counters).toMatchObject({ lateReplies: 1, framesAccepted: 1 });
  });

  test('credits a late reply to no newer request of the same meter', async (context) => {
    const { far, bus, ask } = await lineFor(open, context);
    expect((await ask(readExchange(A))).ok).toBe(false);
    const status = ask(readExchange(A, { di: STATUS_DI }));
    await far.hears(2);
    await far.answer(0, readReply(A));
    await far.answer(1, readReply(A, STATUS_DI));
    expect(await status).toMatchObject({ ok: true, value: { bytes: readReply(A, STATUS_DI).slice(4) } });
    expect(bus.health().counters).toMatchObject({ lateReplies: 1, framesAccepted: 1 });
  });

  test('credits a late Modbus RTU reply to no newer request, though every byte of it fits', async (context) => {
    const { far, bus } = await lineFor(open, context, createRtuRequestFramer);
    const driver = createModbusRtuDriver({ bus, clock: systemClock });
    const read = (register: string) => driver.readRegisters(UNIT, [asRegister(register)], { priority: 'on-demand' });
    expect(await read(VOLTAGE)).toMatchObject({ ok: false, error: { code: 'no-reply' } });
    const before = far.heard.length;
    const current = read(CURRENT);
    await far.hears(before + 1);
    // The voltage of 230.0 V comes now, two bytes as the current would be; the unit has been asked for something of another length.
    const asked = far.heard[before]?.[5] ?? 0;
    expect(asked).toBeGreaterThan(1);
    await far.answer(0, rtuReply(Uint8Array.of(0x08, 0xfc)));
    await far.answer(before, rtuReply(new Uint8Array(asked * 2)));
    await far.hears(before + 2);
    await far.answer(before + 1, rtuReply(Uint8Array.of(0x00, 0x3e)));
    expect(await current).toMatchObject({ ok: true, value: [{ register: CURRENT, value: { unscaled: 62n, scale: 2 } }] });
  });

  test('ends a relay frame as sent when it breaks in the middle, never sends it again, and carries what waited when it returns', async (context) => {
    const { far, bus, ask } = await lineFor(open, context);
    const trip = ask(relayExchange(A));
    const waiting = bus.request(readExchange(B), { priority: 'scheduled', deadline: plusMs(systemClock.now(), 60_000) });
    await far.hears(1);
    await far.cut();
    expect(await trip).toEqual({ ok: false, error: { code: 'line-down', sent: true } });
    await becomes(far.transport, 'down');
    await far.mend();
    await far.hears(2);
    await far.answer(1, readReply(B));
    expect((await waiting).ok).toBe(true);
    expect(far.heard).toHaveLength(2);
  });

  test('says when it is closed, and why', async (context) => {
    const { far, ask } = await lineFor(open, context);
    await far.transport.close();
    expect(far.transport.state()).toMatchObject({ state: 'down', reason: 'closed' });
    expect(await ask(readExchange(A))).toEqual({ ok: false, error: { code: 'line-down', sent: false } });
  });
});

describe('A serial port', () => {
  test('changes speed and parity between exchanges', async (context) => {
    const { far, ask } = await lineFor(openSerial, context);
    const others = [
      { baudRate: 9600, dataBits: 8, parity: 'even', stopBits: 1 },
      { baudRate: 9600, dataBits: 8, parity: 'none', stopBits: 1 },
      undefined,
    ] as const;
    for (const [request, port] of others.entries()) {
      const reading = ask(readExchange(A, port === undefined ? {} : { port }));
      await far.hears(request + 1);
      await far.answer(request, readReply(A));
      expect((await reading).ok).toBe(true);
    }
    expect(far.transport.state().state).toBe('up');
  });
});

async function mqttLine(context: TestContext) {
  const far = await openEmbedded(context);
  return { ...(await lineFor(async () => far, context)), far };
}

/** Behind wake-up bytes and header the data item begins: 33 33, two bytes of a value that are the same. */
const TWINS_AT = 14;

describe('MQTT', () => {
  test('drops what a concentrator delivers again, whole or cut otherwise, in whatever order', async (context) => {
    const { far, bus, ask } = await mqttLine(context);
    const reply = readReply(A);
    const part = (from: number, to?: number) => [from, reply.slice(from, to)] as const;
    const first = ask(readExchange(A));
    await far.hears(1);
    await far.answerAt(0, part(9), part(0, 4), part(0, 4), part(2, 12), part(0));
    expect((await first).ok).toBe(true);
    const second = ask(readExchange(A));
    await far.hears(2);
    await far.answerAt(0, part(0), part(9));
    await far.answerAt(1, part(0));
    expect((await second).ok).toBe(true);
    expect(bus.health().counters).toMatchObject({ framesAccepted: 2, framesRefused: 0, lateReplies: 0 });
  });

  test.for([
    ['counts bytes', true],
    ['counts nothing', false],
  ] as const)('takes two equal chunks for two where the concentrator %s', async ([, counts], context) => {
    const { far, bus, ask } = await mqttLine(context);
    const reading = ask(readExchange(A));
    await far.hears(1);
    const cuts = [0, TWINS_AT, TWINS_AT + 1, TWINS_AT + 2, undefined];
    const chunks = cuts.slice(0, -1).map((from, index) => [from ?? 0, readReply(A).slice(from, cuts[index + 1])] as const);
    expect(chunks[1]?.[1]).toEqual(chunks[2]?.[1]);
    if (counts) await far.answerAt(0, ...chunks);
    else await far.answer(0, ...chunks.map(([, bytes]) => bytes));
    expect((await reading).ok).toBe(true);
    expect(bus.health().counters).toMatchObject({ framesAccepted: 1, noiseBytes: 0 });
  });
});
