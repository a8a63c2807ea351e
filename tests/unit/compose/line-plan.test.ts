import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refuseOverfullLines } from '../../../src/compose/line-plan.ts';
import { loadConfig } from '../../../src/config/load.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'feikong-plan-'));
  const rules = readFileSync(path.join(import.meta.dirname, '../../../config/rules/default.yaml'));
  writeFileSync(path.join(folder, 'rules.yaml'), rules);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function planOf(meters: number, intervalMs: number) {
  const rows = Array.from({ length: meters }, (_, index) =>
    [
      `  - id: m${index}`,
      '    line: rs485',
      `    address: "${String(index + 1).padStart(12, '0')}"`,
      `    account: a${index}`,
      '    tariff: flat',
      '    ruleSet: default',
      '    maxPowerKw: "10"',
    ].join('\n'),
  );
  const file = path.join(folder, `plan-${meters}.yaml`);
  writeFileSync(
    file,
    `poll: { intervalMs: ${intervalMs} }
ruleSets: [rules.yaml]
tariffs: [{ id: flat, rates: [{ component: energy, register: "1-0:1.8.0", price: "0.5" }] }]
lines: [{ id: rs485, transport: { type: serial, path: /dev/ttyUSB0 }, port: { baudRate: 9600 } }]
meters:\n${rows.join('\n')}\n`,
  );
  return loadConfig(file, ['dlt645-2007']);
}

describe('a plan of polls', () => {
  // One poll: 3 × (20 + 20) + 4 + 3 + 2 = 129 characters × 1.1458 ms + 3 × 20 ms = 207.8 ms; 24 of them are 4.99 s, 25 are 5.20 s.
  test('fits where every poll has its time on the line', () => {
    expect(() => refuseOverfullLines(planOf(24, 5000))).not.toThrow();
  });

  test('that cannot fit is refused with its arithmetic', () => {
    expect(() => refuseOverfullLines(planOf(25, 5000))).toThrow(
      'line rs485: 25 meters need 104 % of it (208 ms a poll at 9600 bit/s); poll less often',
    );
  });
});
