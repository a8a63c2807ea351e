import { describe, expect, test } from 'vitest';
import { readBcd, readDigits, writeBcd, writeDigits } from '../../../../protocols/shared/bcd.ts';

describe('BCD', () => {
  test('reads the lowest byte first', () => {
    expect(readBcd(Uint8Array.of(0x78, 0x56, 0x34, 0x12), 0, 4)).toBe(12_345_678);
    expect(readBcd(Uint8Array.of(0xff, 0x05, 0x23), 1, 2)).toBe(2305);
  });

  test('is exact up to 14 digits', () => {
    const bytes = new Uint8Array(7);
    expect(writeBcd(bytes, 0, 7, 98_765_432_109_876)).toBe(true);
    expect(readBcd(bytes, 0, 7)).toBe(98_765_432_109_876);
  });

  test.each([[0xff], [0xee], [0x0a], [0xa0]])('byte %i is no number', (byte) => {
    expect(readBcd(Uint8Array.of(0x12, byte), 0, 2)).toBeUndefined();
    expect(readDigits(Uint8Array.of(0x12, byte), 0, 2)).toBeUndefined();
  });

  test('has no value where bytes are absent', () => {
    expect(readBcd(Uint8Array.of(0x12), 0, 2)).toBeUndefined();
    expect(readDigits(Uint8Array.of(0x12), 0, 2)).toBeUndefined();
  });

  test('says when a number does not fit', () => {
    expect(writeBcd(new Uint8Array(2), 0, 2, 10_000)).toBe(false);
    expect(writeBcd(new Uint8Array(2), 0, 2, -1)).toBe(false);
    expect(writeDigits(new Uint8Array(2), 0, 2, '123')).toBe(false);
    expect(writeDigits(new Uint8Array(2), 0, 2, '12F4')).toBe(false);
  });

  test('keeps the leading zeros of a code', () => {
    const bytes = new Uint8Array(3);
    expect(writeDigits(bytes, 0, 3, '000123')).toBe(true);
    expect([...bytes]).toEqual([0x23, 0x01, 0x00]);
    expect(readDigits(bytes, 0, 3)).toBe('000123');
  });
});
