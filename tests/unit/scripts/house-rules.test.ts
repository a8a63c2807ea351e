import { describe, expect, test } from 'vitest';
import { findBreaches } from '../../../scripts/house-rules.ts';

const linesOf = (text: string, file = 'src/core/model/sample.ts') => findBreaches(file, text).map(({ line }) => line);

describe('house rules', () => {
  test('refuse a bare Error that is thrown, and let a named one pass', () => {
    expect(linesOf("const fine = 1;\nthrow new Error('oops');\nthrow new AppError('internal', 'why');")).toEqual([2]);
  });

  test('refuse a float that is parsed from text', () => {
    expect(linesOf("Number.parseFloat('1.5');\nNumber.parseInt('15', 10);")).toEqual([1]);
  });

  test('find a clock that is reached by globalThis, except in the clock itself', () => {
    expect(linesOf('globalThis.setTimeout(act, 1);')).toEqual([1]);
    expect(linesOf('globalThis.setTimeout(act, 1);', 'src/kernel/clock.ts')).toEqual([]);
  });

  test('leave local time nothing of Date but UTC', () => {
    expect(linesOf('Date.UTC(2026, 0);\nDate.now();\nnew Date();', 'src/kernel/local-time.ts')).toEqual([2, 3]);
  });

  test('refuse a comment that silences the type checker', () => {
    expect(linesOf('// @ts-expect-error the library is wrong\nconst x = 1;')).toEqual([1]);
  });

  test('do not read texts and comments', () => {
    expect(linesOf("// throw new Error('no');\nconst text = 'Number.parseFloat(x) and globalThis.Date';")).toEqual([]);
  });
});
