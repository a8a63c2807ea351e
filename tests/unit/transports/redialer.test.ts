import { describe, expect, test } from 'vitest';
import { createRedialer, type DialEvents } from '../../../src/transports/redialer.ts';
import { createManualClock } from '../../support/manual-clock.ts';

function redialling() {
  const clock = createManualClock();
  const dials: DialEvents[] = [];
  const heard: string[] = [];
  let hungUp = 0;
  const redialer = createRedialer({
    clock,
    listener: { up: () => heard.push('up'), down: (reason) => heard.push(`down: ${reason}`) },
    dial(events) {
      dials.push(events);
      return () => {
        hungUp += 1;
      };
    },
  });
  return { clock, dials, heard, redialer, hungUp: () => hungUp, last: () => dials.at(-1) };
}

describe('A connection that is kept', () => {
  test('is dialled again after waits that double up to fifteen seconds', async () => {
    const { clock, dials, redialer, last } = redialling();
    redialer.open();
    for (const waitMs of [250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000]) {
      const before = dials.length;
      last()?.down('refused');
      await clock.advance(waitMs - 1);
      expect(dials).toHaveLength(before);
      await clock.advance(1);
      expect(dials).toHaveLength(before + 1);
    }
  });

  test('begins with the short wait again when it had been up for a while', async () => {
    const { clock, dials, redialer, last } = redialling();
    redialer.open();
    last()?.down('refused');
    await clock.advance(250);
    last()?.up();
    await clock.advance(5000);
    last()?.down('unplugged');
    await clock.advance(250);
    expect(dials).toHaveLength(3);
  });

  test('keeps doubling where each connection breaks at once', async () => {
    const { clock, dials, redialer, last } = redialling();
    redialer.open();
    for (const waitMs of [250, 500, 1000]) {
      last()?.up();
      last()?.down('kicked out');
      await clock.advance(waitMs);
    }
    expect(dials).toHaveLength(4);
  });

  test('shows each state with its reason and since when', async () => {
    const { clock, redialer, last, heard } = redialling();
    expect(redialer.state()).toEqual({ state: 'down', since: 0, reason: 'not opened' });
    redialer.open();
    expect(redialer.state()).toMatchObject({ state: 'opening', since: 0 });
    await clock.advance(30);
    last()?.up();
    expect(redialer.state()).toEqual({ state: 'up', since: 30 });
    await clock.advance(70);
    last()?.down('unplugged');
    expect(redialer.state()).toEqual({ state: 'down', since: 100, reason: 'unplugged' });
    expect(heard).toEqual(['up', 'down: unplugged']);
  });

  test('ignores what a connection reports that was given up', async () => {
    const { clock, dials, redialer, heard } = redialling();
    redialer.open();
    dials[0]?.up();
    dials[0]?.down('unplugged');
    dials[0]?.down('closed');
    dials[0]?.up();
    expect(heard).toEqual(['up', 'down: unplugged']);
    await clock.advance(250);
    expect(dials).toHaveLength(2);
  });

  test('is hung up and never dialled again once closed', async () => {
    const { clock, dials, redialer, hungUp, heard } = redialling();
    redialer.open();
    dials[0]?.up();
    await redialer.close();
    await clock.advance(60_000);
    expect(dials).toHaveLength(1);
    expect(hungUp()).toBe(1);
    expect(heard).toEqual(['up', 'down: closed']);
  });
});
