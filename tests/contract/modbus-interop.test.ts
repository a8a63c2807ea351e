import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { ServerTCP } from 'modbus-serial';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readRegister } from '../../src/cli/read.ts';
import { systemClock } from '../../src/kernel/clock.ts';

/** 230.6 V and 0.62 A as a Hiking DDS238 holds them; energies of 23.99 and 47.33 kWh. */
const HELD: Readonly<Record<number, number>> = { 8: 0, 9: 2399, 10: 0, 11: 4733, 12: 2306, 13: 62 };

async function serveForeign(): Promise<string> {
  const server = new ServerTCP({ getHoldingRegister: (address: number) => HELD[address] ?? 0 }, { host: '127.0.0.1', port: 0, unitID: 7 });
  await once(server, 'initialized');
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  // The types leave out the socket server inside, which alone knows the port that it was given.
  const { port } = (server as unknown as { _server: { address(): AddressInfo } })._server.address();
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
