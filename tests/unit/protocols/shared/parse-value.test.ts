import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseValue } from '../../../../protocols/shared/parse-value.ts';
import { parsePicture } from '../../../../protocols/shared/picture.ts';
import { formatValue, readValue, writeValue } from '../../../../protocols/shared/value.ts';
import { toHex } from '../../../../src/kernel/bytes.ts';

/** The bytes that a text is written as. */
function written(picture: string, text: string, signed = false): string {
  const value = parseValue(parsePicture(picture), signed, text);
  return value.ok ? toHex(writeValue(parsePicture(picture), signed, value.value)) : value.error.expected;
}

describe('the text of a value', () => {
  test.each([
    ['XXXXXX.XX', '1234.56', '56341200'],
    ['XXXXXX.XX', '1234.5', '50341200'],
    ['NNNN.NNNN', '0.5238', '38520000'],
    ['NN', '15', '15'],
    ['hhmmNN', '07:30 4', '043007'],
    ['MMDDNN', '01-01 02', '020101'],
    ['YYMMDDNN', '2026-10-01 3', '03011026'],
    ['YYMMDDhhmm', '2027-01-01T00:00', '0000010127'],
    // A Tuesday, and a Sunday in a January.
    ['YYMMDDWW', '2026-11-24', '02241126'],
    ['YYMMDDWW', '2027-01-03', '00030127'],
    ['YYMMDDWWhhmmss', '2026-11-24T08:15:30', '30150802241126'],
    ['DDhh', '01T00', '0001'],
    ['BCD×6', '000012345678', '785634120000'],
    ['ASCII×6', '220V', '000056303232'],
    ['BITS×1', '0A', '0A'],
    ['BITS×4', '0001FF00', '00FF0100'],
    ['RAW×2', '1050', '5010'],
  ])('of %s, %s, is written as %s', (picture, text, bytes) => {
    expect(written(picture, text)).toBe(bytes);
  });

  test('is negative only where the register has a sign', () => {
    expect(written('XX.XXXX', '-1.2', true)).toBe('002081');
    expect(written('XX.XXXX', '-1.2')).toBe('a number of at most 2 digits with at most 4 decimals, not negative');
    expect(written('XXXXXX.XX', '800000', true)).toBe('a number of at most 6 digits with at most 2 decimals');
    expect(written('XXXXXX.XX', '799999.99', true)).toBe('99999979');
  });

  test.each([
    ['XXXXXX.XX', '1000000'],
    ['XXXXXX.XX', '0.001'],
    ['XXXXXX.XX', '1e3'],
    ['NN', '1.5'],
    ['hhmmNN', '24:00 1'],
    ['hhmmNN', '07:30'],
    ['MMDDNN', '02-30 1'],
    ['YYMMDDhhmm', '1999-01-01T00:00'],
    ['YYMMDDWW', '2026-02-29'],
    ['BCD×6', '12345678'],
    ['ASCII×4', '1.000'],
    ['BITS×1', '100'],
    ['RAW×2', '10'],
    ['RAW', 'xy'],
  ])('of %s is refused where it is %s', (picture, text) => {
    expect(parseValue(parsePicture(picture), false, text)).toMatchObject({ ok: false, error: { code: 'bad-value-text' } });
  });

  test('comes back as it went out, whatever the bytes were', () => {
    const pictures = ['XXXXXX.XX', 'XX.XXXX', 'hhmmNN', 'MMDDhh', 'YYMMDDhhmm', 'BCD×4', 'ASCII×6', 'BITS×2', 'RAW×3'];
    fc.assert(
      fc.property(fc.constantFrom(...pictures), fc.boolean(), fc.uint8Array({ minLength: 6, maxLength: 6 }), (name, signed, bytes) => {
        const picture = parsePicture(name);
        const value = readValue(picture, signed, bytes, 0);
        if (value === undefined) return;
        const text = formatValue(value);
        const parsed = parseValue(picture, signed, text);
        expect(parsed.ok && formatValue(parsed.value)).toBe(text);
      }),
    );
  });
});
