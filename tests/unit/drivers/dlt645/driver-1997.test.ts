import { describe, expect, test } from 'vitest';
import { encodeFrame, encodeReply1997, type Reply1997 } from '../../../../protocols/dlt645/index.ts';
import { asRegister } from '../../../../src/core/model/register.ts';
import { shownBy } from '../../../../src/core/ports/meter-gateway.ts';
import { createDlt6451997Driver } from '../../../../src/drivers/dlt645/driver-1997.ts';
import type { DriverMeter } from '../../../../src/drivers/driver.ts';
import { fromHex, toHex } from '../../../../src/kernel/bytes.ts';
import { instantOf } from '../../../../src/kernel/clock.ts';
import { parseZone } from '../../../../src/kernel/local-time.ts';
import { createBus } from '../../../../src/transports/bus/bus.ts';
import { createManualClock } from '../../../support/manual-clock.ts';
import { createMemoryLine } from '../../transports/memory-line.ts';

const ADDRESS = '000012345678';
const NOW = { priority: 'on-demand' } as const;
/** Longer than any exchange of these tests, its repetitions included. */
const LONG_MS = 10_000;
const TARIFFS = ['1-0:1.8.1', '1-0:1.8.2'].map(asRegister);
const BLOCK = [asRegister('dlt645:901F')];

/** The control bytes and DIs that a meter is asked, in hex with the offset removed, lowest byte first as on the line. */
const READ_BLOCK = '01 1F90';
const NEXT_BLOCK = '02 1F90';

const bytesOf = (hex: string) => fromHex(hex.replaceAll(' ', '')) ?? new Uint8Array(0);
const data = (kind: 'read' | 'read-next', di: string, hex: string, more = false): Reply1997 => ({ kind, di, value: bytesOf(hex), more });

function meterOf(more: Partial<DriverMeter> = {}): DriverMeter {
  const zone = parseZone('Asia/Shanghai');
  if (zone === undefined) throw new Error('no zone');
  return { id: 'meter-1', address: ADDRESS, zone, password: '02123456', operatorCode: '00000001', ...more };
}

/** A line on which a meter has an answer for some requests and says nothing to others. */
function lineWith(answers: Readonly<Record<string, Reply1997>>) {
  const clock = createManualClock();
  const line = createMemoryLine(clock);
  const bus = createBus({ transport: line.transport, clock });
  const driver = createDlt6451997Driver({ bus, clock });
  const asked: string[] = [];
  line.onWrite = (bytes) => {
    const question = `${toHex(bytes.subarray(12, 13))} ${toHex(bytes.subarray(14, -2).map((byte) => byte - 0x33))}`;
    asked.push(question);
    const reply = answers[question];
    if (reply !== undefined) line.hear(encodeReply1997(ADDRESS, reply));
  };
  return { clock, line, driver, asked };
}

async function read(world: ReturnType<typeof lineWith>, registers: readonly ReturnType<typeof asRegister>[], meter = meterOf()) {
  const reading = world.driver.readRegisters(meter, registers, NOW);
  await world.clock.advance(LONG_MS);
  const answer = await reading;
  return answer.ok ? answer.value.map((one) => `${one.register} ${shownBy(one) ?? 'missing'} ${one.unit}`) : answer.error;
}

describe('A 1997 meter', () => {
  test('gives its tariffs as one block, and what it appends to it is no tariff', async () => {
    const world = lineWith({ [READ_BLOCK]: data('read', '901F', '03000000 01000000 02000000 AA') });
    expect(await read(world, TARIFFS)).toEqual(['1-0:1.8.1 0.01 kWh', '1-0:1.8.2 0.02 kWh']);
    expect(world.asked).toEqual([READ_BLOCK]);
  });

  test('gives in a second frame what did not fit into the first', async () => {
    const world = lineWith({
      [READ_BLOCK]: data('read', '901F', '03000000 0100', true),
      [NEXT_BLOCK]: data('read-next', '901F', '0000 02000000'),
    });
    expect(await read(world, BLOCK)).toEqual(['1-0:1.8.0 0.03 kWh', '1-0:1.8.1 0.01 kWh', '1-0:1.8.2 0.02 kWh']);
    expect(world.asked).toEqual([READ_BLOCK, NEXT_BLOCK]);
  });

  test('is asked once for what follows, since it would go on to the next frame; then for each register by itself', async () => {
    const world = lineWith({
      [READ_BLOCK]: data('read', '901F', '03000000', true),
      '01 1190': data('read', '9011', '01000000'),
      '01 1290': data('read', '9012', '02000000'),
    });
    for (const round of [1, 2]) {
      expect(await read(world, TARIFFS), `round ${round}`).toEqual(['1-0:1.8.1 0.01 kWh', '1-0:1.8.2 0.02 kWh']);
    }
    expect(world.asked).toEqual([READ_BLOCK, NEXT_BLOCK, '01 1190', '01 1290', '01 1190', '01 1290']);
    expect(await read(world, BLOCK)).toMatchObject({ code: 'bad-value', protocolError: expect.stringContaining('one by one') });
    expect(world.asked.at(-1)).toBe(READ_BLOCK);
  });

  test('is not believed where another read came between the parts of a block', async () => {
    const world = lineWith({
      [READ_BLOCK]: data('read', '901F', '03000000', true),
      [NEXT_BLOCK]: data('read-next', '901F', '01000000'),
      '01 2090': data('read', '9020', '00000000'),
    });
    const block = world.driver.readRegisters(meterOf(), BLOCK, NOW);
    const other = world.driver.readRegisters(meterOf(), [asRegister('1-0:2.8.0')], NOW);
    await world.clock.advance(LONG_MS);
    expect(await block).toMatchObject({ ok: false, error: { code: 'bad-value' } });
    expect(await other).toMatchObject({ ok: true, value: [{ value: { unscaled: 0n, scale: 2 } }] });
    expect(world.asked).not.toContain(NEXT_BLOCK);
  });

  test('is not heard through a frame of 2007, of another DI or of another meter', async () => {
    const world = lineWith({});
    world.line.onWrite = () =>
      world.line.hear(
        encodeFrame({ address: ADDRESS, control: 0x91, data: bytesOf('00000100 03000000') }),
        encodeReply1997(ADDRESS, data('read', '9020', '03000000')),
        encodeReply1997('000012345679', data('read', '9010', '03000000')),
      );
    expect(await read(world, [asRegister('1-0:1.8.0')])).toMatchObject({ code: expect.stringMatching(/no-reply|garbled/) });
  });

  test('says in the words of its year why it refuses', async () => {
    const refused = lineWith({ '01 1090': { kind: 'refused', function: 0x01, error: 0x02 } });
    expect(await read(refused, [asRegister('1-0:1.8.0')])).toEqual({
      code: 'meter-refused',
      sent: true,
      protocolError: 'wrong data identifier',
    });
  });

  test('has whole volts, or a decimal where it is known to have one', async () => {
    const answers = { '01 11B6': data('read', 'B611', '2022') };
    expect(await read(lineWith(answers), [asRegister('1-0:32.7.0')])).toEqual(['1-0:32.7.0 2220 V']);
    const decivolts = meterOf({ voltageDecimals: 1 });
    expect(await read(lineWith(answers), [asRegister('1-0:32.7.0')], decivolts)).toEqual(['1-0:32.7.0 222.0 V']);
  });

  test('has no relay that anybody could move: the answer says so and no frame is sent', async () => {
    const { driver, asked } = lineWith({});
    const refusal = { code: 'unsupported-action', sent: false, protocolError: expect.stringContaining('no relay command') };
    expect(await driver.readRelay(meterOf(), NOW)).toEqual({ ok: false, error: refusal });
    for (const action of ['trip', 'close', 'arm'] as const)
      expect(await driver.operateRelay(meterOf(), { action, expiresAt: instantOf(60_000) }, NOW)).toEqual({ ok: false, error: refusal });
    expect(asked).toEqual([]);
  });
});
