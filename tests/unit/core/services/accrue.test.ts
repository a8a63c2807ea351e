import { describe, expect, test } from 'vitest';
import type { Accrual } from '../../../../src/core/model/accrual.ts';
import type { JournalEntry } from '../../../../src/core/model/journal.ts';
import type { MeterPoint } from '../../../../src/core/model/meter.ts';
import type { Reading } from '../../../../src/core/model/reading.ts';
import { energyOfRate } from '../../../../src/core/model/register.ts';
import type { Tariff } from '../../../../src/core/model/tariff.ts';
import { type AccrueOutcome, accrue } from '../../../../src/core/services/accrue.ts';
import { asId } from '../../../../src/kernel/ids.ts';
import { createCountingIds, FLAT, instant, POINT, readingOf, SHANGHAI, yuanPerKwh } from '../../../support/core-facts.ts';

const MORNING = '2026-11-24T00:00:00Z';
const NOON = '2026-11-24T04:00:00Z';
const NEXT_MORNING = '2026-11-25T00:00:00Z';

/** Readings that come one after another for one meter point; what is posted is kept. */
function createPeriod({ tariff = FLAT, point = POINT }: { tariff?: Tariff; point?: MeterPoint } = {}) {
  const newId = createCountingIds();
  const entries: JournalEntry[] = [];
  let accrual: Accrual | undefined;
  let latestReadings: readonly Reading[] = [];
  const period = {
    tariff,
    point,
    entries,
    get accrual() {
      return accrual;
    },
    /** Another meter hangs there now: nothing of it was read yet. */
    replaceMeter: () => {
      latestReadings = [];
    },
    read(...readings: readonly Reading[]): AccrueOutcome {
      const stamp = () => ({ id: newId<JournalEntry['id']>('ent'), at: instant(NEXT_MORNING), actor: asId<JournalEntry['actor']>('test') });
      const outcome = accrue({
        facts: { meterPoint: period.point, accrual, latestReadings },
        readings,
        tariff: period.tariff,
        zone: SHANGHAI,
        stamp,
      });
      accrual = outcome.accrual;
      entries.push(...outcome.entries);
      const good = readings.filter(({ quality }) => quality === 'good');
      latestReadings = [...good, ...latestReadings.filter(({ register }) => !good.some((reading) => reading.register === register))];
      return outcome;
    },
  };
  return period;
}
const customer = ({ postings }: JournalEntry) => postings.find(({ account }) => account === 'customer:a1')?.amount;

describe('an accrual', () => {
  test('opens with the first reading and charges nothing for it', () => {
    const period = createPeriod();
    expect(period.read(readingOf('1234.56', instant(MORNING)))).toMatchObject({ entries: [], credit: 0n, accrual: { accrued: 0n } });
    expect(period.accrual).toMatchObject({ periodId: '2026-11-24T00:00:00.000Z', businessDay: '2026-11-24', revision: 0 });
  });

  test('is the whole use since the period opened, at the tariff’s price', () => {
    const period = createPeriod();
    period.read(readingOf('100', instant(MORNING)));
    expect(period.read(readingOf('101.23', instant(NOON))).accrual?.accrued).toBe(620_000n);
  });

  test('is the same however the readings between are split', () => {
    const split = createPeriod();
    for (const value of ['100', '100.01', '100.02', '100.77', '101.22', '101.23']) split.read(readingOf(value, instant(NOON)));
    expect(split.accrual?.accrued).toBe(620_000n);
  });

  test('is multiplied by CT × PT', () => {
    const period = createPeriod({ point: { ...POINT, currentRatio: 80n, voltageRatio: 100n } });
    period.read(readingOf('100', instant(MORNING)));
    expect(period.read(readingOf('100.01', instant(NOON))).accrual?.accrued).toBe(40_000_000n);
  });

  test('goes on past a roll-over of the register', () => {
    const period = createPeriod();
    period.read(readingOf('999999.00', instant(MORNING)));
    expect(period.read(readingOf('1.00', instant(NOON))).accrual?.accrued).toBe(1_000_000n);
  });

  test('stays as it is while a reading is suspect, rejected or missing', () => {
    const period = createPeriod();
    period.read(readingOf('100', instant(MORNING)));
    period.read(readingOf('101', instant(NOON)));
    const before = period.accrual;
    for (const quality of ['suspect', 'rejected'] as const) {
      expect(period.read(readingOf('900', instant(NEXT_MORNING), { quality }))).toEqual({ accrual: before, entries: [], credit: 0n });
    }
    expect(period.read().accrual).toBe(before);
  });

  test('of a time-of-use tariff needs every register of it', () => {
    const tariff: Tariff = {
      id: 'tou',
      rates: [
        { component: 'energy:peak', register: energyOfRate(2), price: yuanPerKwh('0.8') },
        { component: 'energy:valley', register: energyOfRate(4), price: yuanPerKwh('0.3') },
      ],
    };
    const period = createPeriod({ tariff });
    const peak = (value: string) => readingOf(value, instant(NOON), { register: energyOfRate(2) });
    const valley = (value: string) => readingOf(value, instant(NOON), { register: energyOfRate(4) });
    expect(period.read(peak('10')).accrual).toBeUndefined();
    period.read(peak('10'), valley('20'));
    period.read(peak('11'));
    expect(period.accrual?.accrued).toBe(0n);
    expect(period.read(peak('11'), valley('22')).accrual?.accrued).toBe(1_400_000n);
  });
});

describe('a new business day', () => {
  test('posts yesterday’s use under yesterday’s key before it begins', () => {
    const period = createPeriod();
    period.read(readingOf('100', instant(MORNING)));
    period.read(readingOf('102', instant(NOON)));
    const outcome = period.read(readingOf('103', instant(NEXT_MORNING)));
    expect(outcome.entries.map((entry) => [entry.key, entry.businessDay, customer(entry)])).toEqual([
      ['charge:p1:2026-11-24T00:00:00.000Z:2026-11-24:0', '2026-11-24', -1_000_000n],
    ]);
    expect(outcome.credit).toBe(-1_000_000n);
    expect(outcome.accrual).toMatchObject({ businessDay: '2026-11-25', revision: 0, accrued: 500_000n });
  });

  test('turns at midnight of the meter point’s zone', () => {
    const period = createPeriod();
    period.read(readingOf('100', instant('2026-11-24T15:00:00Z')));
    period.read(readingOf('101', instant('2026-11-24T15:59:59.999Z')));
    expect(period.entries).toEqual([]);
    period.read(readingOf('102', instant('2026-11-24T16:00:00Z')));
    expect(period.entries.map(({ businessDay }) => businessDay)).toEqual(['2026-11-24']);
  });

  test('posts nothing where nothing was used', () => {
    const period = createPeriod();
    period.read(readingOf('100', instant(MORNING)));
    expect(period.read(readingOf('100', instant(NEXT_MORNING))).entries).toEqual([]);
    expect(period.accrual).toMatchObject({ businessDay: '2026-11-25', revision: 0 });
  });

  test('a month of daily entries charges what the month’s use costs, rounded once', () => {
    const period = createPeriod({
      tariff: {
        id: 'odd',
        rates: [{ component: 'energy', register: FLAT.rates[0]?.register ?? energyOfRate(0), price: yuanPerKwh('0.33333333') }],
      },
    });
    for (let day = 1; day <= 30; day++) {
      const date = `2026-11-${String(day).padStart(2, '0')}`;
      period.read(readingOf(`${100 + day}.01`, instant(`${date}T01:00:00Z`)));
      period.read(readingOf(`${100 + day}.77`, instant(`${date}T12:00:00Z`)));
    }
    const posted = period.entries.reduce((sum, entry) => sum + (customer(entry) ?? 0n), 0n);
    // 29.76 kWh × 0.33333333 = 9.9199999008 yuan.
    expect(posted - (period.accrual?.accrued ?? 0n)).toBe(-9_920_000n);
    expect(period.entries).toHaveLength(29);
  });
});

describe('other terms', () => {
  const used = (period: ReturnType<typeof createPeriod>) => {
    period.read(readingOf('100', instant(MORNING)));
    period.read(readingOf('102', instant(NOON)));
    return period;
  };

  test('a new price counts from the last register that the old one rated', () => {
    const period = used(createPeriod());
    period.tariff = { id: 'dear', rates: FLAT.rates.map((rate) => ({ ...rate, price: yuanPerKwh('2') })) };
    const outcome = period.read(readingOf('103', instant('2026-11-24T05:00:00Z')));
    expect(outcome.entries.map(customer)).toEqual([-1_000_000n]);
    expect(outcome.accrual).toMatchObject({ periodId: '2026-11-24T05:00:00.000Z', accrued: 2_000_000n, revision: 0 });
  });

  test('a new ratio does not touch what was used before it', () => {
    const period = used(createPeriod());
    period.point = { ...POINT, currentRatio: 10n };
    const outcome = period.read(readingOf('103', instant('2026-11-24T05:00:00Z')));
    expect(outcome.entries.map(customer)).toEqual([-1_000_000n]);
    expect(outcome.accrual?.accrued).toBe(5_000_000n);
  });

  test('a new meter opens a period of its own: its register is no roll-over of the old one', () => {
    const period = used(createPeriod());
    period.replaceMeter();
    const outcome = period.read(readingOf('0.10', instant('2026-11-24T05:00:00Z')));
    expect(outcome.entries.map(customer)).toEqual([-1_000_000n]);
    expect(outcome.accrual?.accrued).toBe(0n);
    expect(period.read(readingOf('1.10', instant('2026-11-24T06:00:00Z'))).accrual?.accrued).toBe(500_000n);
  });
});
