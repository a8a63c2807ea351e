import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { customerAccount, receivableAccount } from '../../src/core/model/journal.ts';
import { createCollections } from '../../src/core/services/collections.ts';
import { standingBills } from '../../src/core/services/settlement-review.ts';
import { asId } from '../../src/kernel/ids.ts';
import { askFolder, checkDataFolder, exportHledger } from '../../src/store/sqlite/index.ts';
import { SHANGHAI } from '../support/core-facts.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { requirePart } from '../support/require-part.ts';
import { boundary, runYear, type YearReport } from '../support/settled-year.ts';

const SEED = 2026;
const dataDir = mkdtempSync(path.join(tmpdir(), 'feikong-year-'));
let year: YearReport;

beforeAll(async () => {
  year = await runYear({ dataDir, count: 200, seed: SEED });
});
afterAll(() => rmSync(dataDir, { recursive: true }));

describe(`a year of 200 customers, seed ${SEED}`, () => {
  test('has settlements, bills paid from own money, late registers, corrections, transfers and closings', () => {
    const { settled, corrected, paid, transfers, closings, late, misread, wrongRatios } = year;
    expect(settled).toBeGreaterThan(12 * 180);
    for (const figure of [corrected, paid, transfers, closings, late, misread, wrongRatios]) expect(figure).toBeGreaterThan(0);
  });

  test('holds every invariant that a data folder can show', async () => {
    const report = await checkDataFolder(dataDir);
    expect(report.ok && report.value.violations).toEqual([]);
    expect(report.ok && report.value.checked).toEqual(expect.arrayContaining(['I1', 'I3', 'I4', 'I5', 'I6', 'I10', 'I11']));
  });

  test('bills flat prices as the true registers of each month say, to the fen', () => {
    const flat = year.customers.filter(({ kind, moved, open }) => kind === 'flat' && !moved && open);
    expect(flat.length).toBeGreaterThan(20);
    for (const { pointId, boundaries } of flat) {
      const bills = askFolder(dataDir, (ask) => standingBills(ask('billsOfPoint', { meterPointId: pointId })));
      // Hundredths of a kWh at 0.52 yuan: 0.0052 yuan each, rounded half up to the fen.
      const expected = boundaries.slice(1).map((now, month) => ((now - (boundaries[month] ?? 0n)) * 52n + 50n) / 100n);
      expect(bills.map(({ total }) => total)).toEqual(expected.map((fen) => fen * 10_000n));
      expect(bills.flatMap(({ provisional }) => provisional)).toEqual([]);
    }
  });

  test('charges steps by the use of the whole year', () => {
    const steps = year.customers.filter(({ kind, moved, open }) => kind === 'steps' && !moved && open);
    expect(steps.length).toBeGreaterThan(20);
    for (const { pointId, boundaries } of steps) {
      const bills = askFolder(dataDir, (ask) => standingBills(ask('billsOfPoint', { meterPointId: pointId })));
      const used = Number((boundaries.at(-1) ?? 0n) - (boundaries[0] ?? 0n)) / 100;
      const sum = (component: string) =>
        bills
          .flatMap(({ lines }) => lines)
          .filter((line) => line.component === component)
          .reduce((all, { quantity }) => all + Number(quantity), 0);
      // 2,880 and 4,800 kWh a year.
      expect(sum('energy')).toBeCloseTo(used, 6);
      expect(sum('step:2')).toBeCloseTo(Math.min(Math.max(used - 2_880, 0), 1_920), 6);
      expect(sum('step:3')).toBeCloseTo(Math.max(used - 4_800, 0), 6);
    }
  });

  test('has a table of each month in which what was billed came in or did not', async () => {
    const collections = createCollections({
      store: { read: async (name, ask) => askFolder(dataDir, (answer) => answer(name, ask)) },
      clock: createManualClock(boundary(12)),
      zone: SHANGHAI,
    });
    let outstanding = 0n;
    for (let month = 1; month <= 12; month++) {
      const table = await collections.ofMonth(`2026-${String(month).padStart(2, '0')}`, 'district');
      const sum = (part: 'receivable' | 'received' | 'outstanding') => table.units.reduce((all, unit) => all + unit[part], 0n);
      expect(sum('received') + sum('outstanding')).toBe(sum('receivable'));
      expect(table.outstanding.reduce((all, bill) => all + bill.outstanding, 0n)).toBe(sum('outstanding'));
      expect(table.units.length).toBe(5);
      outstanding += sum('outstanding');
    }
    // What all accounts owe beyond what is posted of the open periods is what all months have outstanding.
    const { standings } = askFolder(dataDir, (ask) => ask('collectionFacts', { since: '2026-01' }));
    const owed = [...standings.values()].reduce((all, { position, unbilled }) => {
      const debt = -position - (unbilled > 0n ? unbilled : 0n);
      return debt > 0n ? all + debt : all;
    }, 0n);
    expect(outstanding).toBe(owed);
  });

  test('has the same balances in hledger', (context) => {
    const hledger = requirePart('hledger', context);
    const csv = execFileSync(hledger, ['-f', '-', 'balance', '--flat', '--no-total', '-O', 'csv', '--empty'], {
      input: exportHledger(dataDir),
      encoding: 'utf8',
      maxBuffer: 100_000_000,
    });
    const found = new Map(
      csv
        .trim()
        .split('\n')
        .slice(1)
        .map((line): [string, string] => {
          const [, account = '', balance = ''] = /^"(.*)","(.*)"$/.exec(line) ?? [];
          return [account, balance];
        }),
    );
    expect(found.size).toBeGreaterThan(250);
    const accounts = year.customers.flatMap(({ index }) => [customerAccount(asId(`a-${index}`)), receivableAccount(asId(`a-${index}`))]);
    for (const account of [...accounts, 'rounding' as never, 'revenue:energy' as never]) {
      const balance = askFolder(dataDir, (ask) => ask('ledgerBalance', { account }));
      const told = found.get(account) ?? '0';
      expect([account, BigInt(Math.round(Number(told.replace(' CNY', '')) * 1e6))]).toEqual([account, balance]);
    }
  });
});
