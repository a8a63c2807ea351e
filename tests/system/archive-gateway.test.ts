/** Personal numbers in a running gateway: imported over HTTP, looked up, and looked for in everything that it writes and says. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fileOf, ID_NUMBER, MOBILE, PROPERTY, ROW } from '../support/archive-csv.ts';
import { SEAL_KEY } from '../support/archive-facts.ts';
import { type Child, startCli } from '../support/child.ts';
import { get, type RunningGateway, startGateway } from '../support/running-gateway.ts';

const LANDLINE = '021-12345678';
let folder = '';
let meters: Child;
let gateway: RunningGateway;
let meterPoint = '';

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'feikong-personal-'));
  const config = path.join(folder, 'feikong.yaml');
  meters = startCli(['simulate', '--meters', '1', '--seed', '5', '--write-config', config]);
  meterPoint = `meter-${JSON.parse(await meters.line((line) => line.startsWith('{'))).meters[0].address}`;
  gateway = await startGateway({ config, data: path.join(folder, 'data') }, undefined, {
    FEIKONG_SEAL_KEY: SEAL_KEY,
    FEIKONG_LOG_LEVEL: 'trace',
  });
});
afterAll(async () => {
  await gateway.child.stop('SIGKILL');
  await meters.stop('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const post = (where: string, type: string, body: string) =>
  fetch(`${gateway.url}/api/v1${where}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.key}`, 'content-type': type },
    body,
  });

test('a running gateway keeps them sealed in its files, its log and its events, and shows them to whoever may see them', async () => {
  const imported = await post('/archive-imports', 'text/csv', fileOf(ROW.replace('P1', meterPoint)));
  expect(await imported.json()).toMatchObject({ stored: true, errors: [] });
  expect(await get(gateway, `/meter-points/${meterPoint}`)).toMatchObject({ aspects: { contract: { contractId: 'HT1' }, tariff: {} } });
  const search = await post('/customers/searches', 'application/json', JSON.stringify({ text: ID_NUMBER }));
  expect(await search.json()).toEqual({ items: ['C1'] });
  expect(JSON.stringify(await get(gateway, '/customers/C1/personal'))).toContain(ID_NUMBER);

  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.map(({ name }) => name)).toEqual(expect.arrayContaining(['ledger.db', 'ledger.db-wal']));
  const said =
    gateway.child.said() + JSON.stringify(await get(gateway, '/events?limit=500')) + JSON.stringify(await get(gateway, '/customers/C1'));
  for (const personal of [ID_NUMBER, MOBILE, PROPERTY, LANDLINE]) {
    expect(said).not.toContain(personal);
    for (const { parentPath, name } of files)
      expect([name, readFileSync(path.join(parentPath, name)).includes(personal)]).toEqual([name, false]);
  }
  // The search finds what is there: the customer's name is not sealed.
  expect(files.some(({ parentPath, name }) => readFileSync(path.join(parentPath, name)).includes('王小明'))).toBe(true);
});
