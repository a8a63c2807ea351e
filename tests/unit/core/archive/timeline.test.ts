import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { periodAt, timelineOf, withPeriod } from '../../../../src/core/archive/timeline.ts';
import type { Timeline } from '../../../../src/core/model/archive.ts';
import { instantOf } from '../../../../src/kernel/clock.ts';

const DAY = 86_400_000;
const day = (number: number) => instantOf(number * DAY);
const strict = { gaps: false };

describe('a timeline', () => {
  test('puts its periods in the order of time', () => {
    const periods = [
      { from: day(5), value: 'B' },
      { from: day(1), to: day(5), value: 'A' },
    ];
    expect(timelineOf(periods, strict)).toEqual({ ok: true, value: [periods[1], periods[0]] });
  });

  test.each([
    {
      what: 'a period without an end before another',
      periods: [
        { from: day(1), value: 'A' },
        { from: day(5), value: 'B' },
      ],
      code: 'fact-overlap',
      detail: 'What holds from 1970-01-02T00:00:00.000Z has no end, and the next begins at 1970-01-06T00:00:00.000Z: end it there',
    },
    {
      what: 'two that share a day',
      periods: [
        { from: day(1), to: day(6), value: 'A' },
        { from: day(5), value: 'B' },
      ],
      code: 'fact-overlap',
      detail:
        'What holds from 1970-01-02T00:00:00.000Z ends at 1970-01-07T00:00:00.000Z, and the next begins at 1970-01-06T00:00:00.000Z: end it there',
    },
    {
      what: 'a gap where none may be',
      periods: [
        { from: day(1), to: day(4), value: 'A' },
        { from: day(5), value: 'B' },
      ],
      code: 'fact-gap',
      detail: 'Nothing holds from 1970-01-05T00:00:00.000Z to 1970-01-06T00:00:00.000Z, where something must: close the gap',
    },
    {
      what: 'a period that is over before it begins',
      periods: [{ from: day(4), to: day(4), value: 'A' }],
      code: 'fact-empty',
      detail: 'From 1970-01-05T00:00:00.000Z to 1970-01-05T00:00:00.000Z nothing can hold: to must be later',
    },
  ])('refuses $what', ({ periods, code, detail }) => {
    expect(timelineOf(periods, strict)).toEqual({ ok: false, error: { code, detail } });
  });

  test('may have a gap where one may be', () => {
    const guarantee = [
      { from: day(1), to: day(4), value: 'A' },
      { from: day(5), value: 'B' },
    ];
    expect(timelineOf(guarantee, { gaps: true })).toEqual({ ok: true, value: guarantee });
  });

  test('answers what held at an instant, the first included and the last not', () => {
    const ratio = [
      { from: day(1), to: day(4), value: '1' },
      { from: day(4), value: '40' },
    ];
    expect([0, 1, 3, 4, 400].map((at) => periodAt(ratio, day(at))?.value)).toEqual([undefined, '1', '1', '40', '40']);
  });
});

describe('a change point', () => {
  test('ends what held before it and ends itself where the next begins', () => {
    const before: Timeline<string> = [
      { from: day(0), to: day(10), value: 'A' },
      { from: day(10), value: 'C' },
    ];
    expect(withPeriod(before, { from: day(5), value: 'B' })).toEqual([
      { from: day(0), to: day(5), value: 'A' },
      { from: day(5), to: day(10), value: 'B' },
      { from: day(10), value: 'C' },
    ]);
  });

  test('replaces one of the same instant', () => {
    expect(withPeriod([{ from: day(5), value: 'A' }], { from: day(5), value: 'B' })).toEqual([{ from: day(5), value: 'B' }]);
  });

  test('gives the same timeline in whatever order they come', () => {
    const points = fc.uniqueArray(
      fc.record({
        from: fc.nat(40).map(day),
        lasts: fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
        value: fc.constantFrom('A', 'B', 'C'),
      }),
      { selector: ({ from }) => from, maxLength: 8 },
    );
    const both = points.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));
    fc.assert(
      fc.property(both, ([inOrder, shuffled]) => {
        const build = (all: typeof inOrder) =>
          all.reduce<Timeline<string>>(
            (timeline, { from, lasts, value }) =>
              withPeriod(timeline, lasts === undefined ? { from, value } : { from, to: instantOf(from + lasts * DAY), value }),
            [],
          );
        expect(build(shuffled)).toEqual(build(inOrder));
        expect(timelineOf(build(shuffled), { gaps: true }).ok).toBe(true);
      }),
    );
  });
});
