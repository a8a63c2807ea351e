import type { Instant } from '../../kernel/clock.ts';
import type { AccountId, Actor, EntryId, ReversalId } from '../../kernel/ids.ts';
import type { Money } from '../../kernel/units.ts';

/** What one person asks to have undone and another posts. */
export interface Reversal {
  readonly id: ReversalId;
  readonly entryId: EntryId;
  /** Whose money it moves; undefined where it is nobody's yet. */
  readonly accountId: AccountId | undefined;
  /** A part, in whole fen; undefined for all of it. */
  readonly amount: Money | undefined;
  readonly reason: string;
  readonly askedAt: Instant;
  readonly askedBy: Actor;
  /** Nobody approves it after that. */
  readonly expiresAt: Instant;
  readonly state: 'pending' | ReversalEnd['state'];
}

/** How it ends, once. */
export type ReversalEnd = { readonly state: 'posted'; readonly entryId: EntryId } | { readonly state: 'rejected' | 'expired' };

/** An entry with what of it was undone so far. */
export interface UndoneSoFar {
  readonly undone: Money;
  readonly parts: number;
}
