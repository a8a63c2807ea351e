/** What every driver must do with its simulated meter behind a socket, whatever goes wrong on the way. A protocol is one entry. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runModbusSimulation } from '../../simulators/modbus/simulate.ts';
import { runSimulation } from '../../simulators/simulate.ts';
import { openLink } from '../../src/cli/link.ts';
import { driverOf } from '../../src/compose/protocols.ts';
import { loadRegisterMap, registerMapFile } from '../../src/config/register-map.ts';
import { ACTIVE_POWER, asRegister, ENERGY_TOTAL } from '../../src/core/model/register.ts';
import { shownBy } from '../../src/core/ports/meter-gateway.ts';
import type { DriverMeter, MeterDriver } from '../../src/drivers/driver.ts';
import { plusMs, systemClock } from '../../src/kernel/clock.ts';
import { parseZone } from '../../src/kernel/local-time.ts';

type Fault = Readonly<Record<string, string | number>>;

interface FarEnd {
  readonly listening: string;
  readonly address: string;
  readonly password?: string;
  readonly map?: string;
  close(): Promise<void>;
}

/** Starts one simulated meter with the faults of a file. */
type Serve = (faults: string) => Promise<FarEnd>;

const common = { listen: 'tcp://127.0.0.1:0', meters: 1, seed: 1, loadFactor: 0, clock: systemClock };

const serveDlt645 =
  (protocol: 'dlt645-2007' | 'dlt645-1997'): Serve =>
  async (faults) => {
    const simulation = await runSimulation({ ...common, protocol, faults });
    const [meter] = simulation.meters;
    return {
      listening: simulation.lines[0] ?? '',
      address: meter?.address ?? '',
      password: meter?.password ?? '',
      close: simulation.close,
    };
  };

const serveModbus =
  (protocol: 'modbus-rtu' | 'modbus-tcp'): Serve =>
  async (faults) => {
    const map = registerMapFile('hiking-dds238', '.');
    const { listening, close } = await runModbusSimulation({ ...common, protocol, map: loadRegisterMap(map), faults });
    return { listening, address: '1', map, close };
  };

interface Spoken {
  readonly protocol: string;
  readonly serve: Serve;
  readonly hasRelay: boolean;
}

const PROTOCOLS: readonly Spoken[] = [
  { protocol: 'dlt645-2007', serve: serveDlt645('dlt645-2007'), hasRelay: true },
  { protocol: 'dlt645-1997', serve: serveDlt645('dlt645-1997'), hasRelay: false },
  { protocol: 'modbus-rtu', serve: serveModbus('modbus-rtu'), hasRelay: true },
  { protocol: 'modbus-tcp', serve: serveModbus('modbus-tcp'), hasRelay: true },
];

const NOW = { priority: 'on-demand' } as const;
const order = (action: 'trip' | 'close') => ({ action, expiresAt: plusMs(systemClock.now(), 60_000) });

async function meterOn({ protocol, serve }: Spoken, ...faults: readonly Fault[]): Promise<{ driver: MeterDriver; meter: DriverMeter }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'feikong-drivers-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'faults.json');
  writeFileSync(file, JSON.stringify({ faults: faults.map((fault) => ({ meter: '*', ...fault })) }));
  const far = await serve(file);
  const link = await openLink(far.listening, systemClock);
  onTestFinished(async () => {
    await link.close();
    await far.close();
  });
  const zone = parseZone('Asia/Shanghai');
  const driver = driverOf(protocol)?.({ bus: link.bus, clock: systemClock });
  if (zone === undefined || driver === undefined) throw new Error(`no driver for ${protocol}`);
  const map = far.map === undefined ? undefined : loadRegisterMap(far.map);
  const meter = { id: 'm1', address: far.address, map, zone, password: far.password, operatorCode: '00000001' };
  return { driver, meter };
}

describe.each(PROTOCOLS)('A driver of $protocol', (spoken) => {
  test('reads energy and power as exact decimals', async () => {
    const { driver, meter } = await meterOn(spoken);
    const answer = await driver.readRegisters(meter, [ENERGY_TOTAL, ACTIVE_POWER], NOW);
    const told = answer.ok ? answer.value.map((one) => `${one.register} ${shownBy(one)} ${one.unit}`).sort() : [];
    expect(told).toEqual([expect.stringMatching(/^1-0:1\.8\.0 \d+\.\d\d kWh$/), expect.stringMatching(/^1-0:16\.7\.0 \d\.\d{3,4} kW$/)]);
  });

  test.each<[string, Fault]>([
    ['in pieces', { kind: 'split', delayMs: 1 }],
    ['behind the echo of the request', { kind: 'echo' }],
    ['late, within its time', { kind: 'delay', delayMs: 100 }],
    ['only the second time', { kind: 'lostReply', limit: 1 }],
  ])('hears a reply that comes %s', async (_, fault) => {
    const { driver, meter } = await meterOn(spoken, fault);
    expect(await driver.readRegisters(meter, [ENERGY_TOTAL], NOW)).toMatchObject({ ok: true, value: [{ register: '1-0:1.8.0' }] });
  });

  test('takes no reply of another meter', async () => {
    const { driver, meter } = await meterOn(spoken, { kind: 'wrongAddress' });
    expect(await driver.readRegisters(meter, [ENERGY_TOTAL], NOW)).toMatchObject({ ok: false, error: { code: 'no-reply', sent: true } });
  });

  test('knows which registers it does not have, without a frame', async () => {
    const { driver, meter } = await meterOn(spoken, { kind: 'silence' });
    expect(await driver.readRegisters(meter, [asRegister('1-0:99.99.99')], NOW)).toMatchObject({
      ok: false,
      error: { code: 'unsupported-register', sent: false },
    });
  });
});

describe.each(PROTOCOLS.filter(({ hasRelay }) => hasRelay))('The relay of a meter of $protocol', (spoken) => {
  test('proves a trip and a close by reading the relay back', async () => {
    const { driver, meter } = await meterOn(spoken);
    for (const [action, relay] of [
      ['trip', 'open'],
      ['close', 'closed'],
    ] as const) {
      expect(await driver.operateRelay(meter, order(action), NOW)).toEqual({ ok: true, value: 'accepted' });
      expect(await driver.readRelay(meter, NOW)).toMatchObject({ ok: true, value: { relay } });
    }
  });

  test('sends a relay frame whose answer is lost once, and finds out what it did', async () => {
    const { driver, meter } = await meterOn(spoken, { kind: 'lostReply', on: 'relay' });
    expect(await driver.operateRelay(meter, order('trip'), NOW)).toMatchObject({ ok: false, error: { code: 'no-reply', sent: true } });
    expect(await driver.readRelay(meter, NOW)).toMatchObject({ ok: true, value: { relay: 'open' } });
  });

  test('tells a relay that did not move from one that did', async () => {
    const { driver, meter } = await meterOn(spoken, { kind: 'stuckRelay' });
    expect(await driver.operateRelay(meter, order('trip'), NOW)).toEqual({ ok: true, value: 'accepted' });
    expect(await driver.readRelay(meter, NOW)).toMatchObject({ ok: true, value: { relay: 'closed' } });
  });
});

describe.each(PROTOCOLS.filter(({ hasRelay }) => !hasRelay))('A meter of $protocol, which has no relay', (spoken) => {
  test('refuses every relay action with the reason, without a frame', async () => {
    const { driver, meter } = await meterOn(spoken, { kind: 'silence' });
    const refusal = { code: 'unsupported-action', sent: false, protocolError: expect.stringMatching(/\w+ \w+/) };
    expect(await driver.readRelay(meter, NOW)).toEqual({ ok: false, error: refusal });
    for (const action of ['trip', 'close'] as const)
      expect(await driver.operateRelay(meter, order(action), NOW)).toEqual({ ok: false, error: refusal });
  });
});
