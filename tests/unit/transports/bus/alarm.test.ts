import { expect, test } from 'vitest';
import { createAlarm } from '../../../../src/transports/bus/alarm.ts';
import { createManualClock } from '../../../support/manual-clock.ts';

function alarmOn() {
  const clock = createManualClock();
  const rings: number[] = [];
  let timers = 0;
  const counting: typeof clock = {
    ...clock,
    after(ms, callback) {
      timers += 1;
      return clock.after(ms, callback);
    },
  };
  const alarm = createAlarm(counting, () => rings.push(clock.monotonicMs()));
  return { clock, alarm, rings, timers: () => timers };
}

test('rings once, when it is due', async () => {
  const { clock, alarm, rings } = alarmOn();
  alarm.setFor(70);
  await clock.advance(69);
  expect(rings).toEqual([]);
  await clock.advance(1_000);
  expect(rings).toEqual([70]);
});

test('rings when it was set for last, be that later or earlier', async () => {
  const { clock, alarm, rings } = alarmOn();
  alarm.setFor(70);
  alarm.setFor(500);
  await clock.advance(499);
  expect(rings).toEqual([]);
  await clock.advance(1);
  alarm.setFor(900);
  alarm.setFor(600);
  await clock.advance(1_000);
  expect(rings).toEqual([500, 600]);
});

test('does not ring once it is unset, and does again when it is set', async () => {
  const { clock, alarm, rings } = alarmOn();
  alarm.setFor(70);
  alarm.unset();
  await clock.advance(100);
  expect(rings).toEqual([]);
  alarm.setFor(150);
  await clock.advance(100);
  expect(rings).toEqual([150]);
});

test('a hundred waits that end early take one timer', async () => {
  const { clock, alarm, timers, rings } = alarmOn();
  for (let count = 0; count < 100; count++) {
    alarm.setFor(clock.monotonicMs() + 1_000);
    await clock.advance(1);
    alarm.unset();
  }
  expect([timers(), rings]).toEqual([1, []]);
});

test('gives its timer back', async () => {
  const { clock, alarm, rings } = alarmOn();
  alarm.setFor(70);
  alarm.close();
  await clock.advance(100);
  expect(rings).toEqual([]);
});
