import { describe, expect, test } from 'vitest';
import { lineInMemory } from '../line-in-memory.ts';

/** Frames worked out by hand for 000012345678, password 02123456, operator 00000001: head 1E4, password and operator 237. */
const ASK = {
  // 08 01 00 04 (D9) of 2026-11-24 11:37, 37 11 24 11 26 = 6A 44 57 44 59 (1A2): 1E4 + 14 + 11 + D9 + 237 + 1A2 = 5BB
  pricesAt1137: '68 78 56 34 12 00 00 68 14 11 3B 34 33 37 35 89 67 45 34 33 33 33 6A 44 57 44 59 BB 16',
  // 07 01 00 04 (D8): one less
  dayTablesAt1137: '68 78 56 34 12 00 00 68 14 11 3A 34 33 37 35 89 67 45 34 33 33 33 6A 44 57 44 59 BA 16',
  // FF 02 05 04 (32+35+38+37 = D6); four prices of 0.6000, 00 60 00 00 = 33 93 33 33 (12C) each: 4B0
  // 1E4 + 14 + 1C + D6 + 237 + 4B0 = 9D1
  backupPrices: `68 78 56 34 12 00 00 68 14 1C 32 35 38 37 35 89 67 45 34 33 33 33 ${'33 93 33 33 '.repeat(4)}D1 16`,
  // 01 00 02 04 (34+33+35+37 = D3); eight periods of T1 from midnight, 34 33 33 (9A): 1E4 + 14 + 24 + D3 + 237 + 4D0 = 9F6
  sharpInSet2: `68 78 56 34 12 00 00 68 14 24 34 33 35 37 35 89 67 45 34 33 33 33 ${'34 33 33 '.repeat(8)}F6 16`,
  // FF 01 05 04 (32+34+38+37 = D5): 1E4 + 11 + 04 + D5 = 2CE
  presentPrices: '68 78 56 34 12 00 00 68 11 04 32 34 38 37 CE 16',
  // 01 00 05 05 (34+33+38+38 = D7): 1E4 + 11 + 04 + D7 = 2D0
  priceFreezeTime: '68 78 56 34 12 00 00 68 11 04 34 33 38 38 D0 16',
  // 01 FF 04 05 (34+32+37+38 = D5): 2CE
  hourlyBlock: '68 78 56 34 12 00 00 68 11 04 34 32 37 38 CE 16',
  // 03 05 00 04 (36+38+33+37 = D8): 2D1
  word3: '68 78 56 34 12 00 00 68 11 04 36 38 33 37 D1 16',
  written: '68 78 56 34 12 00 00 68 94 00 78 16',
} as const;

/** Data behind the DI of the only answer, as it travels. */
const valueIn = ([reply = '']: readonly string[]) => reply.split(' ').slice(14, -2).join(' ');
const MINUTE_MS = 60_000;

describe('at the time that was written for it', () => {
  test('a meter takes its backup prices as the present ones, and freezes its registers', async () => {
    const { ask, clock } = lineInMemory();
    const before = valueIn(ask(ASK.presentPrices));
    expect([ask(ASK.backupPrices), ask(ASK.pricesAt1137)].flat()).toEqual([ASK.written, ASK.written]);
    await clock.advance(6 * MINUTE_MS);
    expect(valueIn(ask(ASK.presentPrices))).toBe(before);
    await clock.advance(MINUTE_MS);
    expect(valueIn(ask(ASK.presentPrices))).toBe('33 93 33 33 '.repeat(4).trim());
    // 2026-11-24 11:37
    expect(valueIn(ask(ASK.priceFreezeTime))).toBe('6A 44 57 44 59');
  });

  test('a meter counts by its other set of day tables, and says so in status word 3', async () => {
    const { ask, clock, meter } = lineInMemory();
    expect([ask(ASK.sharpInSet2), ask(ASK.dayTablesAt1137)].flat()).toEqual([ASK.written, ASK.written]);
    await clock.advance(7 * MINUTE_MS);
    const [, sharp = 0, , flat = 0] = meter.registers();
    await clock.advance(MINUTE_MS); // 3.6 kW for a minute are 0.06 kWh
    expect(meter.registers().slice(1, 4)).toEqual([sharp + 6, 200, flat]);
    // b0: the second set
    expect(valueIn(ask(ASK.word3))).toBe('34 33');
  });
});

test('a meter freezes its totals each hour, and gives them as one block', async () => {
  const { ask, clock } = lineInMemory();
  await clock.advance(40 * MINUTE_MS);
  // 2026-11-24 12:00, half an hour of 3.6 kW later: 11.80, and nothing given back
  expect(valueIn(ask(ASK.hourlyBlock))).toBe('33 45 57 44 59 B3 44 33 33 33 33 33 33');
});
