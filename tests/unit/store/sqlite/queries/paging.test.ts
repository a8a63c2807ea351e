import { describe, expect, test } from 'vitest';
import { cursorNumbers, pageOf } from '../../../../../src/store/sqlite/queries/paging.ts';

const page = (rows: readonly number[], limit: number) => pageOf(rows, { limit }, String, (row) => row * 10);

describe('a page', () => {
  test('goes on behind its last row where one more row was found', () => {
    expect(page([3, 2, 1], 2)).toEqual({ items: [30, 20], nextCursor: '2' });
  });

  test('is the last where no more row was found', () => {
    expect(page([3, 2], 2)).toEqual({ items: [30, 20], nextCursor: undefined });
    expect(page([], 2)).toEqual({ items: [], nextCursor: undefined });
  });
});

describe('a cursor', () => {
  test('is read back as its numbers, or as the beginning', () => {
    expect(cursorNumbers('17.4', [0, 0])).toEqual([17, 4]);
    expect(cursorNumbers(undefined, [9])).toEqual([9]);
  });

  test.each(['', '1.2', 'x', '1e99', '1 or 1=1', '99999999999999999999'])('%j is none of this list', (cursor) => {
    expect(() => cursorNumbers(cursor, [0])).toThrow('the cursor is none of this list');
  });
});
