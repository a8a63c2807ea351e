import { describe, expect, test } from 'vitest';
import { readSealedOrder, writeSealedOrder } from '../../../../../protocols/dlt645/index.ts';
import { fromHex, toHex } from '../../../../../src/kernel/bytes.ts';

const DEADLINE = { year: 2026, month: 11, day: 24, hour: 12, minute: 5, second: 9 };
const bytes = (hex: string) => fromHex(hex) ?? new Uint8Array(0);

describe('the plain text of a sealed relay command', () => {
  test('is N1, N2 and the deadline, seconds first, filled up with 80 and zeros', () => {
    // trip = 1A, no limit, 2026-11-24 12:05:09
    const hex = '1A00090512241126 8000000000000000';
    expect(toHex(writeSealedOrder({ action: 'trip', limit: 0, deadline: DEADLINE }))).toBe(hex.replace(' ', ''));
    expect(readSealedOrder(bytes(hex))).toEqual({ ok: true, value: { action: 'trip', limit: 0, deadline: DEADLINE } });
  });

  test.each([
    ['an N1 that nobody knows', '1F00090512241126 8000000000000000'],
    ['padding of another kind', '1A00090512241126 0000000000000000'],
    ['something behind the padding', '1A00090512241126 8000000000000001'],
    ['half a block', '1A00090512241126'],
    ['nothing', ''],
  ])('is none where there is %s', (_, hex) => {
    expect(readSealedOrder(bytes(hex))).toMatchObject({ ok: false, error: { code: 'bad-data' } });
  });

  test('has no deadline where the bytes are no date, and is never written without one', () => {
    expect(readSealedOrder(bytes('1A00000000000000 8000000000000000'))).toMatchObject({ ok: true, value: { deadline: null } });
    expect(() => writeSealedOrder({ action: 'trip', limit: 0, deadline: null })).toThrow('deadline');
  });
});
