import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import modbusSerial, { ServerSerial, ServerTCP } from 'modbus-serial';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runModbusSimulation } from '../../simulators/modbus/simulate.ts';
import { readRegister } from '../../src/cli/read.ts';
import { loadRegisterMap, registerMapFile } from '../../src/config/register-map.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { freePort } from '../support/free-port.ts';
import { ptyFor } from '../support/pty.ts';
import { requirePart } from '../support/require-part.ts';

/** 230.6 V and 0.62 A as a Hiking DDS238 holds them; energies of 23.99 and 47.33 kWh. */
const HELD: Readonly<Record<number, number>> = { 8: 0, 9: 2399, 10: 0, 11: 4733, 12: 2306, 13: 62 };

async function serveForeign(): Promise<string> {
  // Asked for port 0, it takes 502, which is root's.
  const port = await freePort();
  const server = new ServerTCP({ getHoldingRegister: (address: number) => HELD[address] ?? 0 }, { host: '127.0.0.1', port, unitID: 7 });
  await once(server, 'initialized');
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return `tcp://127.0.0.1:${port}`;
}

describe('Modbus TCP servers of modbus-serial', () => {
  test('are read by our driver', async () => {
    const options = { link: await serveForeign(), protocol: 'modbus-tcp', address: '7', map: 'hiking-dds238', zone: 'Asia/Shanghai' };
    const voltage = await readRegister({ ...options, register: '1-0:32.7.0' }, systemClock);
    expect(voltage).toMatchObject([{ register: '1-0:32.7.0', value: '230.6', unit: 'V' }]);
    const energy = await readRegister({ ...options, register: '1-0:1.8.0' }, systemClock);
    expect(energy).toMatchObject([{ register: '1-0:1.8.0', value: '47.33', unit: 'kWh' }]);
  });
});

describe('Modbus RTU servers of modbus-serial', () => {
  test('are read by our driver over a serial port', async (context) => {
    const [near, far] = [await ptyFor(context), await ptyFor(context)];
    near.onBytes((bytes) => far.write(bytes));
    far.onBytes((bytes) => near.write(bytes));
    const server = new ServerSerial(
      { getHoldingRegister: (address: number) => HELD[address] ?? 0 },
      { path: far.path, baudRate: 115_200, parity: 'even', unitID: 7 },
    );
    await once(server, 'initialized');
    // Its own close waits for connections that a serial port does not have; the types leave out the port inside.
    const { _serverPath: port } = server as unknown as { _serverPath: { close(done: () => void): void } };
    context.onTestFinished(() => new Promise<void>((resolve) => port.close(() => resolve())));
    const link = `serial:${near.path}?baud=115200&parity=even`;
    const options = { link, protocol: 'modbus-rtu', address: '7', map: 'hiking-dds238', zone: 'Asia/Shanghai' };
    expect(await readRegister({ ...options, register: '1-0:32.7.0' }, systemClock)).toMatchObject([{ value: '230.6', unit: 'V' }]);
    expect(await readRegister({ ...options, register: '1-0:1.8.0' }, systemClock)).toMatchObject([{ value: '47.33', unit: 'kWh' }]);
  });
});

async function simulate(protocol: 'modbus-rtu' | 'modbus-tcp'): Promise<number> {
  const simulation = await runModbusSimulation({
    protocol,
    map: loadRegisterMap(registerMapFile('hiking-dds238', '.')),
    listen: 'tcp://127.0.0.1:0',
    meters: 3,
    seed: 1,
    loadFactor: 0,
    clock: systemClock,
  });
  onTestFinished(() => simulation.close());
  return Number(simulation.listening.split(':').at(-1));
}

describe('Our simulated Modbus meters', () => {
  test('are read and switched by the client of modbus-serial, over TCP', async () => {
    const client = new modbusSerial.default();
    await client.connectTCP('127.0.0.1', { port: await simulate('modbus-tcp') });
    onTestFinished(() => client.close(() => undefined));
    client.setID(2);
    const [decivolts = 0] = (await client.readHoldingRegisters(0x0c, 1)).data;
    expect(decivolts).toBeGreaterThan(2100);
    expect((await client.readHoldingRegisters(0x1a, 1)).data).toEqual([1]);
    await client.writeRegisters(0x1a, [0]);
    expect((await client.readHoldingRegisters(0x1a, 1)).data).toEqual([0]);
    await expect(client.writeRegister(0x1a, 1)).rejects.toThrow(/Illegal function/);
    await expect(client.readHoldingRegisters(0x100, 1)).rejects.toThrow(/Illegal data address/);
  });

  test('are read by the client of modbus-serial, over RTU on TCP', async () => {
    const client = new modbusSerial.default();
    // What it calls Telnet is a plain socket with RTU frames; its "RTU buffered" TCP carries MBAP.
    await client.connectTelnet('127.0.0.1', { port: await simulate('modbus-rtu') });
    onTestFinished(() => client.close(() => undefined));
    client.setTimeout(2000);
    client.setID(3);
    expect((await client.readHoldingRegisters(0x1a, 1)).data).toEqual([1]);
  });

  test('are read by mbpoll', async (context) => {
    const mbpoll = requirePart('mbpoll', context);
    const port = await simulate('modbus-tcp');
    const { stdout } = await promisify(execFile)(mbpoll, [
      '-m',
      'tcp',
      '-p',
      String(port),
      '-a',
      '1',
      '-0',
      '-r',
      '26',
      '-c',
      '1',
      '-1',
      '127.0.0.1',
    ]);
    expect(stdout).toMatch(/\[26\]:\s+1\b/);
  });
});
