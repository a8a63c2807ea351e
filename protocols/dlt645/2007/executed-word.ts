/**
 * What some meters say with the acceptance of a relay command: two bytes, low byte first, a bit for each thing that was done. One
 * meter's firmware is the only source: it is told to people, and no decision rests on it; the relay is read back all the same.
 *
 *     b0 closed   b1 closing permitted   b2 tripped   b3 trip delayed   b4 restores by itself   b5 delayed by large current
 *     b8 power kept   b9 power no longer kept   b10 alarm on   b11 alarm off
 */
const EXECUTED: ReadonlyMap<number, string> = new Map([
  [0, 'closed'],
  [1, 'closing permitted'],
  [2, 'tripped'],
  [3, 'trip delayed'],
  [4, 'restores by itself'],
  [5, 'trip delayed by large current'],
  [8, 'power is kept'],
  [9, 'power is no longer kept'],
  [10, 'alarm on'],
  [11, 'alarm off'],
]);

const WORD_BYTES = 2;
const WORD_BITS = 16;

/** One text for each bit that is set; undefined where the data are no such word. */
export function executedTexts(data: Uint8Array): readonly string[] | undefined {
  const [low = 0, high = 0] = data;
  if (data.length !== WORD_BYTES) return undefined;
  const bits = Array.from({ length: WORD_BITS }, (_, bit) => bit).filter((bit) => (((high * 256 + low) >> bit) & 1) !== 0);
  return bits.map((bit) => EXECUTED.get(bit) ?? `bit ${bit}`);
}
