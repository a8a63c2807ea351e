import type { Queries } from '../../../core/ports/queries.ts';
import type { Reader } from '../connection.ts';

/** What an answer may look at. */
export interface Sources {
  readonly reader: Reader;
  /** Size of what waits to be merged into the database, in bytes. */
  walBytes(): number;
}

/** Answers the named queries, each within one snapshot that the caller holds. */
export type Answers<Name extends keyof Queries> = {
  readonly [Each in Name]: (sources: Sources, ask: Queries[Each]['ask']) => Queries[Each]['answer'];
};
