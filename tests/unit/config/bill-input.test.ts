import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadBillInput } from '../../../src/config/bill-input.ts';
import { OperatorError } from '../../../src/kernel/app-error.ts';
import { formatInstant } from '../../../src/kernel/clock.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'feikong-bill-input-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const loaded = (content: string) => {
  const file = path.join(folder, 'bill.yaml');
  writeFileSync(file, content);
  return loadBillInput(file);
};
const JUNE = { class: 'general', period: { from: '2026-06-01', to: '2026-07-01' }, readings: [] };
const input = (more: object) => loaded(JSON.stringify({ ...JUNE, ...more }));
/** JSON has no infinity and YAML has: a line of it beside the rest. */
const complaintOf = (more: object, line = '') => {
  try {
    loaded(`${JSON.stringify({ ...JUNE, ...more }).slice(0, -1)}${line === '' ? '' : `, ${line}`}}`);
    return 'none';
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return error.message.replace(/^.*bill\.yaml(:\d+)?: /, '');
  }
};
const since = { from: '2026-01-01' };
const DECIMAL = 'a decimal from zero on, as 120.50, with at most 15 whole digits and 6 decimals';

describe('a number that is no decimal from zero on is refused', () => {
  test.each([
    ['capacities: [{ from: 2026-01-01, kva: 1e21 }]', `capacities[0].kva is 1e+21; expected ${DECIMAL}`],
    ['capacities: [{ from: 2026-01-01, kva: 1e-7 }]', `capacities[0].kva is 1e-7; expected ${DECIMAL}`],
    ['capacities: [{ from: 2026-01-01, kva: .inf }]', `capacities[0].kva is Infinity; expected ${DECIMAL}`],
    ['capacities: [{ from: 2026-01-01, kva: .nan }]', `capacities[0].kva is NaN; expected ${DECIMAL} (kVA)`],
    ['demands: [{ from: 2026-01-01, contractedKw: 1e21 }]', `demands[0].contractedKw is 1e+21; expected ${DECIMAL}`],
    ['demands: [{ from: 2026-01-01, measuredKw: 1e-7 }]', `demands[0].measuredKw is 1e-7; expected ${DECIMAL}`],
    ['meters: [{ meter: A, from: 2026-01-01, maximumKw: 1e21 }]', `meters[0].maximumKw is 1e+21; expected ${DECIMAL}`],
    ['yearToDate: 1e21', `yearToDate is 1e+21; expected ${DECIMAL}`],
    ['yearToDate: 0.12345678', `yearToDate is 0.12345678; expected ${DECIMAL}`],
    ['yearToDate: "-1"', `yearToDate is "-1"; expected ${DECIMAL} (kWh after the ratio that the step year used`],
    [
      'ratios: [{ from: 2026-01-01, ratio: 0 }]',
      'ratios[0].ratio is 0; expected a whole number from 1 on, as 40, with at most 9 digits (CT × PT)',
    ],
    ['ratios: [{ from: 2026-01-01, ct: 1e21 }]', 'ratios[0].ct is 1e+21; expected a whole number from 1 on, as 40, with at most 9 digits'],
    ['meters: [{ meter: A, from: 2026-01-01, first: { total: -1 } }]', `meters[0].first.total is -1; expected ${DECIMAL} (kWh or kvarh)`],
    [
      'meters: [{ meter: A, from: 2026-01-01, first: [{ register: total, value: "-1" }] }]',
      `meters[0].first[0].value is "-1"; expected ${DECIMAL}`,
    ],
    ['previousPeriod: "-5"', `previousPeriod is "-5"; expected ${DECIMAL} (Charged where the last reading is missing`],
  ])('%s', (line, sentence) => {
    expect(complaintOf({}, line)).toContain(sentence);
  });

  test.each([-1, '-1', '1e3', '1,5'])('as a reading: %s', (value) => {
    expect(complaintOf({ readings: [{ at: '2026-06-01', value }] })).toBe(
      `readings[0].value is ${JSON.stringify(value)}; expected ${DECIMAL} (kWh or kvarh, before the ratio)`,
    );
  });

  test('one from zero on is taken as it is written, in quotes or not', () => {
    const { facts, readings } = input({ capacities: [{ ...since, kva: 0.000001 }], readings: [{ at: '2026-06-01', value: '120.50' }] });
    expect(facts.capacities[0]?.kva).toEqual({ numerator: 1n, denominator: 1_000_000n });
    expect(readings[0]?.value).toBe(120_500_000n);
  });
});

describe('a dated fact without an end', () => {
  test('holds until the next one begins, whatever order they come in, and not again behind it', () => {
    const ratios = [
      { from: '2026-06-01', to: '2026-06-11', ratio: 40 },
      { from: '2026-01-01', ratio: 1 },
    ];
    expect(input({ ratios }).facts.ratios.map(({ from, to }) => [from, to].map((at) => at && formatInstant(at)))).toEqual([
      ['2026-05-31T16:00:00.000Z', '2026-06-10T16:00:00.000Z'],
      ['2025-12-31T16:00:00.000Z', '2026-05-31T16:00:00.000Z'],
    ]);
  });

  test('holds for good where none follows', () => {
    expect(input({ capacities: [{ ...since, kva: '100' }] }).facts.capacities[0]?.to).toBeUndefined();
  });

  test('two that begin at once are refused', () => {
    expect(complaintOf({ free: [since, since] })).toContain(
      'free[0].from is "2026-01-01"; expected a time in which free[1] is not in force',
    );
  });
});

describe('who was supplied outside the period only', () => {
  const expected = 'expected a time of supply within the period: remove it, or bill a period that it touches';

  test('is not billed for it', () => {
    expect(complaintOf({ opened: '2026-07-01' })).toBe(`opened[0].from is "2026-07-01"; ${expected}`);
    expect(complaintOf({ opened: { from: '2026-01-01', to: '2026-06-01' } })).toBe(`opened[0].to is "2026-06-01"; ${expected}`);
    const around = [{ from: '2026-01-01', to: '2026-05-01' }, { from: '2026-08-01' }];
    expect(complaintOf({ opened: around })).toBe(`opened[0].to is "2026-05-01"; ${expected}`);
  });

  test('is billed where a part of it lies within', () => {
    expect(complaintOf({ opened: '2026-06-30' })).toBe('none');
    expect(complaintOf({ opened: [{ from: '2026-01-01', to: '2026-06-02' }, { from: '2026-08-01' }] })).toBe('none');
  });
});

describe('a time outside the years 1970 to 9998 is refused', () => {
  const YEARS = 'expected a time in the years 1970 to 9998';
  test.each([
    ['period.to', '9999-12-31', { period: { from: '2026-06-01', to: '9999-12-31' } }],
    ['period.from', '1969-12-31', { period: { from: '1969-12-31', to: '2026-06-01' } }],
    ['meters[0].from', '0099-01-01T00:00:00Z', { meters: [{ meter: 'A', from: '0099-01-01T00:00:00Z' }] }],
    ['ratios[0].to', '9998-12-31T23:00:00Z', { ratios: [{ ...since, to: '9998-12-31T23:00:00Z', ct: 2 }] }],
    ['opened[0].from', '0000-01-01', { opened: '0000-01-01' }],
    ['readings[0].at', '9999-01-01', { readings: [{ at: '9999-01-01', value: '1' }] }],
    ['readings[0].heardAt', '9999-01-01', { readings: [{ at: '2026-06-01', value: '1', heardAt: '9999-01-01' }] }],
    ['readings[0].supersedes', '9999-01-01', { readings: [{ at: '2026-06-01', value: '1', supersedes: '9999-01-01' }] }],
  ])('%s: %s', (place, value, more) => {
    expect(complaintOf(more)).toBe(`${place} is "${value}"; ${YEARS}`);
  });

  test('and their first and last days are taken', () => {
    expect(complaintOf({ period: { from: '1970-01-01', to: '9998-12-31' } })).toBe('none');
  });
});

describe('what contradicts itself is refused', () => {
  const meter = { meter: 'A', from: '2026-01-01' };
  test.each([
    [
      'ct beside currentRatio',
      { ratios: [{ ...since, ct: 2, currentRatio: 3 }] },
      'ratios[0].currentRatio is 3; expected either ct or currentRatio',
    ],
    [
      'pt beside voltageRatio',
      { ratios: [{ ...since, pt: 2, voltageRatio: 3 }] },
      'ratios[0].voltageRatio is 3; expected either pt or voltageRatio',
    ],
    [
      'a register under two names in first',
      { meters: [{ ...meter, first: { total: '5', '1-0:1.8.0': '6' } }] },
      'meters[0].first.1-0:1.8.0 is "6"; expected each register once: 1-0:1.8.0 is there already',
    ],
    [
      'a register twice in final',
      { meters: [{ ...meter, to: '2026-06-01', final: [0, 1].map(() => ({ register: 'peak', value: '5' })) }] },
      'meters[0].final[1] is "5"; expected each register once: 1-0:1.8.2 is there already',
    ],
    [
      'a register under two names in the previous quantity',
      { previousPeriod: { quantity: { peak: '5', '1-0:1.8.2': '5' } } },
      'previousPeriod.quantity.1-0:1.8.2 is "5"; expected each register once',
    ],
    [
      'a first register with more digits than the meter has',
      { meters: [{ ...meter, digits: 5, first: '100000' }] },
      'meters[0].first is "100000"; expected less than 100000, since digits of its meter is 5',
    ],
    [
      'a reading with more digits than the meter has',
      { meters: [{ ...meter, digits: 6 }], readings: [{ at: '2026-06-01', value: '1000000' }] },
      'readings[0].value is "1000000"; expected less than 1000000, since digits of its meter is 6',
    ],
    [
      'a previous quantity of reactive energy',
      { previousPeriod: { quantity: { reactive: '5' } } },
      'previousPeriod.quantity.reactive is "reactive"; expected one of total (1-0:1.8.0), sharp (1-0:1.8.1)',
    ],
    [
      'a previous quantity of nothing',
      { previousPeriod: { quantity: {} } },
      'previousPeriod.quantity is {}; expected the total or the periods of the day',
    ],
  ])('%s', (_, more, sentence) => {
    expect(complaintOf(more)).toContain(sentence);
  });

  test('a final register of a meter that still hangs is that of the period’s end', () => {
    const { facts } = input({ meters: [{ ...meter, final: '5' }] });
    expect(facts.meters[0]?.to).toBe(facts.period.to);
  });

  test('registers have six digits, or as many as they show', () => {
    const digits = (more: object) => input(more).facts.meters.map((fact) => fact.digits);
    expect(digits({ meters: [{ ...meter, first: '5' }] })).toEqual([6]);
    expect(digits({ meters: [{ ...meter, first: '1000000' }] })).toEqual([7]);
    expect(digits({ readings: [{ meter: 'A', register: 'total', at: '2026-06-01', value: '12345678' }] })).toEqual([8]);
  });

  test('a final register needs no end of its own where the next meter follows', () => {
    expect(
      complaintOf({
        meters: [
          { ...meter, final: '5' },
          { meter: 'B', from: '2026-06-10' },
        ],
      }),
    ).toBe('none');
  });
});

describe('what a correction takes the place of', () => {
  const reading = (more: object) => ({ meter: 'A', at: '2026-06-01', value: '5', ...more });
  const supersededBy = (...readings: object[]) => input({ readings }).readings[0]?.supersedes;

  test('is an id where a reading of its register has it, else the value that it looks like', () => {
    const correction = reading({ supersedes: '40' });
    expect(supersededBy(correction, reading({ id: '40' }))).toEqual({ kind: 'id', id: '40' });
    expect(supersededBy(correction, reading({ id: '40', register: 'peak' }))).toEqual({ kind: 'value', value: 40_000_000n });
  });

  test('is no circle of them', () => {
    const circle = [reading({ id: 'a', supersedes: 'b' }), reading({ id: 'x' }), reading({ id: 'b', value: '6', supersedes: 'c' })];
    expect(complaintOf({ readings: [...circle, reading({ id: 'c', value: '7' })] })).toBe('none');
    expect(complaintOf({ readings: [...circle, reading({ id: 'c', value: '7', supersedes: 'a' })] })).toBe(
      'readings[0].supersedes is "b"; expected corrections that do not end where they began: ' +
        'readings[0] → readings[2] → readings[3] → readings[0]; remove one of them',
    );
    const elsewhere = reading({ id: 'c', value: '7', register: 'peak', supersedes: 'a' });
    expect(complaintOf({ readings: [...circle, elsewhere] })).toBe('none');
  });

  test('nor are two of them of different instants that correct each other', () => {
    const pair = (at: string) => [reading({ supersedes: at }), reading({ at, supersedes: '2026-06-01' })];
    expect(complaintOf({ readings: pair('2026-06-02') })).toContain(
      'readings[0].supersedes is "2026-06-02"; expected corrections that do not end where they began',
    );
  });

  test('may still be to come', () => {
    expect(supersededBy(reading({ supersedes: '20260601000000001' }))).toEqual({ kind: 'id', id: '20260601000000001' });
  });
});
