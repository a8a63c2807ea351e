/** A gateway whose meters speak Modbus: from the configuration that the simulator writes to the proven restore, over real sockets. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { payThroughApi } from '../../src/cli/demo/bank.ts';
import { playStory, warnedAccounts } from '../../src/cli/demo/story.ts';
import { createLogger } from '../../src/cli/logger.ts';
import { startGateway } from '../../src/compose/gateway.ts';
import { PROTOCOLS } from '../../src/compose/protocols.ts';
import { loadConfig } from '../../src/config/load.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { checkDataFolder } from '../../src/store/sqlite/index.ts';
import { runCli, startCli } from '../support/child.ts';
import { readFrames } from '../support/frame-log.ts';
import { get, pollFaster, startGateway as startGatewayProcess } from '../support/running-gateway.ts';

const METERS = 3;
const WRITE = '10';
const READ = '03';

/** Meters in a process of their own, and the configuration that it wrote. */
async function simulate(protocol: string) {
  const folder = mkdtempSync(path.join(tmpdir(), 'feikong-modbus-'));
  const config = path.join(folder, 'feikong.yaml');
  const log = path.join(folder, 'meters.log');
  const options = { protocol, map: 'hiking-dds238', meters: METERS, seed: 5, 'load-factor': 20_000, log, 'write-config': config };
  const meters = startCli(['simulate', ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])]);
  onTestFinished(async () => {
    await meters.stop('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  const ready = JSON.parse(await meters.line((line) => line.startsWith('{')));
  pollFaster(config);
  return { config, log, data: path.join(folder, 'data'), listening: String(ready.listening) };
}

test.each(['modbus-rtu', 'modbus-tcp'])(
  'a meter of %s is polled, charged, warned, tripped by its relay register, paid for and restored, each step proven',
  async (protocol) => {
    const { config, log, data } = await simulate(protocol);
    const gateway = await startGateway({
      config: loadConfig(config, PROTOCOLS, { listen: '127.0.0.1:0' }),
      dataDir: data,
      clock: systemClock,
      logger: createLogger('error'),
      environment: {},
      onFatal: (error) => expect.unreachable(String(error)),
    });
    onTestFinished(() => gateway.close());
    const { store, url, adminKey: key = '' } = gateway;
    const { hero, trip, restore } = await playStory({
      store,
      clock: systemClock,
      meters: METERS,
      pay: (accountId) => payThroughApi({ url, key, accountId, amount: '50.00' }),
      tell: () => undefined,
      limitMs: 300_000,
      signal: new AbortController().signal,
    });

    expect(trip.confirmed.evidence).toBe('modbus:001A=0000');
    expect(restore.confirmed.evidence).toBe('modbus:001A=0001');
    expect((await warnedAccounts(store, systemClock)).map(({ accountId }) => accountId)).toContain(hero.meterPoint.accountId);
    const frames = readFrames(log).filter(({ address }) => address === hero.meter.address);
    const [tripAt, restoreAt] = frames.flatMap(({ control }, index) => (control === WRITE ? [index] : []));
    expect(frames.filter(({ control }) => control === WRITE).map(({ relay }) => relay)).toEqual(['open', 'closed']);
    expect(frames.slice(tripAt, restoreAt).some(({ control, relay }) => control === READ && relay === 'open')).toBe(true);
    expect(checkDataFolder(data)).toMatchObject({ ok: true, value: { violations: [] } });
  },
);

test('what simulate writes for Modbus meters is polled by start, and no password is asked for', async () => {
  const { config, data } = await simulate('modbus-rtu');
  const gateway = await startGatewayProcess({ config, data });
  onTestFinished(async () => void (await gateway.child.stop('SIGKILL')));
  await expect
    .poll(async () => {
      const { items } = await get<{ items: { id: string; readings: { register: string; quality: string }[] }[] }>(gateway, '/meters');
      return items.filter(({ readings }) => readings.some(({ register, quality }) => `${register} ${quality}` === '1-0:1.8.0 good'));
    })
    .toHaveLength(METERS);
});

test('relay asks for password and operator where the meter records them, and for neither on Modbus', async () => {
  const { listening } = await simulate('modbus-rtu');
  const modbus = ['--link', listening.replace('tcp:', 'rtu+tcp:'), '--protocol', 'modbus-rtu', '--address', '1', '--map', 'hiking-dds238'];
  const trip = await runCli(['relay', ...modbus, '--action', 'trip', '--json']);
  expect([trip.code, JSON.parse(trip.stdout)]).toEqual([
    0,
    { action: 'trip', accepted: true, relay: 'open', commanded: 'open', evidence: 'accepted; modbus:001A=0000' },
  ]);
  const dlt645 = ['relay', '--link', listening, '--address', '000000000001', '--action', 'trip'];
  const noPassword = await runCli([...dlt645, '--operator', '00000042']);
  expect([noPassword.code, noPassword.stderr]).toEqual([1, expect.stringContaining('--password is missing; expected LLPPPPPP')]);
  const noOperator = await runCli([...dlt645, '--password', '02123456']);
  expect([noOperator.code, noOperator.stderr]).toEqual([1, expect.stringContaining('--operator is missing; expected 8 digits')]);
});
