import { describe, expect, test } from 'vitest';
import { linesOf, rated, reasonsOf, totals } from '../../../support/bills.ts';

const JIANGSU = 'jiangsu-residential-tou-step';
const registers = (at: string, values: Readonly<Record<string, string>>) =>
  Object.entries(values).map(([register, value]) => ({ meter: 'A', register, at, value }));
const household = (to: Readonly<Record<string, string>>, more: object = {}) => ({
  class: 'residential',
  period: { from: '2026-01-01', to: '2026-02-01' },
  meters: [{ meter: 'A', from: '2026-01-01', first: { total: '0', peak: '0', valley: '0' } }],
  readings: registers('2026-02-01', to),
  ...more,
});
const day = (date: string, hours: Readonly<Record<string, string>>) =>
  totals(Object.fromEntries(Object.entries(hours).map(([hour, value]) => [`${date}T${hour}:00+08:00`, value])));

describe('by the meter’s own registers', () => {
  test('each period has its price', () => {
    const bill = rated(JIANGSU, household({ total: '300', peak: '200', valley: '100' }));
    // 200 × 0.5583 = 111.66; 100 × 0.3583 = 35.83
    expect(linesOf(bill)).toEqual([
      ['energy:peak', '200.00', '0.5583', '111.66'],
      ['energy:valley', '100.00', '0.3583', '35.83'],
    ]);
    expect(bill).toMatchObject({ total: '147.49', provisional: [], suspect: [] });
  });

  test('what the steps add comes on top of the period’s price', () => {
    const bill = rated(JIANGSU, household({ total: '300', peak: '200', valley: '100' }, { yearToDate: '2700' }));
    // no year to carry at its first day: period of January, 2,700 are stated. 60 in step 1, 240 × 0.05 = 12.00
    expect(linesOf(bill).at(-1)).toEqual(['step:2', '240.00', '0.05', '12.00']);
    expect(bill.total).toBe('159.49');
  });

  test('periods that do not sum to the total are scaled to it, the rest by largest remainder', () => {
    const bill = rated(JIANGSU, household({ total: '300', peak: '202', valley: '100' }));
    // 300 × 202 ÷ 302 = 200.6622…, 300 × 100 ÷ 302 = 99.3377…: 200.66 and 99.33, the last 0.01 to valley.
    // 200.66 × 0.5583 = 112.028478; 99.34 × 0.3583 = 35.593522
    expect(linesOf(bill)).toEqual([
      ['energy:peak', '200.66', '0.5583', '112.03'],
      ['energy:valley', '99.34', '0.3583', '35.59'],
    ]);
    expect(bill).toMatchObject({ total: '147.62', provisional: [], suspect: [{ reason: 'periods-off-total' }] });
  });

  test('each line names its register', () => {
    const { lines } = rated(JIANGSU, household({ total: '300', peak: '202', valley: '100' }));
    expect(lines[0]).toMatchObject({
      sources: ['meter A 1-0:1.8.2 0.00 → 202.00, 2025-12-31T16:00:00.000Z to 2026-01-31T16:00:00.000Z, scaled to the total'],
    });
  });

  test('a last reading that is missing is shared as the previous period was', () => {
    const bill = rated(JIANGSU, household({}, { previousPeriod: { quantity: { peak: '60', valley: '30' } } }));
    // 60 × 0.5583 = 33.498; 30 × 0.3583 = 10.749
    expect(linesOf(bill)).toEqual([
      ['energy:peak', '60.00', '0.5583', '33.50'],
      ['energy:valley', '30.00', '0.3583', '10.75'],
    ]);
    expect(bill.provisional).toMatchObject([{ reason: 'last-reading-missing', rule: 'F74' }]);
  });

  test('a period whose register was not read has the rest of the total', () => {
    const bill = rated(JIANGSU, {
      ...household({ total: '300', peak: '200' }),
      meters: [{ meter: 'A', from: '2026-01-01', first: { total: '0', peak: '0' } }],
    });
    expect(linesOf(bill)[1]).toEqual(['energy:valley', '100.00', '0.3583', '35.83']);
    expect(reasonsOf(bill)).toEqual(['period-register-missing']);
  });

  test('a period whose register was not read to the end has the rest of the total', () => {
    const bill = rated(JIANGSU, {
      ...household({}),
      readings: [...registers('2026-01-10', { valley: '50' }), ...registers('2026-02-01', { total: '300', peak: '180' })],
    });
    // 180 × 0.5583 = 100.494; 300 − 180 = 120 × 0.3583 = 42.996
    expect(linesOf(bill)).toEqual([
      ['energy:peak', '180.00', '0.5583', '100.49'],
      ['energy:valley', '120.00', '0.3583', '43.00'],
    ]);
    expect([bill.total, reasonsOf(bill)]).toEqual(['143.49', ['period-register-missing']]);
  });

  test('without a total the register that was read least far ends the reading, whatever order they come in', () => {
    const readings = [
      ...registers('2026-06-01', { peak: '0', valley: '0' }),
      ...registers('2026-06-11', { valley: '20' }),
      ...registers('2026-07-01', { peak: '60' }),
    ];
    const june = { class: 'residential', period: { from: '2026-06-01', to: '2026-07-01' }, yearToDate: '0' };
    const previousPeriod = { quantity: { peak: '60', valley: '60' } };
    const bill = rated(JIANGSU, { ...june, previousPeriod, readings });
    // 60 + 20 were read; 120 − 80 = 40 are shared as 60 and 60. 80 × 0.5583 = 44.664; 40 × 0.3583 = 14.332
    expect(linesOf(bill)).toEqual([
      ['energy:peak', '80.00', '0.5583', '44.66'],
      ['energy:valley', '40.00', '0.3583', '14.33'],
    ]);
    expect(bill).toMatchObject({ total: '58.99', provisional: [{ reason: 'last-reading-missing', rule: 'F74' }] });
    expect(rated(JIANGSU, { ...june, previousPeriod, readings: readings.toReversed() })).toEqual(bill);
  });

  test('a hundredth between them is the registers’ own rounding', () => {
    expect(rated(JIANGSU, household({ total: '300', peak: '200.01', valley: '100' })).suspect).toEqual([]);
  });

  test('and belongs to no period whose register the meter does not have', () => {
    const bill = rated('commercial-tou', {
      class: 'commercial',
      period: { from: '2026-06-01', to: '2026-07-01' },
      readings: [
        ...registers('2026-06-01', { total: '0', peak: '0', flat: '0', valley: '0' }),
        ...registers('2026-07-01', { total: '300.01', peak: '100', flat: '100', valley: '100' }),
      ],
    });
    // 100 × 300.01 ÷ 300 = 100.0033… each, the last 0.01 to the first. 100.01 × 1.02 = 102.0102; 300.01 × 0.019 = 5.70019
    expect(linesOf(bill)).toEqual([
      ['energy:peak', '100.01', '1.02', '102.01'],
      ['energy:flat', '100.00', '0.68', '68.00'],
      ['energy:valley', '100.00', '0.34', '34.00'],
      ['fund:renewable', '300.01', '0.019', '5.70'],
    ]);
    expect(bill).toMatchObject({ total: '209.71', provisional: [], suspect: [] });
  });
});

describe('by intervals of the total register', () => {
  const hours = { '00:00': '100', '08:00': '102', '21:00': '115' };
  const input = (readings: readonly object[]) => ({
    class: 'residential',
    period: { from: '2026-03-01', to: '2026-03-02' },
    yearToDate: '0',
    readings: [...readings, ...totals({ '2026-03-02': '116' })],
  });

  test('each interval belongs to its period', () => {
    const bill = rated(JIANGSU, input(day('2026-03-01', hours)));
    // valley 2 + 1 = 3 × 0.3583 = 1.0749; peak 13 × 0.5583 = 7.2579
    expect(linesOf(bill)).toEqual([
      ['energy:valley', '3.00', '0.3583', '1.07'],
      ['energy:peak', '13.00', '0.5583', '7.26'],
    ]);
    expect(bill).toMatchObject({ total: '8.33', provisional: [] });
  });

  test('one reading of a register of a period turns nobody away from them', () => {
    const stray = { meter: 'A', register: '1-0:1.8.2', value: '70' };
    // As above: valley 3 × 0.3583, peak 13 × 0.5583
    for (const at of ['2026-02-20', '2026-03-01T12:00:00+08:00', '2026-03-02'])
      expect(rated(JIANGSU, input([...day('2026-03-01', hours), { ...stray, at }]))).toMatchObject({ total: '8.33', provisional: [] });
    // Read twice it counts: 12 peak, and 4 that are left to valley, whose register was not read. 6.6996 and 1.4332
    const twice = [
      { ...stray, at: '2026-03-01' },
      { ...stray, at: '2026-03-02', value: '82' },
    ];
    const bill = rated(JIANGSU, input([...day('2026-03-01', hours), ...twice]));
    expect([bill.total, reasonsOf(bill)]).toEqual(['8.13', ['period-register-missing']]);
  });

  test('readings between two boundaries change nothing', () => {
    const more = day('2026-03-01', { ...hours, '03:00': '101.9', '12:15': '103', '23:45': '115.2' });
    expect(linesOf(rated(JIANGSU, input(more)))).toEqual([
      ['energy:valley', '3.00', '0.3583', '1.07'],
      ['energy:peak', '13.00', '0.5583', '7.26'],
    ]);
  });

  test('a period that begins in the middle of a day begins in the middle of a table', () => {
    const bill = rated(JIANGSU, {
      ...input([]),
      period: { from: '2026-03-01T10:00:00+08:00', to: '2026-03-01T22:00:00+08:00' },
      readings: day('2026-03-01', { '10:00': '100', '21:00': '110', '22:00': '112' }),
    });
    // peak 10 × 0.5583 = 5.583; valley 2 × 0.3583 = 0.7166
    expect(linesOf(bill)).toEqual([
      ['energy:peak', '10.00', '0.5583', '5.58'],
      ['energy:valley', '2.00', '0.3583', '0.72'],
    ]);
    expect(bill.provisional).toEqual([]);
  });

  test('a boundary that was not read is split by elapsed time', () => {
    const bill = rated(JIANGSU, input(day('2026-03-01', { '00:00': '100', '21:00': '121' })));
    // 21 kWh in 21 hours: 8 valley and 13 peak; then 116 lies below 121.
    expect(reasonsOf(bill)).toEqual(['register-went-back']);
    const fixed = rated(JIANGSU, { ...input(day('2026-03-01', { '00:00': '100', '21:00': '115' })) });
    // 15 × 8 ÷ 21 = 5.714286 valley, 9.285714 peak; and 1 valley. 6.714286 × 0.3583 = 2.4057…; 9.285714 × 0.5583 = 5.1842…
    expect(linesOf(fixed)).toEqual([
      ['energy:valley', '6.714286', '0.3583', '2.41'],
      ['energy:peak', '9.285714', '0.5583', '5.18'],
    ]);
    expect(reasonsOf(fixed)).toEqual(['boundary-register-missing']);
  });
});

describe('holidays', () => {
  const commerce = (date: string, readings: readonly object[], next: string) => ({
    class: 'commercial',
    period: { from: date, to: next },
    readings,
  });

  test('1 May is a holiday with a table of its own', () => {
    const bill = rated('commercial-tou', commerce('2026-05-01', totals({ '2026-05-01': '0', '2026-05-02': '48' }), '2026-05-02'));
    // all valley: 48 × 0.34 = 16.32; 48 × 0.019 = 0.912
    expect(linesOf(bill)).toEqual([
      ['energy:valley', '48.00', '0.34', '16.32'],
      ['fund:renewable', '48.00', '0.019', '0.91'],
    ]);
    expect(bill).toMatchObject({ total: '17.23', provisional: [] });
  });

  test('a year without a calendar is rated by weekday, provisionally, and says so', () => {
    const hours = { '00:00': '0', '08:00': '8', '10:00': '10', '12:00': '12', '17:00': '17', '20:00': '20', '22:00': '22' };
    const bill = rated(
      'commercial-tou',
      commerce('2030-05-01', [...day('2030-05-01', hours), ...totals({ '2030-05-02': '24' })], '2030-05-02'),
    );
    // valley 8 + 2 = 10 × 0.34; flat 2 + 5 + 2 = 9 × 0.68 = 6.12; peak 2 + 3 = 5 × 1.02; 24 × 0.019 = 0.456
    expect(linesOf(bill)).toEqual([
      ['energy:valley', '10.00', '0.34', '3.40'],
      ['energy:flat', '9.00', '0.68', '6.12'],
      ['energy:peak', '5.00', '1.02', '5.10'],
      ['fund:renewable', '24.00', '0.019', '0.46'],
    ]);
    expect(bill).toMatchObject({ total: '15.08', provisional: [{ reason: 'holiday-calendar-unknown', rule: 'rated by weekday' }] });
  });

  test('a plan whose days are all alike asks no calendar', () => {
    const alike = (on: readonly string[]) => ({
      calendar: 'china',
      versions: [
        {
          from: '2020-01-01',
          energy: { peak: '1', valley: '0.5' },
          timeOfUse: {
            source: 'intervals',
            days: [
              { on, periods: ['00:00 valley', '12:00 peak'] },
              { on: ['sat', 'sun'], periods: ['00:00 valley'] },
            ],
          },
        },
      ],
    });
    const workdays = ['mon', 'tue', 'wed', 'thu', 'fri'];
    const input = commerce(
      '2030-05-01',
      [...day('2030-05-01', { '00:00': '0', '12:00': '10' }), ...totals({ '2030-05-02': '14' })],
      '2030-05-02',
    );
    // 10 × 0.5 + 4 × 1
    expect(rated(alike([...workdays, 'sat', 'sun']), input)).toMatchObject({ total: '9.00', provisional: [] });
    // A weekend day that is worked would have another table.
    expect(rated(alike(workdays), input)).toMatchObject({ total: '9.00', provisional: [{ reason: 'holiday-calendar-unknown' }] });
  });

  test('a Saturday that is worked has the table of a Monday; summer has sharp hours', () => {
    const tariff = {
      calendar: 'china',
      versions: [
        {
          from: '2020-01-01',
          energy: { sharp: '2', peak: '1', valley: '0.5' },
          timeOfUse: {
            seasons: [
              { name: 'summer', from: '07-01', to: '08-31' },
              { name: 'rest', from: '09-01', to: '06-30', energy: { sharp: '2', peak: '0.9', valley: '0.5' } },
            ],
            days: [
              { on: ['holiday', 'sat', 'sun'], periods: ['00:00 valley'] },
              { on: ['mon', 'tue', 'wed', 'thu', 'fri'], seasons: ['summer'], periods: ['00:00 sharp'] },
              { on: ['mon', 'tue', 'wed', 'thu', 'fri'], periods: ['00:00 peak'] },
            ],
          },
        },
      ],
    };
    const of = (from: string, to: string) =>
      linesOf(rated(tariff, { class: 'any', period: { from, to }, readings: totals({ [from]: '0', [to]: '10' }) }));
    expect(of('2026-02-28', '2026-03-01')).toEqual([['energy:peak', '10.00', '0.90', '9.00']]);
    expect(of('2026-03-07', '2026-03-08')).toEqual([['energy:valley', '10.00', '0.50', '5.00']]);
    expect(of('2026-07-01', '2026-07-02')).toEqual([['energy:sharp', '10.00', '2.00', '20.00']]);
  });
});

test('a season that ends on 29 February ends on the 28th of other years', () => {
  const tariff = {
    versions: [
      {
        from: '2020-01-01',
        energy: { flat: '0.50' },
        timeOfUse: {
          source: 'registers',
          seasons: [
            { name: 'winter', from: '12-01', to: '02-29', energy: { flat: '1.00' } },
            { name: 'rest', from: '03-01', to: '11-30' },
          ],
        },
      },
    ],
  };
  const bill = rated(tariff, {
    class: 'general',
    period: { from: '2026-02-15', to: '2026-03-15' },
    readings: totals({ '2026-02-15': '0', '2026-03-01': '140', '2026-03-02': '150', '2026-03-15': '280' }),
  });
  // 140 × 1.00 until the end of February; 140 × 0.50 = 70 behind it
  expect(linesOf(bill)).toEqual([
    ['energy:flat', '140.00', '1.00', '140.00'],
    ['energy:flat', '140.00', '0.50', '70.00'],
  ]);
});
