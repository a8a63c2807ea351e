/**
 * The store's two doors. `read` answers one named question from one snapshot, with the versions of what it read;
 * `commit` stores a batch of facts together or not at all. No interactive transactions.
 *
 * Versions belong to subjects (`account:ID`, `accrual:METERPOINT`, `meterPoint:ID`, `meter:ID`, `site`, `limiter`); which fact raises
 * which is said in the ADR on read and commit. What is computed from a snapshot (an accrual, a decision) expects its versions; postings are deltas whose limits the writer checks itself.
 */

import type { Money } from '../../kernel/units.ts';
import type { Expectation } from '../model/expectation.ts';
import type { Fact } from '../model/fact.ts';
import type { LedgerAccount } from '../model/journal.ts';
import type { Queries } from './queries.ts';

export type { Expectation };

export interface Batch {
  readonly facts: readonly Fact[];
  readonly expect?: readonly Expectation[];
}

export type CommitOutcome =
  /** Stored and synced. `balances` holds each customer account that the batch posted to, after it. */
  | { readonly status: 'committed'; readonly balances: ReadonlyMap<LedgerAccount, Money> }
  /** One of the batch's keys was used before: nothing was stored. */
  | { readonly status: 'duplicate'; readonly key: DuplicateKey }
  /** Something that the decision rests on has moved: nothing was stored, decide again. */
  | { readonly status: 'conflict'; readonly subject: string }
  /** A limit that the writer guards does not allow it: nothing was stored. */
  | { readonly status: 'refused'; readonly code: 'no-space' | 'overloaded' };

export type DuplicateKey =
  | { readonly kind: 'idempotency-key'; readonly key: string }
  | { readonly kind: 'channel-serial'; readonly key: string }
  | { readonly kind: 'entry-key'; readonly key: string }
  | { readonly kind: 'reversal'; readonly key: string };

/** Answers a named question at once, from a snapshot that somebody else holds. */
export type AnswerNow = <Name extends keyof Queries>(name: Name, ask: Queries[Name]['ask']) => Queries[Name]['answer'];

export interface Store {
  read<Name extends keyof Queries>(name: Name, ask: Queries[Name]['ask']): Promise<Queries[Name]['answer']>;
  commit(batch: Batch): Promise<CommitOutcome>;
  /** Waits for what is under way, seals it and gives the data folder back. */
  close(): Promise<void>;
}
