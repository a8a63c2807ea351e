import { describe, expect, test } from 'vitest';
import { ANSWER, ASK } from '../frames.ts';
import { lineInMemory } from '../line-in-memory.ts';

/** hh:mm:ss of a reply to a read of the time, whose data bytes travel plus 33H. */
function timeIn([reply = '']: readonly string[]): string {
  const [second, minute, hour] = reply
    .split(' ')
    .slice(14, 17)
    .map((pair) => (Number.parseInt(pair, 16) - 0x33).toString(16).padStart(2, '0'));
  return `${hour}:${minute}:${second}`;
}

describe('the clock of a virtual meter', () => {
  test('shows local time and weekday', () => {
    const { ask } = lineInMemory();
    expect(ask(ASK.time)).toEqual([ANSWER.time113000]);
    expect(ask(ASK.date)).toEqual([ANSWER.tuesday20261124]);
  });

  test('goes wrong by its drift', async () => {
    const { ask, clock } = lineInMemory({ clockDriftPpm: 1000 });
    await clock.advance(10_000_000); // 2:46:40, and ten seconds too much
    expect(timeIn(ask(ASK.time))).toBe('14:16:50');
  });

  test('is set by a write with the password, and not without', () => {
    const { ask } = lineInMemory();
    expect(ask(ASK.setTimeWithPassword993456)).toEqual([ANSWER.writeRefusedByPassword]);
    expect(ask(ASK.time)).toEqual([ANSWER.time113000]);
    expect(ask(ASK.setTimeTo114005)).toEqual([ANSWER.written]);
    expect(timeIn(ask(ASK.time))).toBe('11:40:05');
  });

  test('obeys a time broadcast of at most five minutes, once a day, and says nothing', async () => {
    const { ask, clock } = lineInMemory();
    expect(ask(ASK.everybodysTime113600)).toEqual([]);
    expect(ask(ASK.time)).toEqual([ANSWER.time113000]);
    ask(ASK.everybodysTime113300);
    expect(timeIn(ask(ASK.time))).toBe('11:33:00');
    ask(ASK.everybodysTime113600);
    expect(timeIn(ask(ASK.time))).toBe('11:33:00');
    await clock.advance(1000);
    expect(timeIn(ask(ASK.time))).toBe('11:33:01');
  });
});

describe('a freeze command', () => {
  test('keeps the registers of that moment', async () => {
    const { ask, clock } = lineInMemory();
    expect(ask(ASK.instantFreeze)).toEqual([ANSWER.noSuchData]);
    expect(ask(ASK.freezeNow)).toEqual([ANSWER.frozen]);
    const [frozen] = ask(ASK.instantFreeze);
    await clock.advance(60_000);
    expect(ask(ASK.instantFreeze)).toEqual([frozen]);
    // 05010101: 10.00, 1.00, 2.00, 3.00, 4.00
    expect(frozen?.slice(24, -6)).toBe('91 18 34 34 34 38 33 43 33 33 33 34 33 33 33 35 33 33 33 36 33 33 33 37 33 33');
  });

  test('for a time of day keeps the registers of each such moment', async () => {
    const { ask, clock } = lineInMemory();
    expect(ask(ASK.freezeEachNoon)).toEqual([ANSWER.frozen]);
    await clock.advance(3 * 3_600_000);
    const [frozen] = ask(ASK.timedFreeze);
    // 05000101: after half an hour of 3.6 kW 11.80, 1.00, 2.00, 4.80, 4.00
    expect(frozen?.slice(24, -6)).toBe('91 18 34 34 33 38 B3 44 33 33 33 34 33 33 33 35 33 33 B3 37 33 33 33 37 33 33');
  });
});
