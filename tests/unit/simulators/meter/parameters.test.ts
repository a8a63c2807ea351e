import { describe, expect, test } from 'vitest';
import { lineInMemory } from '../line-in-memory.ts';

/**
 * Frames worked out by hand for 000012345678, password 02123456, operator 00000001; the head sums to 1E4, password and
 * operator travel as 35 89 67 45 34 33 33 33 = 237.
 */
const FRAMES = {
  // 01 00 01 04 = 34 33 34 37 (D2): 1E4 + 11 + 04 + D2 = 2CB
  readDayTable1: '68 78 56 34 12 00 00 68 11 04 34 33 34 37 CB 16',
  // 14, 0C + 18 = 24: D2 + 237, then eight periods 00:00 T1, low first 01 00 00 = 34 33 33 (9A) each: 4D0.
  // 1E4 + 14 + 24 + D2 + 237 + 4D0 = 9F5
  writeSharpAllDay: `68 78 56 34 12 00 00 68 14 24 34 33 34 37 35 89 67 45 34 33 33 33 ${'34 33 33 '.repeat(8)}F5 16`,
  // as that, with the tariff 5 in the last period (4 more)
  writeTariff5: `68 78 56 34 12 00 00 68 14 24 34 33 34 37 35 89 67 45 34 33 33 33 ${'34 33 33 '.repeat(7)}38 33 33 F9 16`,
  // 15 periods: 0C + 2D = 39; 15 × 9A = 906; 1E4 + 14 + 39 + D2 + 237 + 906 = E40
  writeFifteenPeriods: `68 78 56 34 12 00 00 68 14 39 34 33 34 37 35 89 67 45 34 33 33 33 ${'34 33 33 '.repeat(15)}40 16`,
  // 1E4 + 94 = 278
  written: '68 78 56 34 12 00 00 68 94 00 78 16',
  // ERR 40, too many tariffs: 1E4 + D4 + 01 + 73 = 32C
  tooManyTariffs: '68 78 56 34 12 00 00 68 D4 01 73 2C 16',
  // ERR 20, too many day slots: 1E4 + D4 + 01 + 53 = 30C
  tooManySlots: '68 78 56 34 12 00 00 68 D4 01 53 0C 16',
  // 00 00 30 03 = 33 33 63 36 (FF): 1E4 + 11 + 04 + FF = 2F8
  readProgrammingCount: '68 78 56 34 12 00 00 68 11 04 33 33 63 36 F8 16',
  // with 01 00 00 = 34 33 33 (9A): 1E4 + 91 + 07 + FF + 9A = 415
  programmedOnce: '68 78 56 34 12 00 00 68 91 07 33 33 63 36 34 33 33 15 16',
  // 01 00 30 03 = 34 33 63 36 (100): 1E4 + 11 + 04 + 100 = 2F9
  readLastProgramming: '68 78 56 34 12 00 00 68 11 04 34 33 63 36 F9 16',
  // 01 05 30 03 = 34 38 63 36 (105): 1E4 + 11 + 04 + 105 = 2FE
  readLastDayTables: '68 78 56 34 12 00 00 68 11 04 34 38 63 36 FE 16',
} as const;

/** The data of the only answer, as it travels. */
const dataOf = ([reply = '']: readonly string[]) => reply.split(' ').slice(10, -2).join(' ');

describe('a virtual meter’s tables', () => {
  test('are written, read back, and count from then on', async () => {
    const { ask, clock, meter } = lineInMemory();
    expect(ask(FRAMES.writeSharpAllDay)).toEqual([FRAMES.written]);
    expect(dataOf(ask(FRAMES.readDayTable1))).toBe(`34 33 34 37 ${'34 33 33 '.repeat(8).trim()}`);
    await clock.advance(10_000); // 3.6 kW for ten seconds are 0.01 kWh
    expect(meter.registers()).toEqual([1001, 101, 200, 300, 400]);
  });

  test.each([
    ['a tariff that it has not', FRAMES.writeTariff5, FRAMES.tooManyTariffs],
    ['more periods than there can be', FRAMES.writeFifteenPeriods, FRAMES.tooManySlots],
  ])('refuse %s and stay as they are', (_, frame, refusal) => {
    const { ask } = lineInMemory();
    const before = ask(FRAMES.readDayTable1);
    expect(ask(frame)).toEqual([refusal]);
    expect(ask(FRAMES.readDayTable1)).toEqual(before);
  });

  test('are put on record when they are written: which DI, by whom, when, and what was there before', () => {
    const { ask } = lineInMemory();
    ask(FRAMES.writeSharpAllDay);
    expect(ask(FRAMES.readProgrammingCount)).toEqual([FRAMES.programmedOnce]);
    // 2026-11-24 11:30:00, 00000001, 04010001, nine times nothing
    expect(dataOf(ask(FRAMES.readLastProgramming))).toBe(
      `34 33 63 36 33 63 44 57 44 59 34 33 33 33 34 33 34 37 ${'32 '.repeat(36).trim()}`,
    );
    // 682 bytes are more than one frame holds; they begin with time, operator and the first period that was: 00:00 T4.
    const [first = ''] = ask(FRAMES.readLastDayTables);
    expect(first.split(' ')[8]).toBe('B1');
    expect(first.split(' ').slice(14, 27).join(' ')).toBe('33 63 44 57 44 59 34 33 33 33 37 33 33');
  });
});
