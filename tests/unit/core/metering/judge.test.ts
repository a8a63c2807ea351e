import { describe, expect, test } from 'vitest';
import { judge } from '../../../../src/core/metering/judge.ts';
import { plusMs } from '../../../../src/kernel/clock.ts';
import { power } from '../../../../src/kernel/units.ts';
import { EVENING, kwh, readingOf } from '../../../support/core-facts.ts';

/** 20 kW: 30 kWh an hour are believable, 0.5 kWh a minute. */
const MAX_POWER = power(20_000_000n);
const HOUR = 3_600_000;
const judged = (before: string, after: string, elapsedMs: number) =>
  judge(readingOf(before, EVENING), { value: kwh(after), measuredAt: plusMs(EVENING, elapsedMs) }, MAX_POWER);

describe('a reading', () => {
  test('is good when it is the first', () => {
    expect(judge(undefined, { value: kwh('123456.78'), measuredAt: EVENING }, MAX_POWER)).toEqual({ quality: 'good', reason: '' });
  });

  test('is good when nothing was used', () => {
    expect(judged('100', '100', HOUR).quality).toBe('good');
  });

  test('is good up to what the connection can carry, a half more, and two counts of the last digit', () => {
    expect(judged('100', '130.02', HOUR).quality).toBe('good');
    expect(judged('100', '130.020001', HOUR)).toEqual({ quality: 'suspect', reason: 'more than the connection can carry' });
  });

  test('may count its last digit even between two reads at one instant', () => {
    expect(judged('100', '100.02', 0).quality).toBe('good');
    expect(judged('100', '100.03', 0).quality).toBe('suspect');
  });

  test('is rejected when it is older than the last good one', () => {
    expect(judged('100', '101', -1)).toEqual({ quality: 'rejected', reason: 'older than the last good reading' });
  });

  test('is rejected when it went back', () => {
    expect(judged('100', '99.99', HOUR)).toEqual({ quality: 'rejected', reason: 'went back without a plausible roll-over' });
  });

  test('is good when it rolled over plausibly', () => {
    expect(judged('999990.00', '5.00', HOUR).quality).toBe('good');
  });

  test('is rejected when a roll-over would mean more than the connection can carry', () => {
    expect(judged('999900.00', '5.00', HOUR).quality).toBe('rejected');
  });
});
