import { describe, expect, test } from 'vitest';
import { lineInMemory } from '../line-in-memory.ts';

/** Frames worked out by hand for 000012345678; the head sums to 1E4. */
const ASK = {
  // 06040002 = 35 33 37 39 (D8): 1E4 + 11 + 04 + D8 = 2D1
  latestEnergies: '68 78 56 34 12 00 00 68 11 04 35 33 37 39 D1 16',
  // 06040001, one block from 2026-11-24 11:00: 34 33 37 39 (D7) + 34 + 00 00 → 33 44 57 44 59 of 00 11 24 11 26 (16B):
  // 1E4 + 11 + 0A + D7 + 34 + 16B = 475
  energiesFrom1100: '68 78 56 34 12 00 00 68 11 0A 34 33 37 39 34 33 44 57 44 59 75 16',
  // as that, from 2026-11-25 (one more)
  energiesFromTomorrow: '68 78 56 34 12 00 00 68 11 0A 34 33 37 39 34 33 44 58 44 59 76 16',
} as const;

/** Bytes of the data behind the DI, before the 33H step. */
const recordOf = ([reply = '']: readonly string[]) =>
  reply
    .split(' ')
    .slice(14, -2)
    .map((pair) => ((Number.parseInt(pair, 16) + 256 - 0x33) % 256).toString(16).toUpperCase().padStart(2, '0'))
    .join(' ');

describe('load records of a virtual meter', () => {
  test('before its start are what its load would have made them', () => {
    const { ask } = lineInMemory();
    // 11:00 on the 24th; half an hour of 3.6 kW before 10.00 kWh: 8.20. A0+A0+1B + 00+11+24+11+26 + 20+08 + 3FC = 5EB
    expect(recordOf(ask(ASK.energiesFrom1100))).toBe(
      'A0 A0 1B 00 11 24 11 26 AA AA AA 20 08 00 00 00 00 00 00 00 00 00 00 00 00 00 00 AA AA AA EB E5',
    );
  });

  test('are made at each quarter hour of its clock', async () => {
    const { ask, clock } = lineInMemory();
    await clock.advance(15 * 60_000 + 30_000);
    // 11:45, a quarter of an hour of 3.6 kW later: 10.90. A0+A0+1B + 45+11+24+11+26 + 90+10 + 3FC = 6A8
    expect(recordOf(ask(ASK.latestEnergies))).toBe(
      'A0 A0 1B 45 11 24 11 26 AA AA AA 90 10 00 00 00 00 00 00 00 00 00 00 00 00 00 00 AA AA AA A8 E5',
    );
  });

  test('that do not exist are an answer with the DI alone', () => {
    // L = 4: 1E4 + 91 + 04 + D7 = 350
    expect(lineInMemory().ask(ASK.energiesFromTomorrow)).toEqual(['68 78 56 34 12 00 00 68 91 04 34 33 37 39 50 16']);
  });
});
