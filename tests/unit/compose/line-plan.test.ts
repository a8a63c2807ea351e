import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { planLines, refuseOverfullLines } from '../../../src/compose/line-plan.ts';
import { loadConfig } from '../../../src/config/load.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'feikong-plan-'));
  const rules = readFileSync(path.join(import.meta.dirname, '../../../config/rules/default.yaml'));
  writeFileSync(path.join(folder, 'rules.yaml'), rules);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Plan {
  readonly meters: number;
  readonly intervalMs: number;
  readonly line?: string;
  /** Of all DL/T 645 meters: what else their rows say. */
  readonly more?: readonly string[];
  /** Of the meters from this one on: unit numbers as addresses. */
  readonly modbus?: { readonly from: number; readonly protocol: string; readonly map: string };
}

const SERIAL = 'transport: { type: serial, path: /dev/ttyUSB0 }, port: { baudRate: 9600 }';
const tcp = (concurrent: number) => `transport: { type: tcp, host: meters.example, port: 502, concurrent: ${concurrent} }`;

function configOf({ meters, intervalMs, line = SERIAL, more = [], modbus }: Plan) {
  const rows = Array.from({ length: meters }, (_, index) => {
    const isModbus = modbus !== undefined && index >= modbus.from;
    return [
      `  - id: m${index}`,
      '    line: rs485',
      `    address: "${isModbus ? index + 1 : String(index + 1).padStart(12, '0')}"`,
      ...(isModbus
        ? [`    protocol: ${modbus.protocol}`, `    map: ${modbus.map}`, '    restoreBy: close']
        : more.map((row) => `    ${row}`)),
      `    account: a${index}`,
      '    tariff: flat',
      '    ruleSet: default',
      '    maxPowerKw: "10"',
    ].join('\n');
  });
  const file = path.join(folder, 'plan.yaml');
  writeFileSync(
    file,
    `poll: { intervalMs: ${intervalMs} }
ruleSets: [rules.yaml]
tariffs: [{ id: flat, rates: [{ component: energy, register: "1-0:1.8.0", price: "0.5" }] }]
lines: [{ id: rs485, ${line} }]
meters:\n${rows.join('\n')}\n`,
  );
  return loadConfig(file, ['dlt645-2007', 'dlt645-1997', 'modbus-rtu', 'modbus-tcp']);
}

const planOf = (plan: Plan) => planLines(configOf(plan));

describe('a plan of polls', () => {
  // One poll: 3 × (20 + 20) + 4 + 3 + 2 = 129 characters × 1.1458 ms + 3 × 20 ms = 207.8 ms; 24 of them are 4.99 s, 25 are 5.20 s.
  test('fits where every poll has its time on the line', () => {
    expect(() => refuseOverfullLines(planOf({ meters: 24, intervalMs: 5000 }))).not.toThrow();
  });

  test('that cannot fit is refused with its arithmetic', () => {
    expect(() => refuseOverfullLines(planOf({ meters: 25, intervalMs: 5000 }))).toThrow(
      'line rs485: 25 meters need 104 % of it (208 ms a poll at 9600 bit/s); poll less often',
    );
  });

  // Two exchanges of 18 + 18 characters, since a DI has two bytes and there is no status word: 72 + 4 + 3 = 79 characters × 1.1458 ms
  // + 2 × 20 ms = 130.5 ms; 38 of them are 4.96 s, 39 are 5.09 s.
  test('of 1997 meters has shorter frames, and nobody asks for a relay', () => {
    const more = ['protocol: dlt645-1997'];
    expect(() => refuseOverfullLines(planOf({ meters: 38, intervalMs: 5000, more }))).not.toThrow();
    expect(() => refuseOverfullLines(planOf({ meters: 39, intervalMs: 5000, more }))).toThrow(
      'line rs485: 39 meters need 102 % of it (131 ms a poll at 9600 bit/s); poll less often',
    );
  });

  // At 1200 bit/s a character takes 9.1667 ms: 79 of them and 2 × 20 ms are 764.2 ms; 6 of them are 4.59 s, 7 are 5.35 s.
  test('of meters with a speed of their own is reckoned at that speed', () => {
    const more = ['protocol: dlt645-1997', 'port: { baudRate: 1200 }'];
    expect(() => refuseOverfullLines(planOf({ meters: 6, intervalMs: 5000, more }))).not.toThrow();
    expect(() => refuseOverfullLines(planOf({ meters: 7, intervalMs: 5000, more }))).toThrow('107 % of it (764 ms a poll at 1200 bit/s)');
  });

  test('says how full each line will be, with the same arithmetic', () => {
    expect(planOf({ meters: 12, intervalMs: 5000 }).get('rs485')).toEqual({
      share: expect.closeTo((12 * 207.8125) / 5000, 6),
      arithmetic: '12 meters need 50 % of it (208 ms a poll at 9600 bit/s)',
    });
  });

  // Energy (000A, 2 registers) and power (000E, 1) are two reads while the map joins nothing that was not asked for, the relay
  // (001A, 1) is a third: 3 × (8 + 5) + 2 × (2 + 1 + 1) = 47 characters and 3 gaps of 3.5 are 57.5 characters × 1.1458 ms = 65.9 ms.
  test('of Modbus RTU is reckoned in characters and gaps', () => {
    const modbus = { from: 0, protocol: 'modbus-rtu', map: 'hiking-dds238' };
    expect(() => refuseOverfullLines(planOf({ meters: 15, intervalMs: 1000, modbus }))).not.toThrow();
    expect(() => refuseOverfullLines(planOf({ meters: 16, intervalMs: 1000, modbus }))).toThrow(
      'line rs485: 16 meters need 105 % of it (66 ms a poll at 9600 bit/s); poll less often',
    );
  });

  // 47 characters of 11 bits at 115 200 bit/s are 4.49 ms, and a gap is 1.75 ms there: 3 × 1.75 + 4.49 = 9.74 ms; 11 of them are 107 ms.
  test('of Modbus RTU on a fast line has gaps of 1.75 ms', () => {
    const line = 'transport: { type: serial, path: /dev/ttyUSB0 }, port: { baudRate: 115200 }';
    const modbus = { from: 0, protocol: 'modbus-rtu', map: 'hiking-dds238' };
    expect(() => refuseOverfullLines(planOf({ meters: 10, intervalMs: 100, modbus, line }))).not.toThrow();
    expect(() => refuseOverfullLines(planOf({ meters: 11, intervalMs: 100, modbus, line }))).toThrow('107 % of it (10 ms a poll');
  });

  // A meter without a relay is read twice: energy (0048) and power (0034), floats of 2 registers each, too far apart to join.
  // 2 × (8 + 5) + 2 × (2 + 2) + 2 × 3.5 = 41 characters × 1.1458 ms = 46.98 ms; 21 of them are 987 ms, 22 are 1034 ms.
  test('does not count a relay that a meter does not have', () => {
    const modbus = { from: 0, protocol: 'modbus-rtu', map: 'eastron-sdm630' };
    expect(() => refuseOverfullLines(planOf({ meters: 21, intervalMs: 1000, modbus }))).not.toThrow();
    expect(() => refuseOverfullLines(planOf({ meters: 22, intervalMs: 1000, modbus }))).toThrow('103 % of it (47 ms a poll');
  });

  // 3 reads of 1 ms; 34 meters in 100 ms are 102 round trips.
  test('of Modbus TCP is reckoned in round trips, as many at a time as the line takes', () => {
    const modbus = { from: 0, protocol: 'modbus-tcp', map: 'hiking-dds238' };
    expect(() => refuseOverfullLines(planOf({ meters: 33, intervalMs: 100, modbus, line: tcp(1) }))).not.toThrow();
    expect(() => refuseOverfullLines(planOf({ meters: 34, intervalMs: 100, modbus, line: tcp(1) }))).toThrow(
      'line rs485: 34 meters need 102 % of it (3 ms a poll for round trips of 1 ms, 1 at a time); poll less often',
    );
    expect(() => refuseOverfullLines(planOf({ meters: 34, intervalMs: 100, modbus, line: tcp(2) }))).not.toThrow();
  });

  // 20 × 207.8 ms = 4156 ms leave 844 ms of 5 s: 12 × 65.9 ms = 791 ms fit, 13 × 65.9 ms = 857 ms do not.
  test('of a line that mixes protocols adds up what each takes', () => {
    const mixed = (rtu: number) =>
      planOf({ meters: 20 + rtu, intervalMs: 5000, modbus: { from: 20, protocol: 'modbus-rtu', map: 'hiking-dds238' } });
    expect(() => refuseOverfullLines(mixed(12))).not.toThrow();
    expect(() => refuseOverfullLines(mixed(13))).toThrow('line rs485: 33 meters need 100 % of it');
  });
});
