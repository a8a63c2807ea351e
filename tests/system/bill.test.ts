import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../support/child.ts';

const ROOT = path.join(import.meta.dirname, '../..');
const BEIJING = path.join(ROOT, 'config/tariffs/beijing-residential-step.yaml');

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'feikong-bill-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, content: unknown): string => {
  const at = path.join(folder, name);
  writeFileSync(at, typeof content === 'string' ? content : JSON.stringify(content));
  return at;
};
const bill = (tariff: string, input: unknown, ...more: string[]) =>
  runCli(['bill', '--tariff', tariff, '--input', file('input.json', input), ...more]);

const OCTOBER = {
  zone: 'Asia/Shanghai',
  class: 'residential',
  period: { from: '2026-10-01T00:00:00+08:00', to: '2026-11-01T00:00:00+08:00' },
  previousPeriod: { quantity: '160.00' },
  meters: [{ meter: 'A', from: '2026-01-01T00:00:00+08:00', first: { '1-0:1.8.0': '1000.00' } }],
  ratios: [{ from: '2026-01-01T00:00:00+08:00', ct: '1', pt: '1' }],
  capacities: [],
  demands: [],
  largeFamily: [],
  opened: [],
  readings: [
    { meter: 'A', register: '1-0:1.8.0', at: '2026-10-31T16:00:00Z', value: '3950.00' },
    { meter: 'A', register: '1-0:1.8.0', at: '2026-09-30T16:00:00Z', value: '3800.00' },
  ],
};

describe('feikong bill', () => {
  test('answers in one line of JSON', async () => {
    const { code, stdout, stderr } = await bill(BEIJING, OCTOBER, '--json', '--day-by-day');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    // 150 × 0.4883 = 73.245; 2,950 − 2,880 = 70 × 0.05 = 3.50
    expect(JSON.parse(stdout)).toMatchObject({
      period: { from: '2026-09-30T16:00:00.000Z', to: '2026-10-31T16:00:00.000Z' },
      lines: [
        { component: 'energy', quantity: '150.00', price: '0.4883', exact: '73.245', amount: '73.25' },
        { component: 'step:2', quantity: '70.00', price: '0.05', exact: '3.50', amount: '3.50' },
      ],
      total: '76.75',
      provisional: [],
      postings: [
        { businessDay: '2026-10-31', component: 'energy', customer: '73.25', revenue: '73.245', rounding: '0.005' },
        { businessDay: '2026-10-31', component: 'step:2', customer: '3.50', revenue: '3.50', rounding: '0.00' },
      ],
    });
  });

  test('explains itself to a person', async () => {
    const { code, stdout } = await bill(BEIJING, OCTOBER);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^energy +150\.00 +0\.4883 +73\.245 +73\.25$/m);
    expect(stdout).toMatch(/^total +76\.75$/m);
    expect(stdout).toContain('meter A 1-0:1.8.0 3800.00 → 3950.00, 2026-09-30T16:00:00.000Z to 2026-10-31T16:00:00.000Z');
    expect(stdout).toContain('step 2, 2880 to 4800 kWh');
  });

  test.each([
    ['an unknown class', { ...OCTOBER, class: 'industrial' }, 'class is "industrial"; expected one of the classes of tariff beijing'],
    ['a period before the first price', { ...OCTOBER, period: { from: '2010-01-01', to: '2010-02-01' } }, 'period.from is'],
    ['a period that ends before it begins', { ...OCTOBER, period: { from: '2026-11-01', to: '2026-10-01' } }, 'period.to is "2026-10-01"'],
    ['an unknown key', { ...OCTOBER, tarif: 'x' }, 'tarif is "x"; expected no such key'],
    ['a zone that does not exist', { ...OCTOBER, zone: 'Mars/Base' }, 'zone is "Mars/Base"; expected an IANA time zone'],
    [
      'a reading of no meter',
      { ...OCTOBER, readings: [{ meter: 'Z', at: '2026-10-01', value: '1' }] },
      'readings[0].meter is "Z"; expected one of the meters: A',
    ],
    [
      'a day that does not exist',
      { ...OCTOBER, readings: [{ meter: 'A', at: '2026-02-30', value: '1' }] },
      'readings[0].at is "2026-02-30"',
    ],
    [
      'a register that charges nothing',
      { ...OCTOBER, readings: [{ meter: 'A', register: 'volts', at: '2026-10-01', value: '1' }] },
      'readings[0].register is "volts"; expected one of total (1-0:1.8.0)',
    ],
    [
      'two ratios at once',
      {
        ...OCTOBER,
        ratios: [
          { from: '2026-01-01', ct: 1, to: '2026-12-01' },
          { from: '2026-05-01', ct: 2 },
        ],
      },
      'ratios[1].from is "2026-05-01"; expected a time in which ratios[0] is not in force',
    ],
  ])('refuses %s in one sentence that names it', async (_, input, sentence) => {
    const { code, stdout, stderr } = await bill(BEIJING, input, '--json');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(sentence);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  test.each([
    ['a missing price', 'id: t\nversions:\n  - from: "2020-01-01"\n    energi: "1"\n', ':3: versions[0].energy is missing'],
    [
      'an unknown key',
      'id: t\nversions:\n  - from: "2020-01-01"\n    energy: "1"\n    step: {}\n',
      ':5: versions[0].step is {}; expected no such key',
    ],
    ['a price that is no decimal', 'id: t\nversions:\n  - from: "2020-01-01"\n    energy: "1,5"\n', 'versions[0].energy is "1,5"'],
    [
      'steps that do not rise',
      'id: t\nversions:\n  - from: "2020-01-01"\n    energy: "1"\n    steps: { basis: year, blocks: [{ upTo: "100", add: "0" }, { upTo: "50", add: "1" }, { add: "2" }] }\n',
      'versions[0].steps.blocks[1].upTo is "50"; expected more than the block before',
    ],
    [
      'a day in no season',
      'id: t\nversions:\n  - from: "2020-01-01"\n    energy: { peak: "1" }\n    timeOfUse: { source: registers, seasons: [{ name: a, from: "01-01", to: "06-29" }, { name: b, from: "07-01", to: "12-31" }] }\n',
      'versions[0].timeOfUse.seasons is "06-30"; expected seasons that cover the whole year',
    ],
    [
      'a period that one season has no price for',
      'id: t\nversions:\n  - from: "2020-01-01"\n    energy: { peak: "1", sharp: "2" }\n    timeOfUse: { seasons: [{ name: a, from: "01-01", to: "12-31", energy: { peak: "1" } }], days: [{ on: [mon, tue, wed, thu, fri, sat, sun], periods: ["00:00 sharp"] }] }\n',
      'periods[0] is "00:00 sharp"; expected one of the periods that have a price: peak',
    ],
    [
      'a weekday without a table',
      'id: t\nversions:\n  - from: "2020-01-01"\n    energy: { peak: "1", valley: "0.5" }\n    timeOfUse: { days: [{ on: [mon], periods: ["00:00 peak"] }] }\n',
      'versions[0].timeOfUse.days is "sun"; expected a table for sun',
    ],
    [
      'a period without a price',
      'id: t\nversions:\n  - from: "2020-01-01"\n    energy: { peak: "1" }\n    timeOfUse: { days: [{ on: [mon, tue, wed, thu, fri, sat, sun], periods: ["00:00 sharp"] }] }\n',
      'periods[0] is "00:00 sharp"; expected one of the periods that have a price: peak',
    ],
    [
      'versions out of order',
      'id: t\nversions:\n  - { from: "2021-01-01", energy: "1" }\n  - { from: "2020-01-01", energy: "2" }\n',
      'versions[1].from is "2020-01-01"; expected a start after',
    ],
  ])('refuses a tariff with %s', async (_, tariff, sentence) => {
    const { code, stderr } = await bill(file('tariff.yaml', tariff), OCTOBER, '--json');
    expect(code).toBe(1);
    expect(stderr).toContain(sentence);
    expect(stderr).not.toContain('    at ');
  });
});

describe('feikong late-fee', () => {
  const overdue = {
    class: 'general',
    principal: '1000.00',
    due: '2026-12-25',
    until: '2027-01-10',
    payments: [{ at: '2026-12-30T10:00:00+08:00', amount: '400.00' }],
  };

  test('answers in one line of JSON', async () => {
    const { code, stdout } = await runCli(['late-fee', '--input', file('fee.json', overdue), '--json']);
    expect([code, stdout.trimEnd().split('\n').length]).toEqual([0, 1]);
    // 5 × 1,000 × 0.002 = 10; 600 × 0.002 = 1.20; 10 × 600 × 0.003 = 18
    expect(JSON.parse(stdout)).toMatchObject({
      lines: [{ component: 'late-fee', exact: '29.20', amount: '29.20' }],
      total: '29.20',
      principalLeft: '600.00',
      stretches: [
        { days: 5, exact: '10.00' },
        { days: 1, exact: '1.20' },
        { days: 10, exact: '18.00' },
      ],
    });
  });

  test('speaks to a person, and refuses what it cannot read', async () => {
    const text = await runCli(['late-fee', '--input', file('fee.json', overdue)]);
    expect(text.stdout).toContain('late fee 29.20, rounded once to the fen');
    const bad = await runCli(['late-fee', '--input', file('fee.json', { ...overdue, principal: '1.005' }), '--json']);
    expect([bad.code, bad.stdout]).toEqual([1, '']);
    expect(bad.stderr).toContain('principal is "1.005"; expected yuan in whole fen');
  });
});

/** Every complete example of the document gives what it says, so that an integrator can begin with it. */
describe('the examples of docs/bill.md', () => {
  const text = readFileSync(path.join(ROOT, 'docs/bill.md'), 'utf8');
  const examples = [
    ...text.matchAll(/`config\/tariffs\/(?<tariff>[a-z-]+)\.yaml`[^`]*```json\n(?<input>[^`]+)```[^`]*total `(?<total>[^`]+)`/g),
  ];

  test('cover each shipped tariff', () => {
    expect(examples.map(({ groups }) => groups?.tariff)).toEqual([
      'beijing-residential-step',
      'jiangsu-residential-tou-step',
      'commercial-tou',
      'industrial-two-part',
    ]);
  });

  test.each(examples.map(({ groups }) => [groups?.tariff ?? '', groups?.input ?? '', groups?.total ?? '']))(
    '%s',
    async (tariff, input, total) => {
      const { stdout } = await bill(path.join(ROOT, `config/tariffs/${tariff}.yaml`), input, '--json');
      expect(JSON.parse(stdout)).toMatchObject({ total, provisional: [] });
    },
  );
});
