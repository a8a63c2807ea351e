/** Speed, password, clearing and terminal of a meter behind a socket: each frame once, shown by the meter's own count where it keeps one. */
import { describe, expect, test } from 'vitest';
import { type Maintenance, maintain } from '../../src/drivers/dlt645/maintain.ts';
import type { DriverMeter } from '../../src/drivers/driver.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { dlt645Meter, type ServedMeter } from '../support/dlt645-meter.ts';
import { bytesOf, socketMeter } from '../support/socket-meter.ts';

const ask = ({ bus, meter }: Pick<ServedMeter, 'bus' | 'meter'>, wanted: Maintenance, as: DriverMeter = meter) =>
  maintain({ bus, clock: systemClock, meter: as, asking: { priority: 'on-demand' } }, wanted);

const EVERY_EVENT = { kind: 'clear-events', di: 'FFFFFFFF' } as const;

describe('clearing', () => {
  test.each([
    ['19', { kind: 'clear-demand' }],
    ['1A', { kind: 'clear-meter' }],
    ['1B', EVERY_EVENT],
  ] as const)('by function %s is proven by the count that the meter keeps of it', async (control, wanted) => {
    const served = await dlt645Meter();
    expect(await ask(served, wanted)).toEqual({
      ok: true,
      value: { result: 'proven', reason: null, countBefore: '0', countAfter: '1' },
    });
    expect(served.heard(control)).toHaveLength(1);
  });

  test('of the meter leaves no energy in it', async () => {
    const served = await dlt645Meter();
    expect(served.virtual.registers()[0]).toBeGreaterThan(0);
    await ask(served, { kind: 'clear-meter' });
    expect(served.virtual.registers()).toEqual([0, 0, 0, 0, 0]);
  });

  test('with a wrong password is refused, and nothing is cleared', async () => {
    const served = await dlt645Meter();
    const before = served.virtual.registers();
    expect(await ask(served, { kind: 'clear-meter' }, { ...served.meter, password: '02999999' })).toMatchObject({
      ok: true,
      value: { result: 'refused', reason: 'wrong password or not authorised', countAfter: '0' },
    });
    expect(served.virtual.registers()).toEqual(before);
  });

  test('whose answer is lost is proven by the count all the same, and not repeated', async () => {
    // The read of the count is the first frame, the clearing the second.
    const served = await dlt645Meter([{ kind: 'lostReply', skip: 1, limit: 1 }]);
    expect(await ask(served, EVERY_EVENT)).toMatchObject({ ok: true, value: { result: 'proven', reason: 'no answer to it (no-reply)' } });
    expect(served.heard('1B')).toHaveLength(1);
  });

  test.each([
    // DA, error 01: other error.
    ['and says no', '68 78 56 34 12 00 00 68 DA 01 34 F3 16', 'refused (other error), but the meter has counted it'],
    ['and loses the line', 'hang up', 'no answer to it (line-down)'],
  ])('of a meter that obeys %s is proven by the count, and not repeated', async (_, answer, reason) => {
    const readCount = '68 78 56 34 12 00 00 68 11 04 33 34 63 36 F9 16';
    const counts = ['68 78 56 34 12 00 00 68 91 07 33 34 63 36 33 33 33 15 16', '68 78 56 34 12 00 00 68 91 07 33 34 63 36 34 33 33 16 16'];
    let count = 0;
    const asked: string[] = [];
    const served = await socketMeter('000012345678', (frame, socket) => {
      asked.push(frame);
      if (frame === readCount) socket.write(bytesOf(counts[count] ?? ''));
      else {
        count += 1;
        if (answer === 'hang up') socket.destroy();
        else socket.write(bytesOf(answer));
      }
    });
    expect(await ask(served, { kind: 'clear-meter' })).toMatchObject({
      ok: true,
      value: { result: 'proven', reason, countBefore: '0', countAfter: '1' },
    });
    expect(asked).toEqual([readCount, '68 78 56 34 12 00 00 68 1A 08 35 89 67 45 3A 33 33 33 43 16', readCount]);
  });

  test('that the meter has not heard ends unknown', async () => {
    const served = await dlt645Meter([{ kind: 'silence', skip: 1, limit: 1 }]);
    expect(await ask(served, EVERY_EVENT)).toMatchObject({
      ok: true,
      value: { result: 'unknown', reason: 'no answer to it (no-reply)', countBefore: '0', countAfter: '0' },
    });
    expect(served.heard('1B')).toHaveLength(1);
  });
});

test('a new password is told back by the meter, and the old one is good for nothing then', async () => {
  const served = await dlt645Meter();
  expect(await ask(served, { kind: 'change-password', newPassword: '02654321' })).toMatchObject({
    ok: true,
    value: { result: 'accepted' },
  });
  expect(await ask(served, { kind: 'clear-demand' })).toMatchObject({ ok: true, value: { result: 'refused' } });
  const renewed = { ...served.meter, password: '02654321' };
  expect(await ask(served, { kind: 'clear-demand' }, renewed)).toMatchObject({ ok: true, value: { result: 'proven' } });
});

test('a password of a level that the meter has not is refused', async () => {
  expect(await ask(await dlt645Meter(), { kind: 'change-password', newPassword: '05654321' })).toMatchObject({
    ok: true,
    value: { result: 'refused', reason: 'other error' },
  });
});

test.each([
  ['17', { kind: 'change-speed', speed: 9600 }],
  ['1D', { kind: 'multi-function-output', output: 'demand-period' }],
] as const)('function %s is accepted: nothing but the answer can show it', async (control, wanted) => {
  const served = await dlt645Meter();
  expect(await ask(served, wanted)).toMatchObject({ ok: true, value: { result: 'accepted', countBefore: null } });
  expect(served.heard(control)).toHaveLength(1);
});

test('what needs a password is not sent without one', async () => {
  const served = await dlt645Meter();
  expect(await ask(served, { kind: 'clear-meter' }, { ...served.meter, password: undefined })).toMatchObject({
    ok: false,
    error: { sent: false },
  });
  expect(served.heard('1A')).toEqual([]);
});

describe('a new speed', () => {
  const LINE = { baudRate: 2400, parity: 'even', dataBits: 8, stopBits: 1 } as const;
  /** Asks over the meter's bus and notes the speed of each exchange: the line's own where it says none. */
  const speeds = async ({ bus, meter }: ServedMeter) => {
    const used: number[] = [];
    const request: typeof bus.request = (exchange, options) => {
      used.push(exchange.port?.baudRate ?? LINE.baudRate);
      return bus.request(exchange, options);
    };
    const asking = { priority: 'on-demand' } as const;
    const listening = { request, health: () => bus.health(), close: () => bus.close() };
    const report = await maintain(
      { bus: listening, clock: systemClock, meter, asking, linePort: LINE },
      { kind: 'change-speed', speed: 9600 },
    );
    return { used, report };
  };

  test('is proven where the meter says its address at it', async () => {
    const served = await dlt645Meter();
    expect(await speeds(served)).toMatchObject({ used: [2400, 9600], report: { ok: true, value: { result: 'proven', reason: null } } });
    expect(served.heard('17')).toHaveLength(1);
  });

  test('is proven so even where its answer is lost', async () => {
    const served = await dlt645Meter([{ kind: 'lostReply', limit: 1 }]);
    expect((await speeds(served)).report).toMatchObject({ ok: true, value: { result: 'proven', reason: 'no answer to it (no-reply)' } });
    expect(served.heard('17')).toHaveLength(1);
  });

  test('is unknown where the meter is not heard at it', async () => {
    const served = await dlt645Meter([{ kind: 'silence', skip: 1 }]);
    expect((await speeds(served)).report).toMatchObject({
      ok: true,
      value: { result: 'unknown', reason: 'accepted, but it is not heard at 9600 bit/s' },
    });
  });
});
