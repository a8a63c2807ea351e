import { describe, expect, test } from 'vitest';
import { encodeReply } from '../../../../protocols/dlt645/index.ts';
import { createDlt645Driver } from '../../../../src/drivers/dlt645/driver.ts';
import type { DriverMeter } from '../../../../src/drivers/driver.ts';
import { fromHex, toHex } from '../../../../src/kernel/bytes.ts';
import { instantOf } from '../../../../src/kernel/clock.ts';
import { parseZone } from '../../../../src/kernel/local-time.ts';
import { createBus } from '../../../../src/transports/bus/bus.ts';
import { createManualClock } from '../../../support/manual-clock.ts';
import { createMemoryLine } from '../../transports/memory-line.ts';

const ADDRESS = '000012345678';
const NOW = { priority: 'on-demand' } as const;
/** Longer than any exchange of these tests, its repetitions included; shorter than a reply may be under way. */
const LONG_MS = 10_000;
const STATUS = '04000503';
const CLOCK_TIME = '04000102';

function world() {
  const zone = parseZone('Asia/Shanghai');
  if (zone === undefined) throw new Error('no zone');
  const meter: DriverMeter = { id: 'meter-1', address: ADDRESS, zone, password: undefined, operatorCode: '00000001' };
  const clock = createManualClock();
  const line = createMemoryLine(clock);
  const driver = createDlt645Driver({ bus: createBus({ transport: line.transport, clock }), clock });
  const asked: string[] = [];
  /** Hears what the meter says when it is asked for a DI. */
  const answers = new Map<string, string>();
  const say = (di: string, hex: string) =>
    line.hear(encodeReply(ADDRESS, { kind: 'read', di, value: fromHex(hex) ?? new Uint8Array(0), more: false }));
  line.onWrite = (bytes) => {
    const di = toHex(
      bytes
        .subarray(14, 18)
        .map((byte) => byte - 0x33)
        .reverse(),
    );
    asked.push(di);
    const answer = answers.get(di);
    if (answer !== undefined) say(di, answer);
  };
  async function readRelay() {
    const reading = driver.readRelay(meter, NOW);
    await clock.advance(LONG_MS);
    const report = await reading;
    return report.ok ? report.value.relay : report.error.code;
  }
  return { clock, line, driver, meter, asked, answers, say, readRelay };
}

test('a reply that is late by more than its window says nothing of the relay to a newer read', async () => {
  const { clock, driver, meter, asked, answers, say, readRelay } = world();
  expect(await readRelay()).toBe('no-reply');
  asked.length = 0;
  const reading = driver.readRelay(meter, NOW);
  await clock.settle();
  // The meter was closed when it was first asked; now its relay is open. First it answers for another DI.
  say(STATUS, '0000');
  await clock.settle();
  answers.set(STATUS, '5000');
  say(CLOCK_TIME, '000012');
  await clock.advance(LONG_MS);
  expect(await reading).toMatchObject({ ok: true, value: { relay: 'open' } });
  expect(asked).toEqual([CLOCK_TIME, STATUS]);
});

test('while the meter answers for nothing else a read of the same DI is not asked', async () => {
  const { asked, answers, readRelay } = world();
  expect(await readRelay()).toBe('no-reply');
  asked.length = 0;
  answers.set(STATUS, '5000');
  expect(await readRelay()).toBe('no-reply');
  expect(asked).not.toContain(STATUS);
});

test('a minute later nothing older can come, and a meter that answers needs no proof', async () => {
  const { clock, asked, answers, readRelay } = world();
  expect(await readRelay()).toBe('no-reply');
  await clock.advance(60_000);
  asked.length = 0;
  answers.set(STATUS, '5000');
  expect(await readRelay()).toBe('open');
  expect(await readRelay()).toBe('open');
  expect(asked).toEqual([STATUS, STATUS]);
});

test('a reply to the second sending of a read says nothing of the relay to a newer read', async () => {
  const { clock, driver, meter, asked, answers, say, readRelay, line } = world();
  const reading = driver.readRelay(meter, NOW);
  while (asked.length < 2) await clock.advance(100);
  // The reply to the first sending comes in the window of the second; the reply to that one is under way.
  say(STATUS, '0000');
  await clock.advance(LONG_MS);
  expect(await reading).toMatchObject({ ok: true, value: { relay: 'closed' } });
  asked.length = 0;
  const readsOnly = line.onWrite;
  line.onWrite = (bytes) => {
    if (asked.length === 0) say(STATUS, '0000');
    readsOnly(bytes);
  };
  answers.set(CLOCK_TIME, '000012').set(STATUS, '5000');
  expect(await readRelay()).toBe('open');
  expect(asked).toEqual([CLOCK_TIME, STATUS]);
});

describe('A refusal that is later than its window', () => {
  /** DC, error 04: wrong password or not authorised. */
  const REFUSED = '6878563412000068DC0137F816';
  const FUNCTION_AT = 12;
  const order = (action: 'trip' | 'close') => ({ action, expiresAt: instantOf(Date.UTC(2026, 10, 24)) });

  function worldOfOrders() {
    const { clock, line, driver, meter, asked, answers, say } = world();
    const armed: DriverMeter = { ...meter, password: '02123456' };
    const readsOnly = line.onWrite;
    line.onWrite = (bytes) => (bytes[FUNCTION_AT] === 0x11 ? readsOnly(bytes) : void asked.push('order'));
    const hear = (hex: string) => line.hear(fromHex(hex) ?? new Uint8Array(0));
    const operate = async (action: 'trip' | 'close') => {
      const operating = driver.operateRelay(armed, order(action), NOW);
      await clock.advance(LONG_MS);
      return operating;
    };
    return { clock, driver, armed, asked, answers, say, hear, operate };
  }

  test('says nothing of a newer order, which waits until the meter has answered for something else', async () => {
    const { clock, driver, armed, asked, say, hear, operate } = worldOfOrders();
    expect(await operate('trip')).toMatchObject({ ok: false, error: { code: 'no-reply', sent: true } });
    const closing = driver.operateRelay(armed, order('close'), NOW);
    await clock.settle();
    hear(REFUSED);
    say(CLOCK_TIME, '000012');
    await clock.settle();
    hear('68785634120000689C008016');
    await clock.advance(LONG_MS);
    expect(await closing).toEqual({ ok: true, value: 'accepted' });
    expect(asked).toEqual(['order', CLOCK_TIME, 'order']);
  });

  test('keeps a newer order from being sent where the meter answers for nothing else', async () => {
    const { asked, operate } = worldOfOrders();
    await operate('trip');
    expect(await operate('close')).toMatchObject({ ok: false, error: { code: 'no-reply', sent: false } });
    expect(asked.filter((one) => one === 'order')).toHaveLength(1);
  });

  test('costs nothing where the relay was read back in between', async () => {
    const { clock, driver, armed, asked, answers, operate } = worldOfOrders();
    await operate('trip');
    answers.set(STATUS, '0000');
    const reading = driver.readRelay(armed, NOW);
    await clock.advance(LONG_MS);
    expect(await reading).toMatchObject({ ok: true, value: { relay: 'closed' } });
    await operate('close');
    expect(asked).toEqual(['order', STATUS, 'order']);
  });
});
