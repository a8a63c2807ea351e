import { describe, expect, test } from 'vitest';
import { parsePicture } from '../../../../protocols/shared/picture.ts';

describe('a picture', () => {
  test.each([
    ['XXXXXX.XX', 4, 2],
    ['XX.XXXX', 3, 4],
    ['XXX.X', 2, 1],
    ['NNNN', 2, 0],
    ['NN', 1, 0],
  ])('%s is a number with its bytes and decimals', (picture, bytes, scale) => {
    expect(parsePicture(picture)).toEqual({ kind: 'number', bytes, scale });
  });

  test.each([
    ['YYMMDDhhmm', 5],
    ['hhmmss', 3],
    ['YYMMDDWW', 4],
    ['hhmmNN', 3],
  ])('%s is a moment of two digits a field', (picture, bytes) => {
    expect(parsePicture(picture)).toMatchObject({ kind: 'moment', bytes });
  });

  test('names codes, text, bits and bytes with their length', () => {
    expect(parsePicture('BCD×6')).toEqual({ kind: 'digits', bytes: 6 });
    expect(parsePicture('ASCII×32')).toEqual({ kind: 'text', bytes: 32 });
    expect(parsePicture('BITS×2')).toEqual({ kind: 'bits', bytes: 2 });
    expect(parsePicture('RAW×50')).toEqual({ kind: 'raw', bytes: 50 });
    expect(parsePicture('RAW')).toEqual({ kind: 'raw', bytes: undefined });
  });

  test.each(['', 'XXX', 'X.X.X', 'YYM', 'ASCII', 'structure'])('%j is a mistake in a table', (picture) => {
    expect(() => parsePicture(picture)).toThrow('nobody can read');
  });
});
