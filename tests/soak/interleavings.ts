import { assertInterleavings } from '../support/core-interleavings.ts';
import { assertPersonInterleavings } from '../support/core-person-interleavings.ts';

/** Runs, at one go, so that the seed and the path that a failure prints lead back to it. */
const AT_ONCE = 10_000;

interface Interleaved {
  readonly interleavings: number;
  readonly seed: number;
}

/** As many interleavings of a payment and a trip as asked for; throws with the seed where one does not end with supply on. */
export const runInterleavings = (count: number, seed: number): Promise<Interleaved> => inParts(assertInterleavings, count, seed);

/** As many of persons, payments, marks and faults at one relay; throws with the seed where something happened that may never. */
export const runPersonInterleavings = (count: number, seed: number): Promise<Interleaved> =>
  inParts(assertPersonInterleavings, count, seed);

async function inParts(play: (runs: number, seed: number) => Promise<void>, count: number, seed: number): Promise<Interleaved> {
  for (let done = 0; done < count; done += AT_ONCE) await play(Math.min(AT_ONCE, count - done), seed + done);
  return { interleavings: count, seed };
}
