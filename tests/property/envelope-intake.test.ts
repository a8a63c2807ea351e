/** A concentrator that pushes readings and redelivers, reorders, splits and merges them as it likes, into the whole core. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEnvelopeIntake } from '../../src/jobs/envelope-intake.ts';
import { formatInstant, plusMs } from '../../src/kernel/clock.ts';
import { silentLogger } from '../../src/kernel/logger.ts';
import { EVENING, METER, POINT, planOf, SHANGHAI } from '../support/core-facts.ts';
import { createWorld } from '../support/core-world.ts';

const PEAK = '1-0:1.8.2';
const VALLEY = '1-0:1.8.4';
const PLAN = planOf('tou', { 'energy:peak': '0.6', 'energy:valley': '0.3' });
/** A day and a half, so that midnight lies within. */
const QUARTERS = 144;
const QUARTER_MS = 900_000;

interface Measured {
  readonly quarter: number;
  readonly peak: number;
  readonly valley: number;
}

const OPENING: Measured = { quarter: 0, peak: 10_000, valley: 20_000 };

/** What the meter counted, in hundredths of a kWh at some quarters of an hour; never more than its connection carries. */
const anyHistory: fc.Arbitrary<readonly Measured[]> = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 1, max: QUARTERS }), fc.nat(200), fc.nat(200)), {
    minLength: 1,
    maxLength: 8,
    selector: ([quarter]) => quarter,
  })
  .map((steps) => {
    const history: Measured[] = [];
    let before: Measured = OPENING;
    for (const [quarter, peak, valley] of steps.sort(([left], [right]) => left - right)) {
      before = { quarter, peak: before.peak + peak, valley: before.valley + valley };
      history.push(before);
    }
    return history;
  });

/** How a history is delivered: each entry one envelope, of whole samples or parts of them, each any number of times. */
interface Delivery {
  readonly order: readonly number[];
  readonly parts: readonly ('both' | 'peak' | 'valley' | 'halves')[];
  readonly merges: readonly boolean[];
  readonly again: readonly number[];
}

const anyDelivery: fc.Arbitrary<Delivery> = fc.record({
  order: fc.array(fc.nat(1000), { minLength: 8, maxLength: 8 }),
  parts: fc.array(fc.constantFrom('both', 'peak', 'valley', 'halves'), { minLength: 8, maxLength: 8 }),
  merges: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
  again: fc.array(fc.nat(7), { maxLength: 4 }),
});

function sampleOf({ quarter, peak, valley }: Measured, registers: readonly string[]) {
  const all: Readonly<Record<string, number>> = { [PEAK]: peak, [VALLEY]: valley };
  return {
    port: 1,
    meter: METER.address,
    readAt: formatInstant(plusMs(EVENING, quarter * QUARTER_MS)),
    values: registers.map((register) => ({ register, value: ((all[register] ?? 0) / 100).toFixed(2), unit: 'kWh', quality: 'good' })),
  };
}

const whole = (measured: Measured) => sampleOf(measured, [PEAK, VALLEY]);

/** Everything is delivered whole at least once; before it come pieces, and after it what came before. */
function envelopesOf(history: readonly Measured[], { order, parts, merges, again }: Delivery) {
  const shuffled = history.map((measured, index) => ({ measured, index })).sort((a, b) => (order[a.index] ?? 0) - (order[b.index] ?? 0));
  const envelopes: object[][] = [];
  for (const { measured, index } of shuffled) {
    const part = parts[index];
    const samples =
      part === 'both'
        ? [whole(measured)]
        : part === 'halves'
          ? [sampleOf(measured, [PEAK]), sampleOf(measured, [VALLEY])]
          : [sampleOf(measured, [part === 'peak' ? PEAK : VALLEY]), whole(measured)];
    if (merges[index] && envelopes.length > 0) envelopes.at(-1)?.push(...samples);
    else if (part === 'both') envelopes.push(samples);
    else for (const sample of samples) envelopes.push([sample]);
  }
  return [...envelopes, ...again.map((index) => envelopes[index % envelopes.length] ?? [])];
}

/** What is left of it all once everything has come. */
async function afterAll(envelopes: readonly (readonly object[])[]) {
  const world = await createWorld({ plan: PLAN });
  await world.pay('100');
  const intake = createEnvelopeIntake({
    meters: [{ concentrator: 'C1', port: 1, address: METER.address, meterPointId: POINT.id, zone: SHANGHAI }],
    metering: world.metering,
    clock: world.clock,
    logger: silentLogger,
  });
  await world.clock.advance(QUARTERS * QUARTER_MS);
  let seq = 0;
  for (const samples of [[whole(OPENING)], ...envelopes]) {
    const payload = JSON.stringify({ v: 1, run: 'r', seq: seq++, sentAt: formatInstant(world.clock.now()), samples });
    expect(await intake.take('C1', payload)).toBe(true);
  }
  const facts = await world.facts();
  const { items } = await world.store.read('readings', { meterId: METER.id, limit: 100 });
  return {
    available: world.situations.of(facts).available,
    charge: facts.accrual?.rated,
    readings: items.map(({ register, value, measuredAt, quality }) => `${measuredAt} ${register} ${value} ${quality}`).sort(),
  };
}

test('redelivered, reordered, split and merged envelopes leave the same readings and the same money', async () => {
  await fc.assert(
    fc.asyncProperty(anyHistory, anyDelivery, async (history, delivery) => {
      const plain = await afterAll(history.map((measured) => [whole(measured)]));
      expect(await afterAll(envelopesOf(history, delivery))).toEqual(plain);
    }),
    { numRuns: 60, interruptAfterTimeLimit: 90_000, markInterruptAsFailure: true },
  );
});
