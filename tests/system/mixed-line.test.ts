/** Meters of DL/T 645-2007 and of Modbus RTU behind one converter, polled by one gateway. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { NO_FAULTS } from '../../simulators/faults/faults.ts';
import { SPOKEN_2007 } from '../../simulators/lines/edition-2007.ts';
import { createMixedLine } from '../../simulators/lines/mixed-line.ts';
import { servePty } from '../../simulators/lines/serve-pty.ts';
import { serveTcp } from '../../simulators/lines/serve-tcp.ts';
import { createSharedLine } from '../../simulators/lines/shared-line.ts';
import { createModbusLine } from '../../simulators/modbus/line.ts';
import { createModbusMeter } from '../../simulators/modbus/meter.ts';
import { createTown } from '../../simulators/town.ts';
import { writeSimulatedConfig } from '../../src/cli/simulated-config.ts';
import { lineOf } from '../../src/cli/simulated-line.ts';
import { loadRegisterMap, registerMapFile } from '../../src/config/register-map.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { metersOnOneLine } from '../support/meters-on-one-line.ts';
import { ptyFor } from '../support/pty.ts';
import { get, startGateway } from '../support/running-gateway.ts';

interface MeterAnswer {
  readonly address: string;
  readonly relay: { readonly reported: string };
  readonly readings: readonly { readonly register: string; readonly value: string; readonly quality: string }[];
}
interface LineAnswer {
  readonly counters: Readonly<Record<string, number>>;
}

const common = { clock: systemClock, faults: NO_FAULTS, pacing: undefined };
const SIMULATED = { line: 'line-1', openingPayment: '1000.00', restoreBy: 'close' } as const;
const POLLS = 20;

test('a line that mixes DL/T 645 and Modbus RTU is polled without a garbled exchange', async () => {
  const heard = new Map<string, number>();
  const log = {
    write: ({ address }: { address: string }) => void heard.set(address, (heard.get(address) ?? 0) + 1),
    close: () => undefined,
  };
  const town = createTown({ seed: 11, count: 2, clock: systemClock, loadFactor: 0 });
  const map = loadRegisterMap(registerMapFile('hiking-dds238', '.'));
  const units = [1, 2].map((unit) =>
    createModbusMeter({ clock: systemClock, unit, map, tariffs: [12_345, 0, 0, 0], load: new Uint16Array(96).fill(1500), loadFactor: 0 }),
  );
  const served = await serveTcp(
    '127.0.0.1',
    0,
    createMixedLine({
      clock: systemClock,
      dlt645: [createSharedLine({ ...common, edition: SPOKEN_2007, meters: town, log })],
      modbusRtu: createModbusLine({ ...common, protocol: 'modbus-rtu', meters: units, log }),
    }),
  );
  const folder = mkdtempSync(path.join(tmpdir(), 'feikong-mixed-'));
  const config = path.join(folder, 'feikong.yaml');
  const modbus = { protocol: 'modbus-rtu', map: map.name } as const;
  writeSimulatedConfig(config, {
    siteName: 'Mixed line',
    lines: [{ id: 'line-1', name: 'both protocols', transport: lineOf(served.listening) }],
    meters: [
      ...town.map(({ address, password }) => ({ address, password, ...SIMULATED })),
      ...units.map(({ unit }) => ({ address: String(unit), speaks: modbus, ...SIMULATED })),
    ],
    pollIntervalMs: 100,
    loadFactor: 1,
  });
  const gateway = await startGateway({ config, data: path.join(folder, 'data') });
  onTestFinished(async () => {
    await gateway.child.stop('SIGKILL');
    await served.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const addresses = [...town.map(({ address }) => address), '1', '2'];
  // Three frames a poll, of either protocol.
  await expect.poll(() => addresses.filter((address) => (heard.get(address) ?? 0) >= 3 * POLLS)).toEqual(addresses);
  const meters = await get<{ items: readonly MeterAnswer[] }>(gateway, '/meters');
  expect(meters.items.map(({ address, relay }) => [address, relay.reported]).sort()).toEqual(
    addresses.map((address) => [address, 'closed']).sort(),
  );
  const energies = meters.items.flatMap(({ address, readings }) =>
    readings.filter(({ register }) => register === '1-0:1.8.0').map(({ value, quality }) => [address.length, value, quality]),
  );
  expect(energies.sort()).toEqual([
    [1, '123.45', 'good'],
    [1, '123.45', 'good'],
    [12, expect.stringMatching(/^\d+\.\d\d$/), 'good'],
    [12, expect.stringMatching(/^\d+\.\d\d$/), 'good'],
  ]);
  const lines = await get<{ items: readonly LineAnswer[] }>(gateway, '/lines');
  // A machine that is busy answers late; what must not be is a frame of the other protocol, or half of one.
  const { noiseBytes, framesRefused = 0, lateReplies = 0 } = lines.items[0]?.counters ?? {};
  expect({ noiseBytes, foreign: framesRefused - lateReplies }).toEqual({ noiseBytes: 0, foreign: 0 });
});

test('a serial line carries both years and Modbus, each meter under its own port settings', async (context) => {
  const pty = await ptyFor(context);
  const served = servePty(pty, metersOnOneLine({ clock: systemClock, of2007: ['000012345678'], of1997: ['110000000001'], units: [1] }));
  const folder = mkdtempSync(path.join(tmpdir(), 'feikong-ports-'));
  const config = path.join(folder, 'feikong.yaml');
  writeSimulatedConfig(config, {
    siteName: 'Mixed line',
    lines: [{ id: 'line-1', name: 'both years and Modbus', transport: lineOf(served.listening) }],
    meters: [
      { address: '000012345678', password: '02123456', ...SIMULATED },
      { address: '110000000001', speaks: { protocol: 'dlt645-1997' }, port: { baudRate: 1200 }, ...SIMULATED },
      { address: '1', speaks: { protocol: 'modbus-rtu', map: 'hiking-dds238' }, port: { baudRate: 9600, parity: 'none' }, ...SIMULATED },
    ],
    // A poll of the 1997 meter alone takes three quarters of a second at its speed.
    pollIntervalMs: 2000,
    loadFactor: 1,
  });
  const gateway = await startGateway({ config, data: path.join(folder, 'data') });
  onTestFinished(async () => {
    await gateway.child.stop('SIGKILL');
    await served.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const energies = async () => {
    const { items } = await get<{ items: readonly MeterAnswer[] }>(gateway, '/meters');
    return items
      .flatMap(({ address, readings }) => readings.map(({ register, value, quality }) => `${address} ${register} ${value} ${quality}`))
      .filter((told) => told.includes(' 1-0:1.8.0 '))
      .sort();
  };
  await expect
    .poll(energies)
    .toEqual(['000012345678 1-0:1.8.0 10.00 good', '1 1-0:1.8.0 123.45 good', '110000000001 1-0:1.8.0 10.00 good']);
});
