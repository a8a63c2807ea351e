import { describe, expect, test } from 'vitest';
import { ANSWER, ASK } from '../frames.ts';
import { lineInMemory } from '../line-in-memory.ts';

describe('a virtual meter', () => {
  test('answers reads of its total and of all its tariffs', () => {
    const { ask } = lineInMemory();
    expect(ask(ASK.total)).toEqual([ANSWER.total10kWh]);
    expect(ask(ASK.totalAndTariffs)).toEqual([ANSWER.total10AndTariffs1234]);
  });

  test('says so when it has no such data', () => {
    expect(lineInMemory().ask(ASK.unknownRegister)).toEqual([ANSWER.noSuchData]);
  });

  test.each(['totalOfAnother', 'totalWithBadChecksum', 'addressOfEverybody', 'tripOfWhoeverIsThere'] as const)(
    'says nothing to %s',
    (frame) => {
      const { ask, meter } = lineInMemory();
      expect(ask(ASK[frame])).toEqual([]);
      expect(meter.relay()).toBe('closed');
    },
  );

  test('tells its address to whoever asks', () => {
    expect(lineInMemory().ask(ASK.addressOfWhoeverIsThere)).toEqual([ANSWER.address]);
  });

  test('sends its wake-up bytes first where it has any', () => {
    expect(lineInMemory({ wakeUpBytes: 2 }).ask(ASK.total)).toEqual([`FE FE ${ANSWER.total10kWh}`]);
  });

  test('counts into the tariff that runs and into the total', async () => {
    const { clock, meter } = lineInMemory();
    await clock.advance(25_000);
    expect(meter.registers()).toEqual([1002, 100, 200, 302, 400]);
  });

  test('changes the tariff when its own clock says so', async () => {
    const { clock, meter } = lineInMemory();
    await clock.advance(5.5 * 3_600_000); // 17:00, peak begins; 3.6 kW for 5.5 h are 19.80 kWh
    expect(meter.registers()).toEqual([2980, 100, 200, 2280, 400]);
    await clock.advance(3_600_000);
    expect(meter.registers()).toEqual([3340, 100, 560, 2280, 400]);
  });

  test('counts faster under a load factor, and not at all with its relay open', async () => {
    const { ask, clock, meter } = lineInMemory({ loadFactor: 1000 });
    await clock.advance(1000); // 3600 kW for a second is 1 kWh
    expect(meter.registers()[0]).toBe(1100);
    ask(ASK.trip);
    await clock.advance(60_000);
    expect(meter.registers()[0]).toBe(1100);
  });

  test('gives an answer of 260 bytes in two frames of one moment', async () => {
    const { ask, clock } = lineInMemory();
    const [first = ''] = ask(ASK.everyTotalAndTariff);
    await clock.advance(60_000);
    const [second = ''] = ask(ASK.everyTotalAndTariffNext1);
    expect(first.slice(24, 29)).toBe('B1 C8'); // more follows, 200 bytes
    expect(second.slice(24, 29)).toBe('92 45'); // the end, 4 + 64 + 1 bytes
    expect(ask(ASK.everyTotalAndTariffNext1)).toEqual([second]);
  });
});
