/** A whole gateway behind its embedded broker, and concentrators that push, die and come back. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { dump, load } from 'js-yaml';
import { connectAsync } from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import { DEFAULT_TOPICS, topicOf } from '../../protocols/concentrator/index.ts';
import { NO_FAULTS } from '../../simulators/faults/faults.ts';
import { serveMqttConcentrator } from '../../simulators/lines/serve-mqtt-concentrator.ts';
import { servePushingConcentrator } from '../../simulators/lines/serve-pushing-concentrator.ts';
import { createSharedLine } from '../../simulators/lines/shared-line.ts';
import { createTown } from '../../simulators/town.ts';
import { createLogger } from '../../src/cli/logger.ts';
import { writeSimulatedConfig } from '../../src/cli/simulated-config.ts';
import { startGateway } from '../../src/compose/gateway.ts';
import { PROTOCOLS } from '../../src/compose/protocols.ts';
import { loadConfig } from '../../src/config/load.ts';
import { formatInstant, type Instant, plusMs, systemClock } from '../../src/kernel/clock.ts';
import { asId, type MeterId } from '../../src/kernel/ids.ts';
import { checkDataFolder } from '../../src/store/sqlite/index.ts';
import { createEmbeddedBroker } from '../../src/transports/embedded-broker.ts';
import { startCli } from '../support/child.ts';
import { freePort } from '../support/free-port.ts';
import { get, startGateway as startGatewayProcess } from '../support/running-gateway.ts';

const CONCENTRATOR = 'C1';
const PASSWORD = 'c1-secret';
const READINGS = topicOf(DEFAULT_TOPICS.readings, CONCENTRATOR);
const town = createTown({ seed: 11, count: 2, clock: systemClock, loadFactor: 20_000 });
const [METER] = town;

/** A substation whose one line is a concentrator with a password; `protocol` of all its meters. */
async function substation(protocol: string) {
  const folder = mkdtempSync(path.join(tmpdir(), 'feikong-concentrator-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'feikong.yaml');
  const port = await freePort();
  writeSimulatedConfig(file, {
    siteName: 'Behind a concentrator',
    lines: [
      {
        id: 'line-1',
        name: 'Stairwell',
        transport: { type: 'mqtt', concentrator: CONCENTRATOR, statusTopic: DEFAULT_TOPICS.status, readingsTopic: DEFAULT_TOPICS.readings },
      },
    ],
    meters: town.map(({ address, password }) => ({ address, password, line: 'line-1', openingPayment: '50.00', restoreBy: 'close' })),
    pollIntervalMs: 200,
    loadFactor: 20_000,
  });
  const config = load(readFileSync(file, 'utf8')) as { readonly meters: readonly object[] };
  const meters = config.meters.map((meter: object) => ({ ...meter, protocol, tariff: 'residential' }));
  writeFileSync(file, dump({ ...config, mqtt: { listen: `127.0.0.1:${port}` }, meters }));
  const secrets = path.join(folder, 'feikong.secrets.yaml');
  writeFileSync(secrets, `${readFileSync(secrets, 'utf8')}concentratorPasswords: { ${CONCENTRATOR}: ${PASSWORD} }\n`);
  const dataDir = path.join(folder, 'data');
  let key = '';
  const start = async () => {
    const gateway = await startGateway({
      config: loadConfig(file, PROTOCOLS, { listen: '127.0.0.1:0' }),
      dataDir,
      clock: systemClock,
      logger: createLogger('silent'),
      environment: {},
      onFatal: (error) => expect.unreachable(String(error)),
    });
    onTestFinished(() => gateway.close());
    key = gateway.adminKey ?? key;
    return { ...gateway, key };
  };
  return { dataDir, file, broker: `mqtt://127.0.0.1:${port}`, start };
}

const metricsOf = async ({ url, key }: { readonly url: string; readonly key: string }) =>
  (await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${key}` } })).text();

const envelope = ({ seq, at, value }: { readonly seq: number; readonly at: Instant; readonly value: string }) =>
  JSON.stringify({
    v: 1,
    run: 'r1',
    seq,
    sentAt: formatInstant(systemClock.now()),
    samples: [
      {
        port: 1,
        meter: METER?.address,
        readAt: formatInstant(at),
        values: [{ register: '1-0:1.8.0', value, unit: 'kWh', quality: 'good' }],
      },
    ],
  });
const meterId = asId<MeterId>(`meter-${METER?.address}`);

test('pushed envelopes become readings and charges, and what is delivered again has no double effect', async () => {
  const { dataDir, broker, start } = await substation('pushed');
  const gateway = await start();
  const client = await connectAsync(broker, { username: CONCENTRATOR, password: PASSWORD });
  onTestFinished(() => client.endAsync(true));
  const now = systemClock.now();
  const batch = ['1000.00', '1004.00', '1010.00'].map((value, seq) => envelope({ seq, at: plusMs(now, 60_000 * (seq - 3)), value }));
  for (const payload of batch) await client.publishAsync(READINGS, payload, { qos: 1 });
  for (const payload of [...batch].reverse()) await client.publishAsync(READINGS, payload, { qos: 1 });

  // 10.00 kWh at 0.4883 yuan; acknowledged means stored, so nothing is waited for.
  const account = await get<{ available: string }>(gateway, `/accounts/account-${METER?.address}`);
  expect(Number(account.available)).toBe(45.12);
  const { items } = await get<{ items: { value: string; quality: string }[] }>(gateway, `/meters/${meterId}/readings`);
  expect(items.map(({ value, quality }) => `${value} ${quality}`)).toEqual(['1010.00 good', '1004.00 good', '1000.00 good']);
  const metrics = await metricsOf(gateway);
  expect(metrics).toContain('feikong_envelopes_total{result="stored"} 6');
  expect(metrics).toContain('feikong_envelopes_missing_total 0');
  await gateway.close();
  expect(checkDataFolder(dataDir)).toMatchObject({ ok: true, value: { violations: [] } });
});

test('what was acknowledged survives the end of the process', async () => {
  const { dataDir, file, broker } = await substation('pushed');
  const gateway = await startGatewayProcess({ config: file, data: dataDir });
  onTestFinished(async () => void (await gateway.child.stop('SIGKILL')));
  const client = await connectAsync(broker, { username: CONCENTRATOR, password: PASSWORD, reconnectPeriod: 0 });
  client.on('error', () => undefined);
  onTestFinished(() => client.endAsync(true));
  const at = systemClock.now();
  await client.publishAsync(READINGS, envelope({ seq: 0, at, value: '777.77' }), { qos: 1 });
  await gateway.child.stop('SIGKILL');

  const again = await startGatewayProcess({ config: file, data: dataDir }, gateway.key);
  onTestFinished(async () => void (await again.child.stop('SIGKILL')));
  const { items } = await get<{ items: { value: string }[] }>(again, `/meters/${meterId}/readings`);
  expect(items.map(({ value }) => value)).toEqual(['777.77']);
});

test('what a concentrator measured while the gateway was away is stored when it is back', async () => {
  const { dataDir, broker, start } = await substation('pushed');
  const first = await start();
  const pushing = servePushingConcentrator({
    broker,
    concentrator: CONCENTRATOR,
    password: PASSWORD,
    clock: systemClock,
    meters: town,
    everyMs: 50,
    times: 2,
  });
  onTestFinished(() => pushing.close());
  const newest = async (store: typeof first.store) => (await store.read('readings', { meterId, limit: 1 })).items[0]?.measuredAt ?? 0;
  await expect.poll(() => newest(first.store)).toBeGreaterThan(0);
  await first.close();
  const [from, to] = [systemClock.now(), plusMs(systemClock.now(), 500)];
  await expect.poll(() => systemClock.now()).toBeGreaterThan(to);

  const second = await start();
  await expect.poll(() => newest(second.store)).toBeGreaterThan(to);
  const { items } = await second.store.read('readings', { meterId, from, to, limit: 1000 });
  expect(items.length).toBeGreaterThan(0);
  expect(items.filter(({ quality }) => quality !== 'good')).toEqual([]);
  const all = (await second.store.read('readings', { meterId, limit: 1000 })).items.map(
    ({ register, measuredAt }) => `${register} ${measuredAt}`,
  );
  expect(new Set(all).size).toBe(all.length);
  await second.close();
  expect(checkDataFolder(dataDir)).toMatchObject({ ok: true, value: { violations: [] } });
});

test('what simulate writes for a concentrator that pushes is taken by start, at a broker of others', async () => {
  const broker = await createEmbeddedBroker({ clock: systemClock });
  onTestFinished(() => broker.close());
  const folder = mkdtempSync(path.join(tmpdir(), 'feikong-pushing-'));
  const config = path.join(folder, 'feikong.yaml');
  const options = ['--listen', `${broker.url}/JZQ-1`, '--meters', '2', '--push-every', '100', '--write-config', config];
  const meters = startCli(['simulate', ...options]);
  onTestFinished(async () => {
    await meters.stop('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  await meters.line((line) => line.startsWith('{'));
  const gateway = await startGatewayProcess({ config, data: path.join(folder, 'data') });
  onTestFinished(async () => void (await gateway.child.stop('SIGKILL')));
  const stored = async () => Number(/^feikong_envelopes_total\{result="stored"\} (\d+)$/m.exec(await metricsOf(gateway))?.[1] ?? 0);
  await expect.poll(stored).toBeGreaterThan(2);
});

test('a line shows that its concentrator is gone, and asks nothing until it is back', async () => {
  const { broker, start } = await substation('dlt645-2007');
  const gateway = await start();
  const look = async () => {
    const { items } = await get<{ items: { transport: { state: string; reason: string | null }; counters: Record<string, number> }[] }>(
      gateway,
      '/lines',
    );
    return items[0];
  };
  const stateOf = async () => {
    const line = await look();
    return `${line?.transport.state} ${line?.transport.reason}`;
  };
  const serve = async () => {
    const line = createSharedLine({ meters: town, clock: systemClock, faults: NO_FAULTS, log: undefined, pacing: undefined });
    const served = serveMqttConcentrator({ broker, concentrator: CONCENTRATOR, password: PASSWORD, clock: systemClock, line });
    await served.subscribed;
    return served;
  };
  const isRead = async () => (await look())?.counters.framesAccepted ?? 0;

  await expect.poll(stateOf).toBe('down concentrator C1 has not registered');
  expect((await look())?.counters).toMatchObject({ framesSent: 0, timeouts: 0 });
  const first = await serve();
  await expect.poll(isRead).toBeGreaterThan(0);
  expect(await stateOf()).toBe('up null');
  await first.close();
  await expect.poll(stateOf).toBe('down concentrator C1 is offline');
  const before = (await look())?.counters;
  const unread = 'feikong_reads_total{line="line-1",result="command-expired"}';
  const expired = async () =>
    Number(
      (await metricsOf(gateway))
        .split('\n')
        .find((line) => line.startsWith(unread))
        ?.split(' ')[1] ?? 0,
    );
  const already = await expired();
  await expect.poll(expired).toBeGreaterThan(already + 2);
  expect((await look())?.counters.framesSent).toBe(before?.framesSent);
  const second = await serve();
  onTestFinished(() => second.close());
  await expect.poll(isRead).toBeGreaterThan(before?.framesAccepted ?? 0);
});
