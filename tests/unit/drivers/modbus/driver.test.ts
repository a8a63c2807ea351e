import { describe, expect, test } from 'vitest';
import { encodeRtu, encodeTcp } from '../../../../protocols/modbus/index.ts';
import { loadRegisterMap, registerMapFile } from '../../../../src/config/register-map.ts';
import { ACTIVE_POWER, asRegister } from '../../../../src/core/model/register.ts';
import { shownBy } from '../../../../src/core/ports/meter-gateway.ts';
import type { DriverMeter } from '../../../../src/drivers/driver.ts';
import { createModbusRtuDriver, createModbusTcpDriver } from '../../../../src/drivers/modbus/driver.ts';
import { fromHex, toHex } from '../../../../src/kernel/bytes.ts';
import { instantOf } from '../../../../src/kernel/clock.ts';
import { parseZone } from '../../../../src/kernel/local-time.ts';
import { createBus } from '../../../../src/transports/bus/bus.ts';
import { createManualClock } from '../../../support/manual-clock.ts';
import { createMemoryLine } from '../../transports/memory-line.ts';

const hex = (text: string) => fromHex(text) ?? new Uint8Array(0);
const rtu = (unit: number, pdu: string) => encodeRtu({ unit, pdu: hex(pdu) });
const ENERGY = asRegister('1-0:1.8.0');
const REVERSE = asRegister('1-0:2.8.0');
const VOLTAGE = asRegister('1-0:32.7.0');
const CURRENT = asRegister('1-0:31.7.0');
const BOTH_ENERGIES = [REVERSE, ENERGY];
const NOW = { priority: 'on-demand' } as const;
/** Longer than any window of these exchanges. */
const WINDOW_MS = 700;

function meterOf(address: string, mapName = 'hiking-dds238'): DriverMeter {
  const zone = parseZone('Asia/Shanghai');
  if (zone === undefined) throw new Error('no zone');
  return {
    id: `meter-${address}`,
    address,
    map: loadRegisterMap(registerMapFile(mapName, '.')),
    zone,
    password: undefined,
    operatorCode: '0',
  };
}

function lineWith(create: typeof createModbusRtuDriver) {
  const clock = createManualClock();
  const line = createMemoryLine(clock);
  const bus = createBus({ transport: line.transport, clock });
  const driver = create({ bus, clock });
  const written = () => line.written.map(({ bytes }) => toHex(bytes.subarray(1, -2)));
  return { clock, line, driver, written };
}

const valuesOf = (answer: Awaited<ReturnType<ReturnType<typeof createModbusRtuDriver>['readRegisters']>>) =>
  answer.ok ? answer.value.map((one) => `${one.register} ${shownBy(one) ?? 'missing'}`) : answer.error;

describe('Modbus RTU', () => {
  test('asks for neighbours together and reads each by its row', async () => {
    const { clock, line, driver, written } = lineWith(createModbusRtuDriver);
    line.onWrite = () => line.hear(rtu(1, '0308 0000095F 0000127D'));
    const reading = driver.readRegisters(meterOf('1'), BOTH_ENERGIES, NOW);
    await clock.settle();
    expect(valuesOf(await reading)).toEqual(['1-0:2.8.0 23.99', '1-0:1.8.0 47.33']);
    expect(written()).toEqual(['0300080004']);
  });

  test('never credits a late reply to a newer request, though every byte of it fits', async () => {
    const { clock, line, driver, written } = lineWith(createModbusRtuDriver);
    // The unit is asked for its voltage twice and says nothing; then somebody asks for the current, one register too.
    const voltage = driver.readRegisters(meterOf('1'), [VOLTAGE], NOW);
    await clock.advance(WINDOW_MS);
    await clock.advance(WINDOW_MS);
    expect(await voltage).toMatchObject({ ok: false, error: { code: 'no-reply' } });
    const current = driver.readRegisters(meterOf('1'), [CURRENT], NOW);
    await clock.settle();
    // Before that the unit must answer in another form; the late voltage of 230.0 V is nobody's.
    const proof = written().at(-1);
    expect(proof?.slice(-4)).not.toBe('0001');
    line.hear(rtu(1, '0302 08FC'));
    const registers = Number.parseInt(proof?.slice(-4) ?? '', 16);
    line.onWrite = (bytes) => {
      if (toHex(bytes) === toHex(rtu(1, '03000D0001'))) line.hear(rtu(1, '0302 003E'));
    };
    line.hear(rtu(1, `03${(registers * 2).toString(16).padStart(2, '0')}${'0000'.repeat(registers)}`));
    await clock.advance(WINDOW_MS);
    expect(valuesOf(await current)).toEqual(['1-0:31.7.0 0.62']);
  });

  test('does not take a late exception for a newer request of the same function', async () => {
    const { clock, line, driver } = lineWith(createModbusRtuDriver);
    const voltage = driver.readRegisters(meterOf('1'), [VOLTAGE], NOW);
    await clock.advance(WINDOW_MS * 2);
    await voltage;
    line.onWrite = () => undefined;
    const energy = driver.readRegisters(meterOf('1'), BOTH_ENERGIES, NOW);
    await clock.settle();
    line.hear(rtu(1, '8302'));
    line.hear(rtu(1, '0308 0000095F 0000127D'));
    await clock.advance(WINDOW_MS);
    expect(valuesOf(await energy)).toEqual(['1-0:2.8.0 23.99', '1-0:1.8.0 47.33']);
  });

  test('splits a span that the meter refuses, and remembers', async () => {
    const { clock, line, driver, written } = lineWith(createModbusRtuDriver);
    line.onWrite = (bytes) => {
      const pdu = toHex(bytes.subarray(1, -2));
      if (pdu === '0300080004') line.hear(rtu(1, '8302'));
      if (pdu === '0300080002') line.hear(rtu(1, '0304 0000095F'));
      if (pdu === '03000A0002') line.hear(rtu(1, '0304 0000127D'));
    };
    for (const round of [1, 2]) {
      const reading = driver.readRegisters(meterOf('1'), BOTH_ENERGIES, NOW);
      await clock.advance(100);
      expect(valuesOf(await reading), `round ${round}`).toEqual(['1-0:2.8.0 23.99', '1-0:1.8.0 47.33']);
    }
    expect(written()).toEqual(['0300080004', '0300080002', '03000A0002', '0300080002', '03000A0002']);
  });

  test('sends a relay frame once, by the function of the map, and reads the relay back', async () => {
    const { clock, line, driver, written } = lineWith(createModbusRtuDriver);
    const trip = driver.operateRelay(meterOf('1'), { action: 'trip', expiresAt: instantOf(60_000) }, NOW);
    await clock.advance(WINDOW_MS * 3);
    expect(await trip).toMatchObject({ ok: false, error: { code: 'no-reply', sent: true } });
    expect(written()).toEqual(['10001A0001020000']);
    line.onWrite = () => line.hear(rtu(1, '0302 0000'));
    const relay = driver.readRelay(meterOf('1'), NOW);
    await clock.advance(100);
    expect(await relay).toMatchObject({ ok: true, value: { relay: 'open', keepPower: false, evidence: 'modbus:001A=0000' } });
  });

  test.each(['9004', '9005', '900B'])(
    'does not take exception %s to a relay frame for a no: it may have been obeyed',
    async (exception) => {
      const { clock, line, driver, written } = lineWith(createModbusRtuDriver);
      line.onWrite = () => line.hear(rtu(1, exception));
      const trip = driver.operateRelay(meterOf('1'), { action: 'trip', expiresAt: instantOf(60_000) }, NOW);
      await clock.advance(WINDOW_MS * 3);
      expect(await trip).toMatchObject({ ok: false, error: { code: 'no-reply', sent: true } });
      expect(written()).toEqual(['10001A0001020000']);
    },
  );

  test('takes any other exception to a relay frame for a no', async () => {
    const { clock, line, driver } = lineWith(createModbusRtuDriver);
    line.onWrite = () => line.hear(rtu(1, '9006'));
    const trip = driver.operateRelay(meterOf('1'), { action: 'trip', expiresAt: instantOf(60_000) }, NOW);
    await clock.advance(WINDOW_MS);
    expect(await trip).toMatchObject({ ok: false, error: { code: 'meter-refused', protocolError: 'exception 06: device busy' } });
  });

  test('refuses what the map does not have, without a frame', async () => {
    const { driver, written } = lineWith(createModbusRtuDriver);
    expect(await driver.readRegisters(meterOf('1'), [asRegister('1-0:9.9.9')], NOW)).toMatchObject({
      error: { code: 'unsupported-register', sent: false },
    });
    expect(await driver.readRelay(meterOf('1', 'eastron-sdm630'), NOW)).toMatchObject({
      error: { code: 'unsupported-action', sent: false },
    });
    expect(await driver.operateRelay(meterOf('1'), { action: 'arm', expiresAt: instantOf(60_000) }, NOW)).toMatchObject({
      error: { code: 'unsupported-action', sent: false },
    });
    expect(written()).toEqual([]);
  });

  test('reads what the map has, and keeps missing what it has not', async () => {
    const { clock, line, driver } = lineWith(createModbusRtuDriver);
    line.onWrite = () => line.hear(rtu(1, '0304 00003039'));
    const reading = driver.readRegisters(meterOf('1', 'acrel-dtsd1352'), [ENERGY, ACTIVE_POWER], NOW);
    await clock.settle();
    expect(valuesOf(await reading)).toEqual(['1-0:1.8.0 123.45', '1-0:16.7.0 missing']);
  });

  test('keeps a value missing that the meter marks as none', async () => {
    const { clock, line, driver } = lineWith(createModbusRtuDriver);
    line.onWrite = () => line.hear(rtu(1, '0404 FFC00000'));
    const reading = driver.readRegisters(meterOf('1', 'eastron-sdm630'), [ENERGY], NOW);
    await clock.settle();
    expect(valuesOf(await reading)).toEqual(['1-0:1.8.0 missing']);
  });
});

describe('Modbus TCP', () => {
  test('takes only the reply to its own transaction', async () => {
    const { clock, line, driver } = lineWith(createModbusTcpDriver);
    line.onWrite = (bytes) => {
      const transaction = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
      line.hear(encodeTcp({ transaction: transaction - 1, unit: 1, pdu: hex('0302 08FC') }));
      line.hear(encodeTcp({ transaction, unit: 1, pdu: hex('0302 003E') }));
    };
    const reading = driver.readRegisters(meterOf('1'), [CURRENT], NOW);
    await clock.settle();
    expect(valuesOf(await reading)).toEqual(['1-0:31.7.0 0.62']);
  });
});
