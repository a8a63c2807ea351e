import type { MeterView } from '../../core/ports/queries.ts';
import type { Store } from '../../core/ports/store.ts';
import type { MeterId } from '../../kernel/ids.ts';
import { ProblemError } from '../problem-error.ts';

/** The meter of a route, or its problem. */
export function createMeterFinder(store: Store): (meterId: MeterId) => Promise<MeterView> {
  return async (meterId) => {
    const view = await store.read('meter', { meterId });
    if (view === undefined) throw new ProblemError('not-found', { detail: 'No meter has this id' });
    return view;
  };
}
