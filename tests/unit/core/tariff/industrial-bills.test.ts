import { describe, expect, test } from 'vitest';
import { loadPricePlan } from '../../../../src/config/price-plan.ts';
import { adjustmentOf, powerFactorOf } from '../../../../src/core/tariff/power-factor.ts';
import { formatRational, rational } from '../../../../src/kernel/rational.ts';
import { linesOf, rated, reasonsOf, totals } from '../../../support/bills.ts';

const INDUSTRY = 'industrial-two-part';
const works = (reactive: string | undefined, more: object = {}) => ({
  class: 'industrial',
  period: { from: '2026-04-01', to: '2026-05-01' },
  meters: [
    {
      meter: 'A',
      from: '2026-04-01',
      first: { total: '0', sharp: '0', peak: '0', flat: '0', valley: '0', ...(reactive === undefined ? {} : { reactive: '0' }) },
    },
  ],
  ratios: [{ from: '2026-01-01', ct: '40' }],
  capacities: [{ from: '2026-01-01', kva: '400' }],
  demands: [{ from: '2026-01-01', contractedKw: '200', measuredKw: '190' }],
  readings: Object.entries({
    total: '1000',
    sharp: '100',
    peak: '250',
    flat: '400',
    valley: '250',
    ...(reactive === undefined ? {} : { reactive }),
  }).map(([register, value]) => ({ meter: 'A', register, at: '2026-05-01', value })),
  ...more,
});

/**
 * × 40: sharp 4,000 × 1.20, peak 10,000 × 1.00, flat 16,000 × 0.60, valley 10,000 × 0.30 = 27,400.
 * Losses: iron 0.002 × 400 kVA × 720 h = 576; copper 1 % of 40,000 = 400; line 0.5 % of 40,976 = 204.88; together 1,180.88,
 * 0.029522 of the use: sharp 118.088 × 1.20 = 141.7056; peak 295.22; flat 472.352 × 0.60 = 283.4112; valley 295.22 × 0.30 = 88.566.
 * Demand 200 kW × 40 = 8,000 (190 lies below the contract; 41,180.88 kWh are less than 260 × 400).
 */
const ENERGY_LOSS_DEMAND = [
  ['energy:sharp', '4000.00', '1.20', '4800.00'],
  ['energy:peak', '10000.00', '1.00', '10000.00'],
  ['energy:flat', '16000.00', '0.60', '9600.00'],
  ['energy:valley', '10000.00', '0.30', '3000.00'],
  ['loss:sharp', '118.088', '1.20', '141.71'],
  ['loss:peak', '295.22', '1.00', '295.22'],
  ['loss:flat', '472.352', '0.60', '283.41'],
  ['loss:valley', '295.22', '0.30', '88.57'],
  ['demand', '200.00', '40.00', '8000.00'],
];
/** 41,180.88 × 0.019 = 782.43672; × 0.00196875 = 81.0748575. */
const FUNDS = [
  ['fund:renewable', '41180.88', '0.019', '782.44'],
  ['fund:water', '41180.88', '0.00196875', '81.07'],
];

describe('a two-part bill with demand, losses and power factor', () => {
  test('below the base the customer pays more', () => {
    const bill = rated(INDUSTRY, works('600'));
    // kvarh: 24,000 + iron 0.01 × 400 × 720 = 2,880 + copper 4 % = 960: 27,840 ÷ 41,180.88 = 0.67604; 1 ÷ √1.45703 = 0.8284
    // 0.90 − 0.83: 7 × 0.5 % = 3.5 % of 27,400 + 808.9028 + 8,000 = 36,208.9028: 1,267.311598
    expect(linesOf(bill)).toEqual([...ENERGY_LOSS_DEMAND, ['power-factor', '36208.9028', '0.035', '1267.31'], ...FUNDS]);
    expect(bill).toMatchObject({ total: '38339.73', provisional: [], suspect: [] });
  });

  test('above the base he pays less', () => {
    const bill = rated(INDUSTRY, works('200'));
    // 8,000 + 2,880 + 320 = 11,200 ÷ 41,180.88 = 0.27197; 1 ÷ √1.07397 = 0.9650: 5 × −0.15 %; 36,208.9028 × −0.0075 = −271.566771
    expect(linesOf(bill)).toEqual([...ENERGY_LOSS_DEMAND, ['power-factor', '36208.9028', '-0.0075', '-271.57'], ...FUNDS]);
    expect(bill.total).toBe('36800.85');
  });

  test('a meter on the high side has no losses', () => {
    const bill = rated(INDUSTRY, works('600', { meteringSide: 'high' }));
    // 24,000 ÷ 40,000 = 0.6; 1 ÷ √1.36 = 0.8575: 4 × 0.5 % of 35,400 = 708; 40,000 × 0.019 = 760; × 0.00196875 = 78.75
    expect(linesOf(bill).slice(4)).toEqual([
      ['demand', '200.00', '40.00', '8000.00'],
      ['power-factor', '35400.00', '0.02', '708.00'],
      ['fund:renewable', '40000.00', '0.019', '760.00'],
      ['fund:water', '40000.00', '0.00196875', '78.75'],
    ]);
  });

  test('without a reading of reactive energy nothing is adjusted, provisionally', () => {
    const bill = rated(INDUSTRY, works(undefined));
    expect(linesOf(bill)).toEqual([...ENERGY_LOSS_DEMAND, ...FUNDS]);
    expect(reasonsOf(bill)).toEqual(['reactive-register-missing']);
  });

  test('nor where reactive energy was read less far than active energy: what was not read is not nothing', () => {
    const { readings, ...input } = works('600');
    const active = readings.filter(({ register }) => register !== 'reactive');
    const begun = rated(INDUSTRY, { ...input, readings: active });
    expect(linesOf(begun)).toEqual([...ENERGY_LOSS_DEMAND, ...FUNDS]);
    expect(reasonsOf(begun)).toEqual(['reactive-register-missing']);
    const halfway = { meter: 'A', register: 'reactive', at: '2026-04-15', value: '300' };
    expect(rated(INDUSTRY, { ...input, readings: [...active, halfway] })).toMatchObject({ lines: begun.lines, total: '37072.42' });
  });

  test('nor where the active energy was charged by that of the period before', () => {
    const input = { ...works(undefined), previousPeriod: '40000' };
    const first = { total: '0', reactive: '0' };
    const bill = rated(part({ powerFactor: { base: '0.90', above: [{ to: '0.95', percent: '-0.15' }] } }), {
      ...input,
      meters: [{ meter: 'A', from: '2026-04-01', first }],
      readings: [],
    });
    expect(linesOf(bill)).toEqual([['energy', '40000.00', '0.60', '24000.00']]);
    expect(reasonsOf(bill)).toEqual(['last-reading-missing', 'reactive-register-missing']);
  });
});

test('the table of 0.90 walks 0.5, 1 and 2 percent down and 0.15 up', () => {
  const table = loadPricePlan('config/tariffs/industrial-two-part.yaml').versions[0]?.powerFactor;
  expect.assert(table !== undefined);
  const percentAt = (factor: number) => formatRational(adjustmentOf(table, factor), 4);
  expect([90, 89, 70, 69, 65, 64, 60].map(percentAt)).toEqual(['0.00', '0.005', '0.10', '0.11', '0.15', '0.17', '0.25']);
  expect([91, 95, 96, 100].map(percentAt)).toEqual(['-0.0015', '-0.0075', '-0.0075', '-0.0075']);
});

test('a power factor is rounded half up to the hundredth, without a root', () => {
  const of = (active: bigint, reactive: bigint) => powerFactorOf(rational(active), rational(reactive));
  // 4-3-5: 0.80; 33-56-65: 33 ÷ 65 = 0.5077
  expect([of(4n, 3n), of(33n, 56n), of(1n, 0n), of(0n, 5n)]).toEqual([80, 51, 100, undefined]);
  // 0.845 = 169 ÷ 200 where q² = 200² − 169² = 11,439, q = 106.9533…: just beyond it and just before it
  expect([of(169_000n, 106_954n), of(169_000n, 106_953n)]).toEqual([84, 85]);
});

const part = (price: object) => ({ versions: [{ from: '2020-01-01', energy: '0.60', ...price }] });
const idle = (from: string, to: string, more: object) => ({
  class: 'industrial',
  period: { from, to },
  readings: totals({ [from]: '10', [to]: '10' }),
  ...more,
});

test('what a transformer loses while nothing is used is charged where there is no flat price, too', () => {
  const plan = part({ energy: { peak: '1.00', valley: '0.50' }, losses: { ironKwPerKva: '0.002' } });
  const bill = rated(plan, idle('2026-04-01', '2026-05-01', { capacities: [{ from: '2026-01-01', kva: '100' }] }));
  // 0.002 × 100 kVA × 720 h = 144 kWh
  expect(linesOf(bill)).toEqual([['loss:peak', '144.00', '1.00', '144.00']]);
});

test('a two-part bill is posted day by day to the fen, power factor and losses too', () => {
  const input = works('600');
  const middle = Object.entries({ total: '480.5', sharp: '40', peak: '130.25', flat: '190.25', valley: '120', reactive: '300' }).map(
    ([register, value]) => ({ meter: 'A', register, at: '2026-04-14T22:15:00+08:00', value }),
  );
  const { total, postings = [] } = rated(INDUSTRY, { ...input, readings: [...middle, ...input.readings] }, true);
  expect(total).toBe('38339.73');
  const fen = postings.reduce((sum, { customer }) => sum + BigInt(customer.replace('.', '')), 0n);
  expect(fen).toBe(3_833_973n);
  // Each of the 30 days has its share of the demand: 200 × 40 ÷ 30 = 266.67, 533.33, 800.00, …
  expect(postings.filter(({ component }) => component === 'demand').slice(0, 3)).toMatchObject([
    { businessDay: '2026-04-01', customer: '266.67', revenue: '266.666667', rounding: '0.003333' },
    { businessDay: '2026-04-02', customer: '266.66', revenue: '266.666666', rounding: '-0.006666' },
    { businessDay: '2026-04-03', customer: '266.67', revenue: '266.666667', rounding: '0.003333' },
  ]);
});

describe('capacity and demand by calendar days', () => {
  test('a day with two capacities belongs to the one in force at its end', () => {
    const capacities = [
      { from: '2026-01-01', kva: '315' },
      { from: '2026-04-16T10:30:00+08:00', kva: '500' },
    ];
    const bill = rated(part({ capacity: { price: '30.00' } }), idle('2026-04-01', '2026-05-01', { capacities }));
    // 315 × 15 ÷ 30 = 157.5 × 30 = 4,725; 500 × 15 ÷ 30 = 250 × 30 = 7,500
    expect(linesOf(bill)).toEqual([
      ['capacity', '157.50', '30.00', '4725.00'],
      ['capacity', '250.00', '30.00', '7500.00'],
    ]);
    expect(bill.total).toBe('12225.00');
  });

  test('February of a leap year has 29 days', () => {
    const bill = rated(
      part({ capacity: { price: '30' } }),
      idle('2028-02-01', '2028-03-01', { capacities: [{ from: '2028-02-10', kva: '100' }] }),
    );
    // 10th to 29th: 20 days. 100 × 20 ÷ 29 × 30 = 60,000 ÷ 29 = 2,068.9655…
    expect(bill.lines).toMatchObject([{ quantity: '68.965517', exactFraction: '60000/29', amount: '2068.97' }]);
  });

  test('February of another year has 28', () => {
    const bill = rated(
      part({ capacity: { price: '30' } }),
      idle('2027-02-01', '2027-03-01', { capacities: [{ from: '2027-02-10', kva: '100' }] }),
    );
    // 19 days: 100 × 19 ÷ 28 × 30 = 2,035.714…
    expect(bill.total).toBe('2035.71');
  });

  test('the day on which a capacity ends counts whole', () => {
    const capacities = [{ from: '2026-01-01', to: '2026-04-10T10:00:00+08:00', kva: '100' }];
    // 10 of 30 days: 100 × 10 ÷ 30 × 30
    expect(rated(part({ capacity: { price: '30' } }), idle('2026-04-01', '2026-05-01', { capacities })).total).toBe('1000.00');
  });

  test('a day on which demand ends at noon and capacity goes on pays for capacity', () => {
    const both = part({ capacity: { price: '30' }, demand: { price: '40' } });
    const demands = [{ from: '2026-01-01', to: '2026-04-16T12:00:00+08:00', contractedKw: '60', measuredKw: '50' }];
    const april = (more: object) => rated(both, idle('2026-04-01', '2026-05-01', { demands, ...more }));
    // Demand until the 15th: 60 × 15 ÷ 30 = 30 × 40; capacity from the 16th: 100 × 15 ÷ 30 = 50 × 30
    const changed = [
      ['demand', '30.00', '40.00', '1200.00'],
      ['capacity', '50.00', '30.00', '1500.00'],
    ];
    expect(linesOf(april({ capacities: [{ from: '2026-01-01', kva: '100' }] }))).toEqual(changed);
    expect(linesOf(april({ capacities: [{ from: '2026-04-16T12:00:00+08:00', kva: '100' }] }))).toEqual(changed);
    // Nothing follows: the 16th counts whole. 60 × 16 ÷ 30 = 32 × 40
    expect(linesOf(april({ capacities: [] }))).toEqual([['demand', '32.00', '40.00', '1280.00']]);
  });

  test('a day belongs to the period that it begins in', () => {
    const capacities = [{ from: '2026-01-01', kva: '100' }];
    const bill = rated(part({ capacity: { price: '30' } }), idle('2026-04-01T10:00:00+08:00', '2026-05-01T10:00:00+08:00', { capacities }));
    // 2 to 30 April: 29 × 100 = 2,900; 1 May: 3,000 ÷ 31 = 96.774…
    expect(bill.lines.map(({ amount }) => amount)).toEqual(['2900.00', '96.77']);
  });

  const demand = { demand: { price: '40' } };
  test('demand above 105 % of the contract: the excess alone at the double price', () => {
    const bill = rated(
      part(demand),
      idle('2026-04-01', '2026-05-01', { demands: [{ from: '2026-01-01', contractedKw: '200', measuredKw: '230' }] }),
    );
    // 200 × 40 = 8,000; 230 − 210 = 20 × 80 = 1,600
    expect(linesOf(bill)).toEqual([
      ['demand', '200.00', '40.00', '8000.00'],
      ['demand:excess', '20.00', '80.00', '1600.00'],
    ]);
  });

  test('without a contract the measured demand is charged; without a measured one the contract, provisionally', () => {
    const measured = rated(part(demand), idle('2026-04-01', '2026-05-01', { demands: [{ from: '2026-01-01', measuredKw: '187.5' }] }));
    expect([measured.total, reasonsOf(measured)]).toEqual(['7500.00', []]);
    const contracted = rated(part(demand), idle('2026-04-01', '2026-05-01', { demands: [{ from: '2026-01-01', contractedKw: '200' }] }));
    expect([contracted.total, reasonsOf(contracted)]).toEqual(['8000.00', ['demand-not-read']]);
  });

  test('much use of each kVA lowers the price of demand', () => {
    const bill = rated(part({ demand: { price: '40', highUse: { kwhPerKva: '260', factor: '0.9' } } }), {
      class: 'industrial',
      period: { from: '2026-04-01', to: '2026-05-01' },
      capacities: [{ from: '2026-01-01', kva: '100' }],
      demands: [{ from: '2026-01-01', measuredKw: '50' }],
      readings: totals({ '2026-04-01': '0', '2026-05-01': '26000' }),
    });
    // 26,000 = 260 × 100: 50 × 36 = 1,800; energy 26,000 × 0.60 = 15,600
    expect(linesOf(bill)).toEqual([
      ['energy', '26000.00', '0.60', '15600.00'],
      ['demand', '50.00', '36.00', '1800.00'],
    ]);
  });
});

describe('a plan with prices for capacity or demand', () => {
  const unknown = (detail: string) => [{ reason: 'capacity-unknown', rule: 'nothing for those days', detail }];

  test('whose contract nobody entered charges none, provisionally', () => {
    const bill = rated(part({ capacity: { price: '30' } }), idle('2026-04-01', '2026-05-01', {}));
    expect(bill).toMatchObject({ lines: [], provisional: unknown('days: 30, 2026-04-01 to 2026-04-30') });
    // Losses and the discount need the capacity; what is paid for is the demand.
    const high = rated(
      part({ demand: { price: '40' } }),
      idle('2026-04-01', '2026-05-01', { capacities: [{ from: '2026-01-01', kva: '9' }] }),
    );
    expect(reasonsOf(high)).toEqual(['capacity-unknown']);
  });

  test('charges nothing for days between two contracts, provisionally', () => {
    const capacities = [
      { from: '2026-01-01', to: '2026-04-11', kva: '100' },
      { from: '2026-04-15', to: '2026-04-21', kva: '100' },
    ];
    const bill = rated(part({ capacity: { price: '30' } }), idle('2026-04-01', '2026-05-01', { capacities }));
    // 10 and 6 days of 30: 100 × 16 ÷ 30 × 30 = 1,600; the days behind the last contract are not used
    expect(bill).toMatchObject({ total: '1600.00', provisional: unknown('days: 4, 2026-04-11 to 2026-04-14') });
  });
});

test('a fund ends on its own date, and a class can be exempt', () => {
  const funds = [
    { component: 'fund:old', price: '0.01', from: '2016-01-01', to: '2026-04-11' },
    { component: 'fund:new', price: '0.02', from: '2026-04-11', exempt: ['agriculture'] },
  ];
  const input = {
    class: 'industrial',
    period: { from: '2026-04-01', to: '2026-05-01' },
    readings: totals({ '2026-04-01': '0', '2026-04-11': '100', '2026-05-01': '350' }),
  };
  // 350 × 0.60 = 210; 100 × 0.01 = 1; 250 × 0.02 = 5
  expect(linesOf(rated({ ...part({}), funds }, input))).toEqual([
    ['energy', '350.00', '0.60', '210.00'],
    ['fund:old', '100.00', '0.01', '1.00'],
    ['fund:new', '250.00', '0.02', '5.00'],
  ]);
  expect(rated({ ...part({}), funds }, { ...input, class: 'agriculture' }).total).toBe('211.00');
});

test('a fund from which the class is exempt asks for no register at its beginning', () => {
  const tariff = { ...part({}), funds: [{ component: 'fund:new', price: '0.02', from: '2026-04-11', exempt: ['agriculture'] }] };
  const input = { period: { from: '2026-04-01', to: '2026-05-01' }, readings: totals({ '2026-04-01': '0', '2026-05-01': '350' }) };
  // 350 × 0.60 = 210
  expect(rated(tariff, { ...input, class: 'agriculture' })).toMatchObject({ total: '210.00', provisional: [] });
  expect(reasonsOf(rated(tariff, { ...input, class: 'industrial' }))).toEqual(['boundary-register-missing']);
});

test('a fund whose price changes is charged each price for its own days', () => {
  const funds = [
    { component: 'fund:old', price: '0.02', from: '2026-04-11' },
    { component: 'fund:old', price: '0.01', from: '2016-01-01' },
  ];
  const input = {
    class: 'industrial',
    period: { from: '2026-04-01', to: '2026-05-01' },
    readings: totals({ '2026-04-01': '0', '2026-04-11': '100', '2026-05-01': '350' }),
  };
  // 350 × 0.60 = 210; 100 × 0.01 = 1 and 250 × 0.02 = 5
  const bill = rated({ ...part({}), funds }, input);
  expect(linesOf(bill)).toEqual([
    ['energy', '350.00', '0.60', '210.00'],
    ['fund:old', '250.00', '0.02', '5.00'],
    ['fund:old', '100.00', '0.01', '1.00'],
  ]);
  expect(bill.total).toBe('216.00');
});
