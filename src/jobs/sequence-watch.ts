/** Which envelopes of a concentrator have come, so that one that is lost is noticed. Knows only what was heard since the start. */
export interface SequenceWatch {
  take(run: string, seq: number): SequenceNews;
}

export type SequenceNews =
  | { readonly kind: 'next' }
  /** It was heard before. */
  | { readonly kind: 'again' }
  /** One that was missing has come. */
  | { readonly kind: 'filled' }
  /** So many before it have not come, yet. */
  | { readonly kind: 'gap'; readonly missing: number };

interface Run {
  newest: number;
  readonly missing: Set<number>;
}

/** A concentrator that comes back may still hold envelopes of the runs before. */
const RUNS_REMEMBERED = 4;
/** Missing envelopes remembered by number; of a longer gap only the newest can be told to be filled. */
const MISSING_REMEMBERED = 1_000;

export function createSequenceWatch(): SequenceWatch {
  const runs = new Map<string, Run>();

  function begin(run: string, seq: number): SequenceNews {
    // Of the first run that is heard nobody knows where it stood; every later one begins at 0.
    const isFirst = runs.size === 0;
    const begun: Run = { newest: isFirst ? seq : -1, missing: new Set() };
    runs.set(run, begun);
    for (const oldest of runs.keys()) {
      if (runs.size <= RUNS_REMEMBERED) break;
      runs.delete(oldest);
    }
    return isFirst ? { kind: 'next' } : goOn(begun, seq);
  }

  return {
    take(run, seq) {
      const known = runs.get(run);
      return known === undefined ? begin(run, seq) : goOn(known, seq);
    },
  };
}

function goOn(run: Run, seq: number): SequenceNews {
  if (seq <= run.newest) return { kind: run.missing.delete(seq) ? 'filled' : 'again' };
  const missing = seq - run.newest - 1;
  for (let lost = Math.max(run.newest + 1, seq - MISSING_REMEMBERED); lost < seq; lost++) run.missing.add(lost);
  for (const oldest of run.missing) {
    if (run.missing.size <= MISSING_REMEMBERED) break;
    run.missing.delete(oldest);
  }
  run.newest = seq;
  return missing === 0 ? { kind: 'next' } : { kind: 'gap', missing };
}
