import { expect, test } from 'vitest';
import { memoized } from '../../../src/kernel/memo.ts';

test('what a function answered is remembered up to the bound, nothing included', () => {
  const asked: string[] = [];
  const lengthOf = memoized(2, (key) => {
    asked.push(key);
    return key === '' ? undefined : key.length;
  });
  expect([lengthOf('a'), lengthOf(''), lengthOf('a'), lengthOf('')]).toEqual([1, undefined, 1, undefined]);
  expect(asked).toEqual(['a', '']);
  lengthOf('ccc');
  expect([lengthOf(''), lengthOf('a')]).toEqual([undefined, 1]);
  expect(asked).toEqual(['a', '', 'ccc', 'a']);
});
