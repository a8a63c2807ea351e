import { assertInterleavings } from '../support/core-interleavings.ts';

/** Runs, at one go, so that the seed and the path that a failure prints lead back to it. */
const AT_ONCE = 10_000;

/** As many interleavings of a payment and a trip as asked for; throws with the seed where one does not end with supply on. */
export async function runInterleavings(count: number, seed: number): Promise<{ readonly interleavings: number; readonly seed: number }> {
  for (let done = 0; done < count; done += AT_ONCE) await assertInterleavings(Math.min(AT_ONCE, count - done), seed + done);
  return { interleavings: count, seed };
}
