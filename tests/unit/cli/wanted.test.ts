import { expect, test } from 'vitest';
import { parseWanted } from '../../../src/cli/wanted.ts';

test.each([
  ['20.00', ['20.00']],
  ['2026-11-24', ['2026-11-24']],
  ['null', [null]],
  ['["00:00 4","07:00 3"]', ['00:00 4', '07:00 3']],
  ['["0.5", null]', ['0.5', null]],
  ['{"price 2":"0.5983"}', { 'price 2': '0.5983' }],
])('--value %s is read', (text, wanted) => {
  expect(parseWanted(text)).toEqual(wanted);
});

test.each([
  ['[0.5983]', /--value\[0\] is 0\.5983; expected a text/],
  ['{"price 2":true}', /--value\.price 2 is true; expected a text/],
  ['["0.5983"', /--value is no JSON/],
])('--value %s is refused in one sentence', (text, sentence) => {
  expect(() => parseWanted(text)).toThrow(sentence);
});
