import { describe, expect, test } from 'vitest';
import { formatInstant, type Instant, parseInstant, plusMs } from '../../../src/kernel/clock.ts';
import {
  businessDayOf,
  daysBetween,
  daysInMonth,
  formatLocalTime,
  fromLocalTime,
  type LocalTime,
  minuteOfDay,
  nextDay,
  parseBusinessDay,
  parseLocalTime,
  parseZone,
  previousDay,
  startOfDay,
  toLocalTime,
  weekdayOf,
  type Zone,
} from '../../../src/kernel/local-time.ts';

const zone = (name: string): Zone => {
  const parsed = parseZone(name);
  if (parsed === undefined) throw new TypeError(`this runtime does not know ${name}`);
  return parsed;
};
const at = (text: string): Instant => {
  const parsed = parseInstant(text);
  if (parsed === undefined) throw new TypeError(`${text} is no instant`);
  return parsed;
};
const local = (year: number, month: number, day: number, hour: number, minute = 0, second = 0): LocalTime => ({
  year,
  month,
  day,
  hour,
  minute,
  second,
});

describe('local time', () => {
  test('is what the runtime says of the zone, to the second, also where clocks are changed', () => {
    const zones = ['Asia/Shanghai', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Africa/Casablanca', 'Africa/Monrovia'];
    const hour = 3_600_000;
    const changes = [
      '1972-01-07T00:44:30Z',
      '2026-03-08T07:00:00Z',
      '2026-04-04T15:00:00Z',
      '2026-10-03T15:30:00Z',
      '1986-05-03T18:00:00Z',
    ];
    const around = changes.flatMap((change) => [-hour, -1_000, -1, 0, 1, 999, 30_000, hour].map((ms) => plusMs(at(change), ms)));
    const spread = Array.from({ length: 400 }, (_, index) =>
      plusMs(at('1970-01-01T00:00:00Z'), index * 97 * 24 * hour + index * 7_919_003),
    );
    for (const name of zones) {
      const said = new Intl.DateTimeFormat('sv-SE', { timeZone: name, dateStyle: 'short', timeStyle: 'medium' });
      for (const instant of [...around, ...spread])
        expect(formatLocalTime(toLocalTime(instant, zone(name)))).toBe(said.format(instant).replace(' ', 'T'));
    }
  });

  test.each([
    ['Asia/Shanghai', '2026-11-24T15:59:59Z', '2026-11-24T23:59:59'],
    ['Asia/Shanghai', '2026-11-24T16:00:00Z', '2026-11-25T00:00:00'],
    ['Asia/Kolkata', '2028-02-29T18:30:00Z', '2028-03-01T00:00:00'],
    ['America/New_York', '2026-11-01T05:30:00Z', '2026-11-01T01:30:00'],
    ['America/New_York', '2026-11-01T06:30:00Z', '2026-11-01T01:30:00'],
    ['UTC', '2038-01-19T03:14:08Z', '2038-01-19T03:14:08'],
  ])('in %s %s reads %s on the wall', (name, instant, wall) => {
    expect(formatLocalTime(toLocalTime(at(instant), zone(name)))).toBe(wall);
  });

  test.each([
    ['Asia/Shanghai', local(2026, 11, 25, 0), '2026-11-24T16:00:00.000Z'],
    ['Asia/Kolkata', local(2026, 7, 1, 0), '2026-06-30T18:30:00.000Z'],
    ['America/New_York', local(2026, 7, 1, 12), '2026-07-01T16:00:00.000Z'],
    ['America/New_York', local(2026, 3, 8, 3), '2026-03-08T07:00:00.000Z'],
    ['Europe/Berlin', local(2026, 3, 29, 3), '2026-03-29T01:00:00.000Z'],
    ['Australia/Sydney', local(2026, 10, 4, 12), '2026-10-04T01:00:00.000Z'],
  ])('in %s the wall time %o is one instant', (name, wall, instant) => {
    expect(formatInstant(fromLocalTime(wall, zone(name)))).toBe(instant);
  });

  test.each([
    ['America/New_York', local(2026, 11, 1, 1, 30), '2026-11-01T05:30:00.000Z'],
    ['Europe/Berlin', local(2026, 10, 25, 2, 30), '2026-10-25T00:30:00.000Z'],
    ['Australia/Sydney', local(2026, 4, 5, 2, 30), '2026-04-04T15:30:00.000Z'],
  ])('in %s the repeated hour %o is the earlier one', (name, wall, instant) => {
    expect(formatInstant(fromLocalTime(wall, zone(name)))).toBe(instant);
  });

  test.each([
    ['America/New_York', local(2026, 3, 8, 2, 30), '2026-03-08T07:30:00.000Z'],
    ['Europe/Berlin', local(2026, 3, 29, 2, 30), '2026-03-29T01:30:00.000Z'],
    ['Australia/Sydney', local(2026, 10, 4, 2, 30), '2026-10-03T16:30:00.000Z'],
  ])('in %s the skipped hour %o lies the same distance behind the gap', (name, wall, instant) => {
    expect(formatInstant(fromLocalTime(wall, zone(name)))).toBe(instant);
  });

  test('a day that has no midnight begins when the gap ends', () => {
    const santiago = zone('America/Santiago');
    const midnight = fromLocalTime(local(2026, 9, 6, 0), santiago);
    expect(formatInstant(midnight)).toBe('2026-09-06T04:00:00.000Z');
    expect(businessDayOf(midnight, santiago)).toBe('2026-09-06');
  });

  test('a business day turns at local midnight', () => {
    const shanghai = zone('Asia/Shanghai');
    expect(businessDayOf(at('2026-12-31T15:59:59.999Z'), shanghai)).toBe('2026-12-31');
    expect(businessDayOf(at('2026-12-31T16:00:00.000Z'), shanghai)).toBe('2027-01-01');
  });

  test('minutes of the day count from local midnight', () => {
    expect(minuteOfDay(local(2026, 1, 1, 0))).toBe(0);
    expect(minuteOfDay(local(2026, 1, 1, 23, 59, 59))).toBe(1439);
  });

  test('a zone that the runtime does not know is undefined', () => {
    expect(parseZone('Asia/Nowhere')).toBeUndefined();
    expect(parseZone('')).toBeUndefined();
  });
});

test('a wall time is read as it is written, and one that no clock shows is none', () => {
  expect(parseLocalTime('2026-11-24T20:05:09')).toEqual(local(2026, 11, 24, 20, 5, 9));
  for (const text of ['', 'T', '2026-02-30T00:00:00', '2026-11-24T24:00:00', '2026-11-24T20:05', '2026-11-24T20:05:09Z'])
    expect(parseLocalTime(text)).toBeUndefined();
});

describe('days of the calendar', () => {
  const day = (text: string) => {
    const parsed = parseBusinessDay(text);
    expect.assert(parsed !== undefined);
    return parsed;
  };

  test('follow each other over months, years and leap days', () => {
    expect(['2026-02-28', '2028-02-28', '2028-02-29', '2026-12-31'].map((text) => nextDay(day(text)))).toEqual([
      '2026-03-01',
      '2028-02-29',
      '2028-03-01',
      '2027-01-01',
    ]);
    expect(['2026-03-01', '2028-03-01', '2027-01-01', '2026-05-15'].map((text) => previousDay(day(text)))).toEqual([
      '2026-02-28',
      '2028-02-29',
      '2026-12-31',
      '2026-05-14',
    ]);
  });

  test('have a weekday, a month’s length and a distance', () => {
    expect([weekdayOf(day('1970-01-01')), weekdayOf(day('2026-11-29')), weekdayOf(day('2028-02-29'))]).toEqual([4, 0, 2]);
    expect([daysInMonth(2026, 2), daysInMonth(2028, 2), daysInMonth(2026, 12)]).toEqual([28, 29, 31]);
    expect(daysBetween(day('2027-12-31'), day('2028-03-01'))).toBe(61);
  });

  test('begin at midnight of their zone, and only where the calendar has them', () => {
    expect(formatInstant(startOfDay(day('2026-06-01'), 'Asia/Shanghai' as Zone))).toBe('2026-05-31T16:00:00.000Z');
    expect(formatInstant(startOfDay(day('2026-06-01'), 'Asia/Urumqi' as Zone))).toBe('2026-05-31T18:00:00.000Z');
    expect(['2026-02-29', '2026-13-01', '2026-00-10', '26-01-01'].map(parseBusinessDay)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
