import { describe, expect, test } from 'vitest';
import { createReplyTiming } from '../../../../src/transports/bus/reply-timing.ts';
import { meterNumber, readExchange, relayExchange } from '../dlt645-line.ts';
import { FAST_PORT } from '../memory-line.ts';

const read = readExchange(meterNumber(1));
const timing = () => createReplyTiming({ port: FAST_PORT, transitMs: 100, replyDelayMs: 500, marginMs: 30 });

/** A reply of 24 characters whose meter thought for so long: 40 characters at 9600 take 45.83 ms. */
function taught(replies: number, delayMs: number) {
  const learner = timing();
  for (let reply = 0; reply < replies; reply++) learner.learn(read, 45.8333 + delayMs, 24);
  return learner;
}

describe('The wait for a reply', () => {
  test('is characters both ways, the delay of the standard, the transit and a margin', () => {
    expect(timing().waitMs(read)).toBeCloseTo(675.83, 1);
    expect(timing().waitMs({ ...read, port: { ...FAST_PORT, baudRate: 1200 } })).toBeCloseTo(996.67, 1);
  });

  test('is shortened only after twenty replies, to one and a half times the slowest', () => {
    expect(taught(19, 40).waitMs(read)).toBeCloseTo(675.83, 1);
    expect(taught(20, 40).waitMs(read)).toBeCloseTo(45.83 + 60 + 30, 1);
  });

  test('looks at the slowest of the last hundred', () => {
    const learner = taught(99, 40);
    learner.learn(read, 45.8333 + 200, 24);
    expect(learner.waitMs(read)).toBeCloseTo(45.83 + 300 + 30, 1);
    for (let reply = 0; reply < 100; reply++) learner.learn(read, 45.8333 + 40, 24);
    expect(learner.waitMs(read)).toBeCloseTo(45.83 + 60 + 30, 1);
  });

  test('is never longer than the whole window, and never shortened for a frame that must not be repeated', () => {
    expect(taught(20, 490).waitMs(read)).toBeCloseTo(675.83, 1);
    const relay = relayExchange(meterNumber(1));
    expect(taught(20, 40).waitMs(relay)).toBe(timing().fullWaitMs(relay));
  });
});
