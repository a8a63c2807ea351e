import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fileOf, ID_NUMBER, MOBILE, PROPERTY, ROW } from '../support/archive-csv.ts';
import { OTHER_SEAL_KEY, SEAL_KEY } from '../support/archive-facts.ts';
import { runCli } from '../support/child.ts';

let folder = '';
let data = '';

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'feikong-import-'));
  data = path.join(folder, 'data');
});
afterAll(() => rmSync(folder, { recursive: true }));

function written(name: string, content: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
}
const run = (file: string, ...more: readonly string[]) =>
  runCli(['import', 'archive', '--file', file, '--data', data, '--json', ...more], '', { FEIKONG_SEAL_KEY: SEAL_KEY });
const check = (key: string) => runCli(['check', '--data', data, '--json'], '', { FEIKONG_SEAL_KEY: key });

test('feikong archive exceptions names who lacks what, and what to do', async () => {
  const file = written(
    'gaps.csv',
    fileOf(ROW.replace('P1', 'P7').replace('C1', 'C7').replace('HT1', 'HT7').replace('000012345678', '7').replace('每月25日', '')),
  );
  const folderOfIts = path.join(folder, 'gaps');
  await runCli(['import', 'archive', '--file', file, '--data', folderOfIts], '', { FEIKONG_SEAL_KEY: SEAL_KEY });
  const list = (...more: readonly string[]) => runCli(['archive', 'exceptions', '--data', folderOfIts, ...more]);
  expect((await list()).stdout.split('\n')).toEqual([
    'meter point  contract  customer  what                what to do',
    'P7           HT7       C7        no settlement time  Agree when it is settled and due',
    '1 meter points',
    '',
  ]);
  expect(JSON.parse((await list('--json')).stdout)).toMatchObject({ meterPointId: 'P7', missing: [{ field: 'contract.settlementTime' }] });
  expect((await list('--list', 'large-without-prepay', '--json')).stdout).toBe('');
});

describe('feikong import archive', () => {
  test('says what it would do, does it, and does nothing the second time', async () => {
    const file = written('good.csv', fileOf(ROW));
    const dry = await run(file, '--dry-run');
    expect([dry.code, JSON.parse(dry.stdout)]).toMatchObject([0, { stored: false, dryRun: true, rows: 1, unchanged: 0, errors: [] }]);
    const first = await run(file, '--by', '王会计');
    expect(JSON.parse(first.stdout)).toMatchObject({ stored: true, changes: JSON.parse(dry.stdout).changes });
    const again = await run(file);
    expect([again.code, JSON.parse(again.stdout)]).toMatchObject([0, { stored: true, changes: [], unchanged: 5 }]);
  });

  test('leaves no personal number behind in any file of the data folder, nor in what it says', async () => {
    const said = await run(written('again.csv', fileOf(ROW.replace('2026-03-01', '2026-04-01'))));
    const files = readdirSync(data, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.map(({ name }) => name)).toContain('ledger.db');
    for (const personal of [ID_NUMBER, PROPERTY, MOBILE, '021-12345678']) {
      for (const { parentPath, name } of files)
        expect([name, readFileSync(path.join(parentPath, name)).includes(personal)]).toEqual([name, false]);
      expect(said.stdout + said.stderr).not.toContain(personal);
    }
  });

  test('answers rows that are wrong with their line and ends with 1', async () => {
    const file = written('bad.csv', fileOf(ROW.replace('2026-03-01', '2026-02-30')));
    const { code, stdout } = await run(file);
    expect([code, JSON.parse(stdout)]).toMatchObject([
      1,
      {
        stored: false,
        errors: [{ line: 2, column: '生效日期', value: '2026-02-30', todo: 'Correct the cell, or leave it blank where it is not known' }],
      },
    ]);
  });

  test('is one sentence where the file or the key is missing', async () => {
    const missing = await run(path.join(folder, 'nowhere.csv'));
    expect([missing.code, missing.stderr]).toEqual([
      1,
      expect.stringMatching(/^feikong: .*nowhere\.csv cannot be read; name a file that this user may read\n$/),
    ]);
    const keyless = await runCli(['import', 'archive', '--file', path.join(folder, 'good.csv'), '--data', data], '', {
      FEIKONG_SEAL_KEY: '',
    });
    expect([keyless.code, keyless.stderr]).toEqual([
      1,
      expect.stringMatching(/^feikong: Personal data cannot be stored: FEIKONG_SEAL_KEY is not set\. Set .*\n$/),
    ]);
  });

  test('passes the check with its key, and fails it with another', async () => {
    expect([(await check(SEAL_KEY)).code, (await check(`${OTHER_SEAL_KEY},${SEAL_KEY}`)).code]).toEqual([0, 0]);
    const { code, stdout } = await check(OTHER_SEAL_KEY);
    expect(code).toBe(1);
    expect(JSON.parse(stdout).violations[0]).toMatchObject({
      invariant: 'archive',
      where: 'customer:C1 contacts',
      expected: 'a known key',
    });
  });
});
