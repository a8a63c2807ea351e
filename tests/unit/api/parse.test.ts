import { describe, expect, test } from 'vitest';
import { parseAmount, parseDate, parseInstantField } from '../../../src/api/parse.ts';
import { ProblemError } from '../../../src/api/problem-error.ts';

describe('a date', () => {
  test.each(['2026-11-24', '2024-02-29', '2000-02-29', '2026-12-31'])('%s exists', (text) => {
    expect(parseDate(text, 'channelDate')).toBe(text);
  });

  test.each(['2026-02-29', '1900-02-29', '2026-04-31', '2026-00-10', '2026-13-01', '2026-01-00', '2026-01-32'])('%s does not', (text) => {
    expect(() => parseDate(text, 'channelDate')).toThrow(ProblemError);
  });
});

describe('an amount', () => {
  test('is micro-yuan of whole fen', () => {
    expect(parseAmount('12.3')).toBe(12_300_000n);
  });

  test.each(['0', '0.00', '10000000.01', '0.001', 'x'])('refuses %s', (text) => {
    expect(() => parseAmount(text)).toThrow('The field amount: expected yuan in whole fen, more than 0.00 and at most 10000000.00');
  });
});

test('an instant is UTC, whatever its offset', () => {
  expect(parseInstantField('2026-11-24T20:00:00+08:00', 'from')).toBe(parseInstantField('2026-11-24T12:00:00Z', 'from'));
  expect(parseInstantField(undefined, 'from')).toBeUndefined();
  expect(() => parseInstantField('2026-11-24T25:00:00Z', 'from')).toThrow(ProblemError);
});
