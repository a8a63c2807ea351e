/** Seeded chance: the same seed text gives the same sequence, on every machine. Nothing here is fit for secrets. */
export interface Random {
  /** An integer of `low`..`high`, both included. */
  integer(low: number, high: number): number;
  /** True with the given probability, 0..1. Draws even where the answer is certain, so that sequences stay comparable. */
  chance(probability: number): boolean;
}

const TWO_TO_32 = 4_294_967_296;

/** @param seed any text; give each use a text of its own, as `7/meter/3/load`, so that uses don't disturb each other */
export function createRandom(seed: string): Random {
  let state = hashText(seed);
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    return mix(state);
  };
  return {
    integer: (low, high) => low + Math.floor((next() / TWO_TO_32) * (high - low + 1)),
    chance: (probability) => next() / TWO_TO_32 < probability,
  };
}

/** A value of -spread..spread that depends on nothing but its two arguments: noise that can be asked for any moment. */
export function noiseAt(seed: number, moment: number, spread: number): number {
  const drawn = mix((seed + Math.imul(moment | 0, 0x9e3779b1)) | 0);
  return Math.floor((drawn / TWO_TO_32) * (2 * spread + 1)) - spread;
}

/** FNV-1a, 32 bits. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

/** Spreads every bit of the input over the whole 32-bit answer (the finaliser of mulberry32). */
function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 15), 1 | value);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return (mixed ^ (mixed >>> 14)) >>> 0;
}
