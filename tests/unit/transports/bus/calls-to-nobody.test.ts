import { expect, test } from 'vitest';
import { createBus } from '../../../../src/transports/bus/bus.ts';
import { createManualClock } from '../../../support/manual-clock.ts';
import { meterNumber, meterOf, readExchange, readReply } from '../dlt645-line.ts';
import { createMemoryLine } from '../memory-line.ts';

const LONG_MS = 60_000;
const WILDCARD = 'AAAAAAAAAAAA';

function world() {
  const clock = createManualClock();
  const line = createMemoryLine(clock);
  return { clock, line, bus: createBus({ transport: line.transport, clock }) };
}

/** A call to whoever is there: nothing is remembered of it. */
const call = () => ({ ...readExchange(WILDCARD), meter: undefined, repeatable: false });

test('a call to nobody in particular is always made and leaves no meter behind', async () => {
  const { clock, line, bus } = world();
  for (let left = 10; left > 0; left--) {
    const calling = bus.request(call(), { priority: 'probe' });
    await clock.advance(LONG_MS);
    expect(await calling).toEqual({ ok: false, error: { code: 'no-reply', sent: true } });
  }
  expect(line.written).toHaveLength(10);
  expect(bus.health().meters).toEqual([]);
});

test('a call at the priority of probes waits until nothing scheduled does, however long that takes', async () => {
  const { clock, line, bus } = world();
  const meter = meterNumber(1);
  const asked: string[] = [];
  let reads = 0;
  const readOn = () => {
    reads += 1;
    // Half a minute of reads, one always waiting behind the other.
    if (clock.monotonicMs() < 30_000) void bus.request(readExchange(meter), { priority: 'scheduled' }).then(readOn);
  };
  line.onWrite = (bytes) => {
    asked.push(meterOf(bytes));
    if (meterOf(bytes) === meter) clock.after(100, () => line.hear(readReply(meter)));
  };
  readOn();
  readOn();
  const calling = bus.request(call(), { priority: 'probe' });
  await clock.advance(LONG_MS);
  await calling;
  expect(reads).toBeGreaterThan(200);
  expect(asked.slice(0, -1)).toEqual(Array(asked.length - 1).fill(meter));
  expect(asked.at(-1)).toBe(WILDCARD);
});
