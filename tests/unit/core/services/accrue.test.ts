import { describe, expect, test } from 'vitest';
import type { Accrual } from '../../../../src/core/model/accrual.ts';
import { BEGINNING, type DatedFact } from '../../../../src/core/model/archive.ts';
import type { JournalEntry } from '../../../../src/core/model/journal.ts';
import type { MeterSpan } from '../../../../src/core/model/meter.ts';
import type { PricePlan } from '../../../../src/core/model/price-plan.ts';
import type { Reading } from '../../../../src/core/model/reading.ts';
import { energyOfRate } from '../../../../src/core/model/register.ts';
import { type AccrueOutcome, accrue } from '../../../../src/core/services/accrue.ts';
import { groundOf } from '../../../../src/core/services/billing-ground.ts';
import { type Instant, plusMs } from '../../../../src/kernel/clock.ts';
import { asId } from '../../../../src/kernel/ids.ts';
import { billingTerms, createCountingIds, FLAT, instant, METER, POINT, planOf, readingOf } from '../../../support/core-facts.ts';

const MORNING = '2026-11-24T00:00:00Z';
const NOON = '2026-11-24T04:00:00Z';
const NEXT_MORNING = '2026-11-25T00:00:00Z';

const TERMS = billingTerms(FLAT);

/** Readings that come one after another for one meter point; what is posted is kept. */
function createPeriod({
  plan = FLAT,
  spans = [{ meterId: METER.id, from: BEGINNING, to: undefined }],
}: {
  plan?: PricePlan;
  spans?: readonly MeterSpan[];
} = {}) {
  const newId = createCountingIds();
  const entries: JournalEntry[] = [];
  const taken: Reading[] = [];
  let accrual: Accrual | undefined;
  const period = {
    plan,
    spans,
    archive: [] as readonly DatedFact[],
    entries,
    get accrual() {
      return accrual;
    },
    read(...readings: readonly Reading[]): AccrueOutcome | undefined {
      const stamp = () => ({ id: newId<JournalEntry['id']>('ent'), at: instant(NEXT_MORNING), actor: asId<JournalEntry['actor']>('test') });
      taken.push(...readings.filter(({ quality }) => quality === 'good'));
      const facts = { meterPoint: POINT, archive: period.archive, meterSpans: period.spans, versions: [] };
      const from = accrual?.from ?? readings[0]?.measuredAt;
      if (from === undefined) return undefined;
      const ground = groundOf(facts, { ...TERMS, plan: period.plan, planOf: () => period.plan }, from, accrual?.to);
      const points = ground.key === accrual?.ground ? undefined : taken.map(({ measuredAt: at, ...point }) => ({ ...point, at }));
      const outcome = accrue({ meterPointId: POINT.id, accrual, ground, points, readings, stamp });
      accrual = outcome?.accrual ?? accrual;
      entries.push(...(outcome?.entries ?? []));
      return outcome;
    },
  };
  return period;
}
const ratio = (current: number, from = BEGINNING, to?: Instant): DatedFact => ({
  subject: 'meterPoint:p1',
  aspect: 'ratio',
  from,
  to,
  value: { current, voltage: 1 },
});
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
    expect(period.read(readingOf('101.23', instant(NOON)))?.accrual.accrued).toBe(620_000n);
  });

  test('is the same however the readings between are split', () => {
    const split = createPeriod();
    const values = ['100', '100.01', '100.02', '100.77', '101.22', '101.23'];
    for (const [minute, value] of values.entries()) split.read(readingOf(value, plusMs(instant(NOON), minute * 60_000)));
    expect(split.accrual?.accrued).toBe(620_000n);
  });

  test('is multiplied by CT × PT', () => {
    const period = createPeriod();
    period.archive = [{ ...ratio(80), value: { current: 80, voltage: 100 } } as DatedFact];
    period.read(readingOf('100', instant(MORNING)));
    expect(period.read(readingOf('100.01', instant(NOON)))?.accrual.accrued).toBe(40_000_000n);
  });

  test('goes on past a roll-over of the register', () => {
    const period = createPeriod();
    period.read(readingOf('999999.00', instant(MORNING)));
    expect(period.read(readingOf('1.00', instant(NOON)))?.accrual.accrued).toBe(1_000_000n);
  });

  test('stays as it is while a reading is suspect, rejected or missing', () => {
    const period = createPeriod();
    period.read(readingOf('100', instant(MORNING)));
    period.read(readingOf('101', instant(NOON)));
    const before = period.accrual;
    for (const quality of ['suspect', 'rejected'] as const) {
      expect(period.read(readingOf('900', instant(NEXT_MORNING), { quality }))).toEqual({ accrual: before, entries: [], credit: 0n });
    }
    expect(period.read()?.accrual).toBe(before);
  });

  test('of a time-of-use tariff needs every register of it', () => {
    const period = createPeriod({ plan: planOf('tou', { 'energy:peak': '0.8', 'energy:valley': '0.3' }) });
    const at = (minute: number) => plusMs(instant(NOON), minute * 60_000);
    const peak = (value: string, minute: number) => readingOf(value, at(minute), { register: energyOfRate(2) });
    const valley = (value: string, minute: number) => readingOf(value, at(minute), { register: energyOfRate(4) });
    expect(period.read(peak('10', 0))).toBeUndefined();
    period.read(peak('10', 1), valley('20', 1));
    period.read(peak('11', 2));
    expect(period.accrual?.accrued).toBe(0n);
    expect(period.read(peak('11', 3), valley('22', 3))?.accrual.accrued).toBe(1_400_000n);
  });
});

describe('a new business day', () => {
  test('posts yesterday’s use under yesterday’s key before it begins', () => {
    const period = createPeriod();
    period.read(readingOf('100', instant(MORNING)));
    period.read(readingOf('102', instant(NOON)));
    const outcome = period.read(readingOf('103', instant(NEXT_MORNING)));
    expect(outcome?.entries.map((entry) => [entry.key, entry.businessDay, customer(entry)])).toEqual([
      ['charge:p1:2026-11-24T00:00:00.000Z:2026-11-24:0', '2026-11-24', -1_000_000n],
    ]);
    expect(outcome?.credit).toBe(-1_000_000n);
    expect(outcome?.accrual).toMatchObject({ businessDay: '2026-11-25', revision: 0, accrued: 500_000n });
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
    expect(period.read(readingOf('100', instant(NEXT_MORNING)))?.entries).toEqual([]);
    expect(period.accrual).toMatchObject({ businessDay: '2026-11-25', revision: 0 });
  });

  test('a month of daily entries charges what the month’s use costs, rounded once', () => {
    const period = createPeriod({ plan: planOf('odd', { energy: '0.33333333' }) });
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

  test('a new price counts from its own instant, at the register of it', () => {
    const period = used(createPeriod());
    period.plan = planOf('dearer', { energy: '0.5' }, { since: NOON, energy: '2' });
    // 2 kWh × 0.5 + 1 kWh × 2.
    expect(period.read(readingOf('103', instant('2026-11-24T05:00:00Z')))?.accrual).toMatchObject({ accrued: 3_000_000n, provisional: [] });
  });

  test('a new price between two readings splits their use by time, and says so', () => {
    const period = createPeriod();
    period.read(readingOf('100', instant(MORNING)));
    period.plan = planOf('dearer', { energy: '0.5' }, { since: '2026-11-24T01:00:00Z', energy: '2' });
    // Of 4 kWh in 4 hours 1 kWh × 0.5 and 3 kWh × 2.
    expect(period.read(readingOf('104', instant(NOON)))?.accrual).toMatchObject({
      accrued: 6_500_000n,
      provisional: [{ reason: 'boundary-register-missing' }],
    });
  });

  test('a ratio that was wrong from the beginning is put right from the beginning', () => {
    const period = used(createPeriod());
    period.archive = [ratio(10)];
    expect(period.read(readingOf('103', instant('2026-11-24T05:00:00Z')))?.accrual.accrued).toBe(15_000_000n);
  });

  test('a new ratio does not touch what was used before it', () => {
    const period = used(createPeriod());
    period.archive = [ratio(1, BEGINNING, instant(NOON)), ratio(10, instant(NOON))];
    expect(period.read(readingOf('103', instant('2026-11-24T05:00:00Z')))?.accrual.accrued).toBe(6_000_000n);
  });

  test('a new meter goes on where the old one ended, and says that its final register is missing', () => {
    const period = used(createPeriod());
    const change = instant('2026-11-24T05:00:00Z');
    period.spans = [
      { meterId: METER.id, from: BEGINNING, to: change },
      { meterId: asId('m2'), from: change, to: undefined },
    ];
    const second = (value: string, at: Instant) => readingOf(value, at, { meterId: asId('m2') });
    expect(period.read(second('0.10', change))?.accrual.accrued).toBe(1_000_000n);
    expect(period.read(second('1.10', instant('2026-11-24T06:00:00Z')))?.accrual).toMatchObject({
      accrued: 1_500_000n,
      provisional: [{ reason: 'final-register-missing' }],
    });
    // The register that it was taken down with arrives later.
    expect(period.read(readingOf('102.40', change))?.accrual).toMatchObject({ accrued: 1_700_000n, provisional: [] });
  });
});
