import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DECODERS, fuzz } from '../support/fuzz-decoders.ts';

const INPUTS = 100_000;
/** A decoder that hardly ever gets past its first check is not fuzzed. */
const AT_LEAST_TAKEN = 10_000;

describe('whatever comes in', () => {
  const [seed = 1] = fc.sample(fc.integer({ min: 1, max: 1_000_000_000 }), 1);

  test.each(Object.keys(DECODERS))('the %s neither throws nor breaks its promise on 100 000 inputs', (name) => {
    expect(fuzz(name, INPUTS, seed), `seed ${seed}`).toBeGreaterThan(AT_LEAST_TAKEN);
  });
});
