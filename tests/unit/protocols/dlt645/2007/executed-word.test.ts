import { describe, expect, test } from 'vitest';
import { describeFrame } from '../../../../../protocols/dlt645/index.ts';
import { fromHex } from '../../../../../src/kernel/bytes.ts';

const told = (hex: string) => describeFrame('dlt645-2007', fromHex(hex) ?? new Uint8Array(0));

describe('the two bytes with which a meter says what it did', () => {
  // 1E4 + 9C + 02 = 282 and the two bytes plus 33H, low byte first
  test.each([
    // 01 00: 34 + 33 = 67, 2E9
    ['68 78 56 34 12 00 00 68 9C 02 34 33 E9 16', ['closed'], '0001'],
    // 02 00: 35 + 33 = 68, 2EA
    ['68 78 56 34 12 00 00 68 9C 02 35 33 EA 16', ['closing permitted'], '0002'],
    // 04 00: 37 + 33 = 6A, 2EC
    ['68 78 56 34 12 00 00 68 9C 02 37 33 EC 16', ['tripped'], '0004'],
    // 28 00: 5B + 33 = 8E, 310
    ['68 78 56 34 12 00 00 68 9C 02 5B 33 10 16', ['trip delayed', 'trip delayed by large current'], '0028'],
    // 00 01: 33 + 34 = 67, 2E9
    ['68 78 56 34 12 00 00 68 9C 02 33 34 E9 16', ['power is kept'], '0100'],
    // 40 80: 73 + B3 = 126, 3A8: bits that no source names
    ['68 78 56 34 12 00 00 68 9C 02 73 B3 A8 16', ['bit 6', 'bit 15'], '8040'],
  ])('%s is told in words and as it came', (hex, executed, extra) => {
    expect(told(hex)).toMatchObject({ ok: true, value: { executed, extra, items: [] } });
  });

  test.each([
    // 1E4 + 9C = 280
    ['68 78 56 34 12 00 00 68 9C 00 80 16', null],
    // 1E4 + 9C + 01 + 37 = 2B8
    ['68 78 56 34 12 00 00 68 9C 01 37 B8 16', '04'],
  ])('%s has no such word', (hex, extra) => {
    const description = told(hex);
    expect(description).toMatchObject({ ok: true, value: { extra } });
    expect(description.ok && 'executed' in description.value).toBe(false);
  });
});
