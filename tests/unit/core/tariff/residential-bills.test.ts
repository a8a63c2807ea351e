import { describe, expect, test } from 'vitest';
import { linesOf, rated, reasonsOf, totals } from '../../../support/bills.ts';

const BEIJING = 'beijing-residential-step';
const household = (from: string, to: string, values: Readonly<Record<string, string>>, more: object = {}) => ({
  zone: 'Asia/Shanghai',
  class: 'residential',
  period: { from, to },
  meters: [{ meter: 'A', from: '2026-01-01', first: { total: '1000.00' } }],
  readings: totals(values),
  ...more,
});

describe('Beijing steps, 2,880 and 4,800 kWh a year', () => {
  test('January lies in the first step', () => {
    const bill = rated(BEIJING, household('2026-01-01', '2026-02-01', { '2026-02-01': '1250.00' }));
    // 250 × 0.4883 = 122.075, half away from zero.
    expect(linesOf(bill)).toEqual([['energy', '250.00', '0.4883', '122.08']]);
    expect(bill.lines[0]?.exact).toBe('122.075');
    expect(bill).toMatchObject({ total: '122.08', provisional: [] });
  });

  test('October passes the border to the second step', () => {
    const bill = rated(BEIJING, household('2026-10-01', '2026-11-01', { '2026-10-01': '3800', '2026-11-01': '3950' }));
    // 2,800 before; 2,880 − 2,800 = 80 in step 1, 70 in step 2. 150 × 0.4883 = 73.245; 70 × 0.05 = 3.50
    expect(linesOf(bill)).toEqual([
      ['energy', '150.00', '0.4883', '73.25'],
      ['step:2', '70.00', '0.05', '3.50'],
    ]);
    expect(bill).toMatchObject({ total: '76.75', provisional: [] });
  });

  test('a whole year passes all three', () => {
    const bill = rated(BEIJING, household('2026-01-01', '2027-01-01', { '2027-01-01': '6000' }));
    // 5,000 × 0.4883 = 2,441.50; 1,920 × 0.05 = 96.00; 200 × 0.30 = 60.00
    expect(linesOf(bill)).toEqual([
      ['energy', '5000.00', '0.4883', '2441.50'],
      ['step:2', '1920.00', '0.05', '96.00'],
      ['step:3', '200.00', '0.30', '60.00'],
    ]);
    expect(bill.total).toBe('2597.50');
  });

  const turn = { '2026-12-15': '5900', '2027-01-15': '6000' };
  test('the volume begins again with the year, at the register of its first midnight', () => {
    const bill = rated(BEIJING, household('2026-12-15', '2027-01-15', { ...turn, '2027-01-01': '5950' }));
    // 4,900 before: the 50 of December are in step 3, the 50 of January in step 1. 100 × 0.4883 = 48.83; 50 × 0.30 = 15.00
    expect(linesOf(bill)).toEqual([
      ['energy', '100.00', '0.4883', '48.83'],
      ['step:3', '50.00', '0.30', '15.00'],
    ]);
    expect(bill).toMatchObject({ total: '63.83', provisional: [] });
  });

  test('without that register the use is split by elapsed time and provisional', () => {
    const bill = rated(BEIJING, household('2026-12-15', '2027-01-15', turn));
    // 17 of 31 days: 100 × 17 ÷ 31 = 54.838709… kWh in step 3; × 0.30 = 16.451613
    expect(linesOf(bill)).toEqual([
      ['energy', '100.00', '0.4883', '48.83'],
      ['step:3', '54.83871', '0.30', '16.45'],
    ]);
    expect(bill.provisional).toMatchObject([{ reason: 'boundary-register-missing', rule: 'elapsed-time split' }]);
  });

  test('a large family from July has 600 kWh more in the year', () => {
    const bill = rated(
      BEIJING,
      household('2026-12-01', '2027-01-01', { '2026-12-01': '4400', '2027-01-01': '4600' }, { largeFamily: [{ from: '2026-07-01' }] }),
    );
    // 2,880 + 6 × 100 = 3,480; 3,400 before: 80 in step 1, 120 in step 2. 200 × 0.4883 = 97.66; 120 × 0.05 = 6.00
    expect(linesOf(bill)).toEqual([
      ['energy', '200.00', '0.4883', '97.66'],
      ['step:2', '120.00', '0.05', '6.00'],
    ]);
    expect(bill.total).toBe('103.66');
  });

  test('a month in which one large family ends and the next begins counts once', () => {
    const bill = rated(
      BEIJING,
      household(
        '2026-06-01',
        '2026-07-01',
        { '2026-06-01': '5080', '2026-07-01': '5180' },
        { largeFamily: [{ from: '2026-01-01', to: '2026-06-16' }, { from: '2026-06-16' }] },
      ),
    );
    // 2,880 + 12 × 100 = 4,080 before: all in step 2. 100 × 0.4883 = 48.83; 100 × 0.05 = 5.00
    expect(bill).toMatchObject({ total: '53.83', provisional: [] });
  });

  test('a large family that leaves in September has its allowance until then', () => {
    const bill = rated(
      BEIJING,
      household(
        '2026-09-01',
        '2026-09-15',
        { '2026-09-01': '3360', '2026-09-15': '3460' },
        { opened: [{ from: '2026-01-01', to: '2026-09-15' }], largeFamily: [{ from: '2026-08-01' }] },
      ),
    );
    // 2,880 × 9 ÷ 12 + 2 × 100 = 2,360 before: all in step 2. 100 × 0.4883 = 48.83; 100 × 0.05 = 5.00
    expect(bill).toMatchObject({ total: '53.83', provisional: [] });
  });

  test('an account opened in mid-March has ten months of volume', () => {
    const bill = rated(BEIJING, {
      ...household('2026-12-01', '2027-01-01', { '2026-12-01': '2300', '2027-01-01': '2450' }),
      meters: [{ meter: 'A', from: '2026-03-15', first: { total: '0' } }],
      opened: [{ from: '2026-03-15' }],
    });
    // 2,880 × 10 ÷ 12 = 2,400; 2,300 before: 100 in step 1, 50 in step 2. 150 × 0.4883 = 73.245; 50 × 0.05 = 2.50
    expect(linesOf(bill)).toEqual([
      ['energy', '150.00', '0.4883', '73.25'],
      ['step:2', '50.00', '0.05', '2.50'],
    ]);
    expect(bill).toMatchObject({ total: '75.75', provisional: [] });
  });

  test('whoever comes within the period has used nothing of the year before it', () => {
    const registers = { '2026-06-01': '6000', '2026-06-15': '6000', '2026-07-01': '7700' };
    const bill = rated(BEIJING, household('2026-06-01', '2026-07-01', registers, { opened: '2026-06-15' }));
    // 2,880 × 7 ÷ 12 = 1,680: 20 in step 2, whatever was used before he came. 1,700 × 0.4883 = 830.11; 20 × 0.05 = 1.00
    expect(bill).toMatchObject({ total: '831.11', provisional: [] });
  });

  test('whoever leaves and comes back has the months, and the use, of both supplies', () => {
    const registers = { '2026-01-01': '1000', '2026-04-01': '1900', '2026-09-01': '5000', '2026-10-01': '5750', '2026-11-01': '5900' };
    const opened = [{ from: '2025-05-01', to: '2026-04-01' }, { from: '2026-09-01' }];
    const october = (more: object) => rated(BEIJING, household('2026-10-01', '2026-11-01', registers, { opened, ...more }));
    // 2,880 × 7 ÷ 12 = 1,680; 900 until March and 750 in September before: 30 in step 1, 120 in step 2
    // 150 × 0.4883 = 73.245; 120 × 0.05 = 6.00
    expect(linesOf(october({}))).toEqual([
      ['energy', '150.00', '0.4883', '73.25'],
      ['step:2', '120.00', '0.05', '6.00'],
    ]);
    expect(october({}).provisional).toEqual([]);
    // A large family that fell between them raises nothing; one of March and October to December has 4 × 100
    expect(october({ largeFamily: [{ from: '2026-04-01', to: '2026-09-01' }] }).total).toBe('79.25');
    expect(october({ largeFamily: [{ from: '2026-03-10', to: '2026-04-01' }, { from: '2026-10-01' }] }).total).toBe('73.25');
  });

  test('a year that begins in mid-month has no thirteenth month, whenever the account was opened', () => {
    const midMay = {
      versions: [
        {
          from: '2020-01-01',
          energy: '0.50',
          steps: { basis: 'year', yearStart: '05-15', blocks: [{ upTo: '1200', add: '0' }, { add: '0.10' }] },
        },
      ],
    };
    const input = { class: 'residential', period: { from: '2026-05-15', to: '2026-06-15' } };
    const readings = totals({ '2026-05-15': '0', '2026-06-15': '2000' });
    // 2,000 − 1,200 = 800 in step 2. 2,000 × 0.50 = 1,000.00; 800 × 0.10 = 80.00
    for (const opened of [[], '2020-01-01', '2026-05-15']) expect(rated(midMay, { ...input, opened, readings }).total).toBe('1080.00');
  });

  test('earlier use that nothing shows makes the bill provisional', () => {
    const bill = rated(BEIJING, { ...household('2026-10-01', '2026-11-01', { '2026-10-01': '3800', '2026-11-01': '3950' }), meters: [] });
    expect(linesOf(bill)).toEqual([['energy', '150.00', '0.4883', '73.25']]);
    expect(reasonsOf(bill)).toEqual(['step-use-before-unknown']);
  });
});

test('steps by month begin again with each period', () => {
  const monthly = {
    versions: [
      {
        from: '2020-01-01',
        energy: '0.4883',
        steps: { basis: 'month', blocks: [{ upTo: '240', add: '0' }, { upTo: '400', add: '0.05' }, { add: '0.30' }] },
      },
    ],
  };
  const bill = rated(monthly, household('2026-05-15', '2026-06-15', { '2026-05-15': '2000', '2026-06-15': '2450' }));
  // 450 × 0.4883 = 219.735; 400 − 240 = 160 × 0.05 = 8.00; 50 × 0.30 = 15.00
  expect(linesOf(bill)).toEqual([
    ['energy', '450.00', '0.4883', '219.74'],
    ['step:2', '160.00', '0.05', '8.00'],
    ['step:3', '50.00', '0.30', '15.00'],
  ]);
  expect(bill.total).toBe('242.74');
});

describe('steps of 240 and 400 kWh a month', () => {
  const monthly = {
    versions: [
      {
        from: '2020-01-01',
        energy: '0.50',
        steps: {
          basis: 'month',
          blocks: [{ upTo: '240', add: '0' }, { upTo: '400', add: '0.05' }, { add: '0.30' }],
          largeFamilyPerMonth: '100',
        },
        freeQuantity: { perMonth: '15' },
      },
    ],
  };
  const june = (to: string, more: object) => household('2026-06-01', '2026-07-01', { '2026-06-01': '1100', '2026-07-01': to }, more);
  const twice = [{ from: '2026-01-01', to: '2026-06-16' }, { from: '2026-06-16' }];

  test('do not look at the year', () => {
    // 100 × 0.50
    expect(rated(monthly, june('1200', { yearToDate: '1500' }))).toMatchObject({ total: '50.00', provisional: [] });
  });

  test('rise once for a month in which one large family ends and the next begins', () => {
    // 240 + 100 = 340: 400 × 0.50 = 200; 60 × 0.05 = 3
    expect(rated(monthly, june('1500', { largeFamily: twice })).total).toBe('203.00');
  });

  test('are free of one month where one entitlement ends and the next begins in it', () => {
    // 100 × 0.50 = 50; 15 × 0.50 = 7.50
    expect(linesOf(rated(monthly, june('1200', { free: twice })))).toEqual([
      ['energy', '100.00', '0.50', '50.00'],
      ['free', '-15.00', '0.50', '-7.50'],
    ]);
  });
});

describe('steps by year that begin in mid-month', () => {
  const yearly = { basis: 'year', blocks: [{ upTo: '2880', add: '0' }, { add: '0.05' }] };
  const changing = (steps: object) => ({
    versions: [
      { from: '2020-01-01', energy: '0.50', ...steps },
      { from: '2026-06-16', energy: '0.50', steps: yearly },
    ],
  });
  const june = (middle: string, end: string) =>
    household('2026-06-01', '2026-07-01', { '2026-06-01': '3800', '2026-06-16': middle, '2026-07-01': end });

  test('count what the year used before them', () => {
    const bill = rated(changing({}), june('3900', '4000'));
    // 200 × 0.50 = 100; 2,900 before: the last 100 × 0.05 = 5
    expect(linesOf(bill)).toEqual([
      ['energy', '200.00', '0.50', '100.00'],
      ['step:2', '100.00', '0.05', '5.00'],
    ]);
    expect(bill).toMatchObject({ total: '105.00', provisional: [] });
  });

  test('where steps by month counted the period until then', () => {
    const steps = { basis: 'month', blocks: [{ upTo: '240', add: '0' }, { add: '0.10' }] };
    const bill = rated(changing({ steps }), june('4100', '4200'));
    // 400 × 0.50 = 200; by the month 300 − 240 = 60 × 0.10 = 6; by the year 3,100 before: 100 × 0.05 = 5
    expect(linesOf(bill)).toEqual([
      ['energy', '400.00', '0.50', '200.00'],
      ['step:2', '60.00', '0.10', '6.00'],
      ['step:2', '100.00', '0.05', '5.00'],
    ]);
    expect(bill).toMatchObject({ total: '211.00', provisional: [] });
  });
});

test('the step volume goes on where the price changes in mid-month', () => {
  const steps = { basis: 'year', blocks: [{ upTo: '2880', add: '0' }, { upTo: '4800', add: '0.05' }, { add: '0.30' }] };
  const changed = {
    versions: [
      { from: '2020-01-01', energy: '0.4883', steps },
      { from: '2026-06-16', energy: '0.5000', steps },
    ],
  };
  const bill = rated(changed, household('2026-06-01', '2026-07-01', { '2026-06-01': '3700', '2026-06-16': '3850', '2026-07-01': '4000' }));
  // 150 × 0.4883 = 73.245; 150 × 0.50 = 75.00; 2,700 before: 3,000 − 2,880 = 120 in step 2 × 0.05 = 6.00
  expect(linesOf(bill)).toEqual([
    ['energy', '150.00', '0.4883', '73.25'],
    ['energy', '150.00', '0.50', '75.00'],
    ['step:2', '120.00', '0.05', '6.00'],
  ]);
  expect(bill).toMatchObject({ total: '154.25', provisional: [] });
});

test('a period of more than one month and less than two has the volume of one', () => {
  const steps = { basis: 'month', blocks: [{ upTo: '240', add: '0' }, { add: '0.05' }] };
  const tariff = { versions: [{ from: '2020-01-01', energy: '0.50', steps }] };
  const bill = rated(tariff, household('2026-01-20', '2026-03-10', { '2026-01-20': '1000', '2026-03-10': '1300' }));
  // 300 × 0.50 = 150; 60 × 0.05 = 3
  expect(bill.total).toBe('153.00');
});

describe('a free quantity of 15 kWh a month', () => {
  const poor = (yearToDate: string) => ({
    ...household('2026-04-01', '2026-05-01', { '2026-04-01': '2000', '2026-05-01': '2200' }),
    class: 'low-income',
    yearToDate,
  });

  test('is credited at the price of the first step', () => {
    const bill = rated(BEIJING, poor('100'));
    // 200 × 0.4883 = 97.66; 15 × 0.4883 = 7.3245
    expect(linesOf(bill)).toEqual([
      ['energy', '200.00', '0.4883', '97.66'],
      ['free', '-15.00', '0.4883', '-7.32'],
    ]);
    expect(bill.total).toBe('90.34');
  });

  test('is one month’s from the 15th to the 15th', () => {
    const input = {
      ...poor('100'),
      period: { from: '2026-04-15', to: '2026-05-15' },
      readings: totals({ '2026-04-15': '2000', '2026-05-15': '2200' }),
    };
    expect(rated(BEIJING, input).total).toBe('90.34');
    const entitled = { ...input, class: 'residential', free: [{ from: '2026-01-01', perMonth: '10' }] };
    // 97.66 − 10 × 0.4883 = 4.883
    expect(rated(BEIJING, entitled).total).toBe('92.78');
  });

  test('goes on into the next step where the cheapest is too small', () => {
    const bill = rated(BEIJING, poor('2875'));
    // 5 in step 1, 195 in step 2 × 0.05 = 9.75; 10 of the free ones lie in step 2: 10 × 0.05 = 0.50
    expect(linesOf(bill)).toEqual([
      ['energy', '200.00', '0.4883', '97.66'],
      ['step:2', '195.00', '0.05', '9.75'],
      ['free', '-15.00', '0.4883', '-7.32'],
      ['free:step:2', '-10.00', '0.05', '-0.50'],
    ]);
    expect(bill.total).toBe('99.59');
  });
});
