import { describe, expect, test } from 'vitest';
import { linesOf, rated, reasonsOf, totals } from '../../../support/bills.ts';

const FLAT = { versions: [{ from: '2020-01-01', energy: '0.6123' }] };
const JUNE = { class: 'general', period: { from: '2026-06-01', to: '2026-07-01' } };
const meterOf = (meter: string, values: Readonly<Record<string, string>>) =>
  Object.entries(values).map(([at, value]) => ({ meter, register: '1-0:1.8.0', at, value }));

test('a ratio corrected three months late is rated again from its true date', () => {
  const registers = ['100', '110.5', '122.75', '132.5'];
  const starts = ['2026-03-01', '2026-04-01', '2026-05-01', '2026-06-01'];
  const months = (ct: number) =>
    [0, 1, 2].map(
      (index) =>
        rated(FLAT, {
          class: 'general',
          period: { from: starts[index], to: starts[index + 1] },
          ratios: [{ from: '2026-03-01', ct }],
          readings: totals(Object.fromEntries(starts.map((at, order) => [at, registers[order] ?? '']))),
        }).total,
    );
  // × 20: 210, 245, 195 kWh × 0.6123 = 128.583, 150.0135, 119.3985
  expect(months(20)).toEqual(['128.58', '150.01', '119.40']);
  // × 40: 420, 490, 390 kWh × 0.6123 = 257.166, 300.027, 238.797; what is owed is 128.59 + 150.02 + 119.40 = 398.01
  expect(months(40)).toEqual(['257.17', '300.03', '238.80']);
});

describe('a meter change and a roll-over in one period', () => {
  const meters = [
    { meter: 'A', from: '2020-01-01', final: { total: '20.00' } },
    { meter: 'B', from: '2026-06-10T10:00:00+08:00', first: { total: '5.00' } },
  ];
  const readings = [...meterOf('A', { '2026-06-01': '999950.00' }), ...meterOf('B', { '2026-07-01': '105.00' })];

  test('count what each meter passed', () => {
    const bill = rated(FLAT, { ...JUNE, meters, readings });
    // A: 20 + 1,000,000 − 999,950 = 70; B: 100. 170 × 0.6123 = 104.091
    expect(linesOf(bill)).toEqual([['energy', '170.00', '0.6123', '104.09']]);
    expect(bill).toMatchObject({ provisional: [], suspect: [{ reason: 'register-rolled-over' }] });
  });

  test('and nothing of what a meter counts after it was taken away', () => {
    const elsewhere = meterOf('A', { '2026-06-10T10:00:00+08:00': '21.00', '2026-06-20': '500.00' });
    expect(rated(FLAT, { ...JUNE, meters, readings: [...readings, ...elsewhere] })).toMatchObject({ total: '104.09', provisional: [] });
    // Without a final register its reading at that instant stands in for it: 71 + 100 = 171 × 0.6123 = 104.7033
    const stood = [{ meter: 'A', from: '2020-01-01' }, meters[1]];
    expect(rated(FLAT, { ...JUNE, meters: stood, readings: [...readings, ...elsewhere] })).toMatchObject({
      total: '104.70',
      provisional: [],
    });
  });

  test('each with its own ratio', () => {
    const ratios = [
      { from: '2020-01-01', ct: '10' },
      { from: '2026-06-10T10:00:00+08:00', ct: '25', pt: '2' },
    ];
    // 70 × 10 + 100 × 50 = 5,700 × 0.6123 = 3,490.11
    expect(rated(FLAT, { ...JUNE, meters, readings, ratios })).toMatchObject({ total: '3490.11', provisional: [] });
  });

  test('a final register that is missing charges what was read, provisionally', () => {
    const bill = rated(FLAT, { ...JUNE, meters: [{ meter: 'A', from: '2020-01-01' }, meters[1]], readings });
    expect([bill.lines[0]?.quantity, reasonsOf(bill)]).toEqual(['100.00', ['final-register-missing']]);
  });
});

test('a register that a meter came or went with counts before another reading of that instant, and the bill says so', () => {
  const meters = [
    { meter: 'A', from: '2020-01-01', to: '2026-06-10', final: { total: '70.00' } },
    { meter: 'B', from: '2026-06-10', first: { total: '5.00' } },
  ];
  const june = (final: string, first: string) =>
    rated(FLAT, {
      ...JUNE,
      meters,
      readings: [
        ...meterOf('A', { '2026-06-01': '40.00', '2026-06-10': final }),
        ...meterOf('B', { '2026-06-10': first, '2026-07-01': '105.00' }),
      ],
    });
  // 30 + 100 = 130 × 0.6123 = 79.599
  expect(june('70.00', '5.00')).toMatchObject({ total: '79.60', provisional: [], suspect: [] });
  const rule = 'the register of the change counts';
  expect(june('71.50', '6.00')).toMatchObject({
    total: '79.60',
    provisional: [],
    suspect: [
      { reason: 'reading-outranked', rule, detail: 'A 1-0:1.8.0 was read 71.50, and went with 70.00' },
      { reason: 'reading-outranked', rule, detail: 'B 1-0:1.8.0 was read 6.00, and came with 5.00' },
    ],
  });
});

describe('a time in which no meter hangs', () => {
  const holed = (more: object, to?: string) =>
    rated(FLAT, {
      ...JUNE,
      meters: [
        { meter: 'A', from: '2020-01-01', to: '2026-06-11', final: { total: '100.00' } },
        {
          meter: 'B',
          from: '2026-06-14T08:00:00+08:00',
          ...(to === undefined ? {} : { to }),
          first: { total: '0' },
          final: { total: '50.00' },
        },
      ],
      readings: meterOf('A', { '2026-06-01': '60.00' }),
      ...more,
    });

  test('between two meters is charged to nobody, provisionally', () => {
    // 40 + 50 = 90 × 0.6123 = 55.107
    expect(holed({})).toMatchObject({
      total: '55.11',
      provisional: [{ reason: 'no-meter', rule: 'nothing for that time', detail: '2026-06-10T16:00:00.000Z to 2026-06-14T00:00:00.000Z' }],
    });
  });

  test('nor behind the last one', () => {
    expect(holed({}, '2026-06-21').provisional).toMatchObject([
      { detail: '2026-06-10T16:00:00.000Z to 2026-06-14T00:00:00.000Z' },
      { detail: '2026-06-20T16:00:00.000Z to 2026-06-30T16:00:00.000Z' },
    ]);
  });

  test('nor where none hangs at all', () => {
    const meters = [{ meter: 'A', from: '2020-01-01', to: '2026-05-01' }];
    expect(rated(FLAT, { ...JUNE, meters, readings: [] })).toMatchObject({ total: '0.00', provisional: [{ reason: 'no-meter' }] });
  });

  test('is as it should be while the customer is not supplied, or not yet', () => {
    const opened = [
      { from: '2020-01-01', to: '2026-06-11' },
      { from: '2026-06-14T08:00:00+08:00', to: '2026-06-21' },
    ];
    expect(holed({ opened }, '2026-06-21').provisional).toEqual([]);
    const meters = [{ meter: 'B', from: '2026-06-14', first: { total: '0' }, final: { total: '50.00' } }];
    expect(rated(FLAT, { ...JUNE, meters, readings: [] }).provisional).toEqual([]);
  });
});

test('a roll-over is judged by the ratio and the supply of its own time', () => {
  const ratios = [
    { from: '2020-01-01', ratio: '10' },
    { from: '2026-06-11', ratio: '1' },
  ];
  const june = (capacities: readonly object[], values: Readonly<Record<string, string>>) =>
    rated(FLAT, { ...JUNE, ratios, capacities, readings: totals(values) });
  const tenKva = [{ from: '2020-01-01', kva: '10' }];
  // × 10 in 240 hours at most 10 × 1.2 × 240 ÷ 10 = 288 pass: 1,000 is no roll-over, though by the later ratio 2,880 could
  const misread = { '2026-06-01': '999500.00', '2026-06-11': '500.00', '2026-07-01': '600.00' };
  expect(reasonsOf(june(tenKva, misread))).toEqual(['register-went-back']);
  expect(reasonsOf(june([...tenKva, { from: '2026-06-11', kva: '1000' }], misread))).toEqual(['register-went-back']);
  // × 1 in 480 hours 5,760 may: 100 × 10 + 1,000 × 1 = 2,000 × 0.6123
  const rolled = june(tenKva, { '2026-06-01': '999400.00', '2026-06-11': '999500.00', '2026-07-01': '500.00' });
  expect(rolled).toMatchObject({ total: '1224.60', provisional: [], suspect: [{ reason: 'register-rolled-over' }] });
});

test('a register that went back without a believable roll-over charges nothing', () => {
  const bill = rated(FLAT, { ...JUNE, readings: totals({ '2026-06-01': '500', '2026-07-01': '300' }) });
  expect(bill).toMatchObject({ lines: [], total: '0.00', provisional: [{ reason: 'register-went-back', rule: 'F71' }] });
});

test('what a supply cannot carry in the time is no roll-over', () => {
  const readings = totals({ '2026-06-01': '999000', '2026-07-01': '9000' });
  const of = (kva: string) => rated(FLAT, { ...JUNE, readings, capacities: [{ from: '2020-01-01', kva }] });
  // 10,000 kWh in 720 hours need 13.9 kW; with a margin of 1.2: 11 kVA carry 9,504, 12 kVA carry 10,368
  expect([reasonsOf(of('11')), of('11').total]).toEqual([['register-went-back'], '0.00']);
  expect([reasonsOf(of('12')), of('12').total]).toEqual([[], '6123.00']);
});

describe('a supply that grew within the period carries the most that it did', () => {
  const input = {
    period: { from: '2026-06-01', to: '2026-07-01' },
    readings: totals({ '2026-06-01': '900000', '2026-07-01': '50000' }),
    capacities: [
      { from: '2020-01-01', kva: '100' },
      { from: '2026-06-02', kva: '1000' },
    ],
  };
  // 150,000 kWh in 720 hours need 208.3 kW; with a margin of 1.2: 100 kVA carry 86,400, 1,000 kVA carry 864,000
  test('by one price', () => {
    const bill = rated(FLAT, { ...input, class: 'general' });
    // 150,000 × 0.6123 = 91,845
    expect(bill).toMatchObject({ total: '91845.00', provisional: [], suspect: [{ reason: 'register-rolled-over' }] });
  });

  test('by time of use', () => {
    const bill = rated('industrial-two-part', { ...input, class: 'industrial', meteringSide: 'high' });
    // 150,000 × 0.019 = 2,850
    expect(linesOf(bill)).toContainEqual(['fund:renewable', '150000.00', '0.019', '2850.00']);
    expect(bill.suspect).toMatchObject([{ reason: 'register-rolled-over' }]);
  });
});

test('registers that charge nothing here make no bill provisional', () => {
  const others = [
    { meter: 'A', register: 'reactive', at: '2026-06-20', value: '5' },
    { meter: 'A', register: 'peak', at: '2026-06-01', value: '500' },
    { meter: 'A', register: 'peak', at: '2026-07-01', value: '300' },
  ];
  const bill = rated(FLAT, { ...JUNE, readings: [...totals({ '2026-06-01': '0', '2026-07-01': '100' }), ...others] });
  expect(bill).toMatchObject({ total: '61.23', provisional: [] });
});

describe('a tariff that changes in mid-month', () => {
  const changed = {
    versions: [
      { from: '2020-01-01', energy: '0.60' },
      { from: '2026-06-16', energy: '0.80' },
    ],
  };
  test('is split at the frozen register', () => {
    const bill = rated(changed, { ...JUNE, readings: totals({ '2026-06-01': '1000', '2026-06-16': '1120', '2026-07-01': '1300' }) });
    // 120 × 0.60 = 72; 180 × 0.80 = 144
    expect(linesOf(bill)).toEqual([
      ['energy', '120.00', '0.60', '72.00'],
      ['energy', '180.00', '0.80', '144.00'],
    ]);
    expect(bill).toMatchObject({ total: '216.00', provisional: [] });
  });

  test('is split by elapsed time until that register arrives', () => {
    const bill = rated(changed, { ...JUNE, readings: totals({ '2026-06-01': '1000', '2026-07-01': '1300' }) });
    // 15 of 30 days: 150 × 0.60 = 90; 150 × 0.80 = 120
    expect(bill).toMatchObject({ total: '210.00', provisional: [{ reason: 'boundary-register-missing', rule: 'elapsed-time split' }] });
  });
});

describe('a last reading that is missing', () => {
  const late = { ...JUNE, previousPeriod: { quantity: '280' } };
  test('charges the previous period’s quantity, provisionally', () => {
    // 280 × 0.6123 = 171.444
    expect(rated(FLAT, { ...late, readings: totals({ '2026-06-01': '1000' }) })).toMatchObject({
      total: '171.44',
      provisional: [{ reason: 'last-reading-missing', rule: 'F74' }],
    });
  });

  test('which may be taken from the readings of its time', () => {
    const readings = totals({ '2026-05-01': '750', '2026-06-01': '1000' });
    // 250 × 0.6123 = 153.075
    expect(rated(FLAT, { ...JUNE, previousPeriod: { from: '2026-05-01', to: '2026-06-01' }, readings }).total).toBe('153.08');
  });

  test('whole, where the last reading lies before the period', () => {
    expect(rated(FLAT, { ...late, readings: totals({ '2026-05-15': '1000' }) })).toMatchObject({
      total: '171.44',
      provisional: [{ reason: 'last-reading-missing', rule: 'F74' }],
    });
  });

  test('which is not known where its own last reading is missing', () => {
    const previousPeriod = { from: '2026-05-01', to: '2026-06-01' };
    const bill = rated(FLAT, { ...JUNE, previousPeriod, readings: totals({ '2026-04-01': '0', '2026-05-01': '100' }) });
    expect(bill).toMatchObject({
      total: '0.00',
      provisional: [{ reason: 'last-reading-missing', detail: expect.stringContaining('no previous period is known: charged as read') }],
    });
  });

  test('never less than was read', () => {
    // 300 read by 20 June: 300 × 0.6123 = 183.69
    expect(rated(FLAT, { ...late, readings: totals({ '2026-06-01': '1000', '2026-06-20': '1300' }) }).total).toBe('183.69');
  });

  test('is trued up when it arrives', () => {
    // 310 × 0.6123 = 189.813
    expect(rated(FLAT, { ...late, readings: totals({ '2026-06-01': '1000', '2026-07-01': '1310' }) })).toMatchObject({
      total: '189.81',
      provisional: [],
    });
  });
});

describe('corrections of readings', () => {
  const wrong = { id: 'r1', meter: 'A', at: '2026-07-01', value: '1999' };
  const start = totals({ '2026-06-01': '1000' });
  const corrected = (supersedes: string | number | boolean) => ({ meter: 'A', at: '2026-07-01', value: '1100', supersedes });

  test.each(['r1', '1999', '1999.00', 1999, '2026-06-30T16:00:00Z', true])('name what they supersede: %s', (supersedes) => {
    // 100 × 0.6123 = 61.23, whichever came first
    for (const readings of [
      [...start, wrong, corrected(supersedes)],
      [corrected(supersedes), wrong, ...start, wrong],
    ])
      expect(rated(FLAT, { ...JUNE, readings })).toMatchObject({ total: '61.23', provisional: [] });
  });

  test('a correction of another value leaves two that contradict each other', () => {
    expect(reasonsOf(rated(FLAT, { ...JUNE, readings: [...start, wrong, corrected('1500')] }))[0]).toBe('readings-contradict');
  });

  test('an id is one of its meter and register', () => {
    const peak = { meter: 'A', register: 'peak', at: '2026-07-01' };
    const right = { meter: 'A', at: '2026-07-01', value: '1100', id: 'r1' };
    const readings = [...start, right, { ...peak, id: 'r1', value: '40' }, { ...peak, value: '50', supersedes: 'r1' }];
    // 100 × 0.6123 = 61.23
    expect(rated(FLAT, { ...JUNE, readings })).toMatchObject({ total: '61.23', provisional: [] });
  });

  test('a correction that keeps the id takes the place of the others that have it', () => {
    const right = { ...corrected('r1'), id: 'r1' };
    for (const readings of [
      [...start, wrong, right],
      [right, wrong, ...start],
    ])
      expect(rated(FLAT, { ...JUNE, readings })).toMatchObject({ total: '61.23', provisional: [] });
  });

  test('two that each take the place of whatever else stands there contradict each other', () => {
    const bill = rated(FLAT, { ...JUNE, readings: [...start, wrong, corrected(true), { ...corrected(true), value: '1200' }] });
    expect([bill.total, reasonsOf(bill)]).toEqual(['0.00', ['readings-contradict', 'last-reading-missing']]);
  });

  test('two values without a correction are neither believed', () => {
    const bill = rated(FLAT, { ...JUNE, readings: [...start, wrong, { ...wrong, id: 'r2', value: '1100' }] });
    expect([bill.total, reasonsOf(bill)]).toEqual(['0.00', ['readings-contradict', 'last-reading-missing']]);
  });
});

describe('posted day by day', () => {
  const readings = [
    ...totals({ '2026-06-01': '1000', '2026-06-02T17:00:00Z': '1010.01', '2026-07-01': '1100' }),
    { meter: 'A', at: '2026-06-10', value: '1040', heardAt: '2026-07-05T00:00:00Z' },
  ];
  const sumOf = (texts: readonly string[]) => texts.reduce((sum, text) => sum + BigInt(Math.round(Number(text) * 1e6)), 0n);

  test('the postings sum to the bill, and days are those of the meter point’s zone', () => {
    const bill = rated(FLAT, { ...JUNE, zone: 'Asia/Shanghai', readings }, true);
    // 10.01 × 0.6123 = 6.129123 on 3 June (17:00 UTC is one in the morning); 100 × 0.6123 = 61.23 at the end: 55.10 more
    expect(bill.postings).toEqual([
      { businessDay: '2026-06-03', component: 'energy', customer: '6.13', revenue: '6.129123', rounding: '0.000877' },
      { businessDay: '2026-06-30', component: 'energy', customer: '55.10', revenue: '55.100877', rounding: '-0.000877' },
    ]);
    expect(bill.total).toBe('61.23');
    const west = rated(FLAT, { ...JUNE, zone: 'Asia/Urumqi', readings }, true);
    expect(west.postings?.[0]?.businessDay).toBe('2026-06-02');
  });

  test('a meter change is not known before its day', () => {
    const meters = [
      { meter: 'A', from: '2020-01-01', final: '1090' },
      { meter: 'B', from: '2026-06-10', first: '0' },
    ];
    const read = [...meterOf('A', { '2026-06-01': '1000', '2026-06-05': '1010' }), ...meterOf('B', { '2026-07-01': '10' })];
    const bill = rated(FLAT, { ...JUNE, meters, readings: read }, true);
    // 10 × 0.6123 = 6.123 by the 5th; 90 × 0.6123 = 55.107 by the final register; 100 × 0.6123 = 61.23
    expect(bill.postings?.map(({ businessDay, customer }) => [businessDay, customer])).toEqual([
      ['2026-06-04', '6.12'],
      ['2026-06-09', '48.99'],
      ['2026-06-30', '6.12'],
    ]);
  });

  test('a correction that is heard after the period is posted on the day it is heard', () => {
    const late = { meter: 'A', at: '2026-07-01', value: '1090', supersedes: true, heardAt: '2026-07-20T02:00:00Z' };
    const bill = rated(FLAT, { ...JUNE, readings: [...readings, late] }, true);
    // 90 × 0.6123 = 55.107; 61.23 was posted
    expect(bill.postings?.at(-1)).toEqual({
      businessDay: '2026-07-20',
      component: 'energy',
      customer: '-6.12',
      revenue: '-6.123',
      rounding: '0.003',
    });
    expect(bill.total).toBe('55.11');
    expect(sumOf(bill.postings?.map(({ customer }) => customer) ?? [])).toBe(55_110_000n);
  });
});
