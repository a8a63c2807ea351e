import { describe, expect, test } from 'vitest';
import { dialOf } from '../../../../simulators/meter/dial.ts';
import { createShelf, historyOf } from '../../../../simulators/meter/history.ts';
import { lineInMemory } from '../line-in-memory.ts';

const shown = dialOf({ year: 2026, month: 11, day: 24, hour: 0, minute: 30, second: 0 });
const load = new Uint16Array(96).fill(1000);
const tariffs = new Uint8Array(96).fill(4);

describe('the freezes of a meter that has just begun', () => {
  test('are those of the days and months before, as its load would have made them', () => {
    const { daily, settlements } = historyOf([100_000, 0, 0, 0, 100_000], shown, load, tariffs);
    const [yesterday, today] = daily.slice(-2);
    expect(today?.registers).toEqual([99_950, 0, 0, 0, 99_950]); // half an hour of 1 kW before midnight was passed
    expect(yesterday?.registers).toEqual([97_550, 0, 0, 0, 97_550]); // and 24 kWh a day
    expect(settlements.at(-1)?.registers).toEqual([44_750, 0, 0, 0, 44_750]); // 23 days before
    expect(settlements.at(-1)?.shown).toBe(dialOf({ year: 2026, month: 11, day: 1, hour: 0, minute: 0, second: 0 }));
    expect(settlements.at(0)?.shown).toBe(dialOf({ year: 2025, month: 12, day: 1, hour: 0, minute: 0, second: 0 }));
    expect(daily.at(0)?.registers).toEqual([0, 0, 0, 0, 0]);
  });
});

describe('a shelf', () => {
  test('keeps the newest and counts all', () => {
    const shelf = createShelf(2, ['old']);
    for (const record of ['a', 'b']) shelf.put(record);
    expect([shelf.last(1), shelf.last(2), shelf.last(3), shelf.count()]).toEqual(['b', 'a', undefined, 2]);
  });
});

/** 05060001 and 05060101 of 000012345678, sums by hand. */
const DAILY_TIME = '68 78 56 34 12 00 00 68 11 04 34 33 39 38 D1 16';
const DAILY_ENERGY = '68 78 56 34 12 00 00 68 11 04 34 34 39 38 D2 16';

describe('a daily freeze', () => {
  test('is made when midnight passes by the clock of the meter', async () => {
    const { ask, clock } = lineInMemory();
    await clock.advance(13 * 3_600_000); // 00:30 on the 25th
    const [time = ''] = ask(DAILY_TIME);
    expect(time.slice(24, -6)).toBe('91 09 34 33 39 38 33 33 58 44 59'); // 00 00 25 11 26
    const [energy = ''] = ask(DAILY_ENERGY);
    // 12.5 h of 3.6 kW: flat 5.5 h 19.80, peak 17-19 and 21-23 14.40, sharp 19-21 7.20, valley from 23 3.60; together 45.00
    expect(energy.slice(24, -6)).toBe('91 18 34 34 39 38 33 88 33 33 53 3B 33 33 73 49 33 33 B3 55 33 33 93 3A 33 33');
  });
});
