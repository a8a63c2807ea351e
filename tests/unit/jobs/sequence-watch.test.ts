import { describe, expect, test } from 'vitest';
import { createSequenceWatch } from '../../../src/jobs/sequence-watch.ts';

const heard = (...envelopes: readonly (readonly [run: string, seq: number])[]) => {
  const watch = createSequenceWatch();
  return envelopes.map(([run, seq]) => {
    const news = watch.take(run, seq);
    return news.kind === 'gap' ? `gap ${news.missing}` : news.kind;
  });
};

describe('The envelopes of a concentrator', () => {
  test('follow one another from wherever the first that is heard stands', () => {
    expect(heard(['a', 40], ['a', 41], ['a', 42])).toEqual(['next', 'next', 'next']);
  });

  test('are missed, and found again in any order', () => {
    expect(heard(['a', 1], ['a', 4], ['a', 3], ['a', 3], ['a', 5], ['a', 2])).toEqual([
      'next',
      'gap 2',
      'filled',
      'again',
      'next',
      'filled',
    ]);
  });

  test('that come again are nothing new', () => {
    expect(heard(['a', 7], ['a', 7], ['a', 6])).toEqual(['next', 'again', 'again']);
  });

  test('begin again with a run of their own, and one of the run before may still come', () => {
    expect(heard(['a', 7], ['b', 0], ['b', 1], ['a', 8])).toEqual(['next', 'next', 'next', 'next']);
    expect(heard(['a', 7], ['b', 2])).toEqual(['next', 'gap 2']);
  });

  test('may be missing by the million without filling the memory', () => {
    expect(heard(['a', 0], ['a', 9_000_000], ['a', 8_999_999], ['a', 1])).toEqual(['next', 'gap 8999999', 'filled', 'again']);
  });
});
