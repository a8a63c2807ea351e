import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, isSameJson } from '../../../src/kernel/canonical-json.ts';

describe('the same value', () => {
  test('has the same text in whatever order its fields were written', () => {
    expect(canonicalJson({ b: [1, { d: null, c: 'x' }], a: undefined })).toBe('{"b":[1,{"c":"x","d":null}]}');
  });

  test.each([
    [{ a: 1, b: undefined }, { a: 1 }, true],
    [{ a: null }, { b: null }, false],
    [{ a: null }, {}, false],
    [{ a: { c: 1, b: 2 } }, { a: { b: 2, c: 1 } }, true],
    [[1, 2], [2, 1], false],
    [[], {}, false],
    ['1', 1, false],
    [undefined, undefined, true],
  ])('%j and %j: %s', (one, other, same) => {
    expect(isSameJson(one, other)).toBe(same);
    expect(isSameJson(other, one)).toBe(same);
  });

  test('is told as by the text', () => {
    const leaf = fc.constantFrom(undefined, null, 0, 1, '', 'a', true);
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.array(tie('value'), { maxLength: 2 }),
        fc.dictionary(fc.constantFrom('a', 'b'), tie('value')),
      ),
    }));
    fc.assert(
      fc.property(value, value, (one, other) => {
        expect(isSameJson(one, other)).toBe(canonicalJson(one) === canonicalJson(other));
      }),
    );
  });
});
