import { describe, expect, test } from 'vitest';
import { zoneNamed } from '../../../simulators/meter/dial.ts';
import { asRegister, ENERGY_TOTAL } from '../../../src/core/model/register.ts';
import { createDlt645Driver } from '../../../src/drivers/dlt645/driver.ts';
import { type BindingAlarm, createLineBinding, type Proof } from '../../../src/drivers/line-binding.ts';
import { createMeterGateway } from '../../../src/drivers/meter-gateway.ts';
import { plusMs } from '../../../src/kernel/clock.ts';
import { asId, type MeterId } from '../../../src/kernel/ids.ts';
import { createBus } from '../../../src/transports/bus/bus.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { metersOnOneLine } from '../../support/meters-on-one-line.ts';
import { START } from '../simulators/line-in-memory.ts';
import { createMemoryLine } from '../transports/memory-line.ts';

const FIRST = '000012345678';
const SECOND = '000012345679';
const LONG_MS = 10_000;
const RELAY = 0x1c;
const ON_DEMAND = { priority: 'on-demand' } as const;
const OWN_ADDRESS = asRegister('dlt645:04000401');

function world(expected = (address: string): Proof => ({ register: OWN_ADDRESS, expected: address })) {
  const clock = createManualClock(START);
  const line = createMemoryLine(clock);
  const bus = createBus({ transport: line.transport, clock });
  const alarms: BindingAlarm[] = [];
  const refused: string[] = [];
  const binding = createLineBinding({
    transport: line.transport,
    onAlarm: (alarm) => void alarms.push(alarm),
    refuse(reason) {
      refused.push(reason);
      line.goDown(reason);
    },
  });
  const driver = createDlt645Driver({ bus, clock });
  const connected = (address: string) => ({
    driver,
    meter: { id: address, address, zone: zoneNamed('Asia/Shanghai'), password: '02123456', operatorCode: '00000001' },
    binding: { line: binding, proof: expected(address) },
  });
  const gateway = createMeterGateway(new Map([FIRST, SECOND].map((address) => [asId<MeterId>(address), connected(address)])));
  const end = metersOnOneLine({ clock, of2007: [FIRST, SECOND] }).connect((bytes) => line.hear(bytes));
  const answering = (bytes: Uint8Array) => end.hear(bytes);
  line.onWrite = answering;
  const read = async (address: string) => {
    const reading = gateway.readRegisters(asId(address), [ENERGY_TOTAL], ON_DEMAND);
    await clock.advance(LONG_MS);
    return reading;
  };
  /** What has been written to one meter, as control bytes and DI, lowest byte first. */
  const asked = (address: string) =>
    line.written
      .map(({ bytes }) => Buffer.from(bytes.subarray(4)))
      .filter((frame) => Buffer.from(frame.subarray(1, 7)).reverse().toString('hex') === address)
      .map((frame) => `${frame[8]?.toString(16)} ${Buffer.from(frame.subarray(10, 14).map((byte) => byte - 0x33)).toString('hex')}`);
  return { clock, line, gateway, binding, alarms, refused, answering, read, asked };
}

describe('Meters behind a DTU', () => {
  test('are asked for their number once in a registration, each before its first use', async () => {
    const { read, asked, binding } = world();
    expect(binding.state()).toBe('unverified');
    for (const address of [FIRST, FIRST, SECOND])
      expect(await read(address)).toMatchObject({ ok: true, value: [{ value: { unscaled: 1_000n, scale: 2 } }] });
    expect(asked(FIRST)).toEqual(['11 01040004', '11 00000100', '11 00000100']);
    expect(asked(SECOND)).toEqual(['11 01040004', '11 00000100']);
    expect(binding.state()).toBe('verified');
  });

  test('are asked anew after each registration', async () => {
    const { read, asked, binding, line } = world();
    await read(FIRST);
    line.goDown();
    expect(binding.state()).toBe('unverified');
    expect(await read(FIRST)).toEqual({ ok: false, error: { code: 'line-down', sent: false } });
    line.goUp();
    await read(FIRST);
    expect(asked(FIRST)).toEqual(['11 01040004', '11 00000100', '11 01040004', '11 00000100']);
  });

  test('take no command when they say nothing, and the answer says that none was sent', async () => {
    const { clock, line, gateway, alarms, binding } = world();
    line.onWrite = () => undefined;
    const order = { action: 'trip', expiresAt: plusMs(clock.now(), 60_000) } as const;
    const ordered = gateway.operateRelay(asId(FIRST), order, { priority: 'trip' });
    await clock.advance(LONG_MS);
    expect(await ordered).toMatchObject({ ok: false, error: { code: 'no-reply', sent: false } });
    expect(line.written.some(({ bytes }) => bytes[12] === RELAY)).toBe(false);
    expect(alarms).toEqual([{ kind: 'binding-unproven', meter: FIRST, detail: 'no-reply' }]);
    expect(binding.state()).toBe('unverified');
  });

  test('of which one says another number lose the connection, and nothing more is asked', async () => {
    const { read, asked, alarms, refused, binding } = world((address) => ({
      register: OWN_ADDRESS,
      expected: address === FIRST ? '000000000001' : address,
    }));
    const detail = `dlt645:04000401 says ${FIRST}, expected 000000000001`;
    expect(await read(FIRST)).toEqual({ ok: false, error: { code: 'line-unverified', sent: false, protocolError: detail } });
    expect(alarms).toEqual([{ kind: 'binding-refused', meter: FIRST, detail }]);
    expect(refused).toEqual([`meter ${FIRST}: ${detail}`]);
    expect(binding.state()).toBe('refused');
    expect(await read(SECOND)).toMatchObject({ ok: false, error: { code: 'line-down', sent: false } });
    expect([asked(FIRST), asked(SECOND)]).toEqual([['11 01040004'], []]);
  });

  test('that cannot say a number are used when they answer at all', async () => {
    const { read, asked } = world(() => ({ register: ENERGY_TOTAL, expected: undefined }));
    await read(FIRST);
    expect(asked(FIRST)).toEqual(['11 00000100', '11 00000100']);
  });
});

test('A command that waits when the DTU is lost never leaves to whoever dials in next', async () => {
  const { clock, line, gateway, read, answering } = world();
  await read(FIRST);
  await read(SECOND);
  // The line is busy with a read that nobody answers; the command waits behind it, with time to spare.
  line.onWrite = () => undefined;
  const reading = gateway.readRegisters(asId(SECOND), [ENERGY_TOTAL], ON_DEMAND);
  await clock.settle();
  const expiresAt = plusMs(clock.now(), 600_000);
  const ordered = gateway.operateRelay(asId(FIRST), { action: 'close', expiresAt }, { priority: 'restore', deadline: expiresAt });
  await clock.settle();
  line.goDown();
  line.onWrite = answering;
  line.goUp();
  await clock.advance(LONG_MS);
  expect(await ordered).toEqual({ ok: false, error: { code: 'cancelled', sent: false } });
  expect(await reading).toMatchObject({ ok: false });
  expect(line.written.some(({ bytes }) => bytes[12] === RELAY)).toBe(false);
});
