import type Database from 'better-sqlite3';
import type { Instant } from '../../../kernel/clock.ts';
import type { EntryId } from '../../../kernel/ids.ts';
import type { Money } from '../../../kernel/units.ts';
import type { WriterFact } from '../encoding/batch-encoding.ts';
import type { Book, BookAccount } from './book.ts';
import type { BulkInsert } from './bulk-insert.ts';
import type { PeriodCharges } from './period-charges.ts';
import type { Seal } from './seal.ts';
import type { Versions } from './versions.ts';

/** Why a batch stores nothing: a key was used before (which one is looked up afterwards), or a state has moved. */
export type Refusal = { readonly status: 'key-used' } | { readonly status: 'conflict'; readonly subject: string };

export const KEY_USED: Refusal = { status: 'key-used' };
export const conflict = (subject: string): Refusal => ({ status: 'conflict', subject });

export type FactOf<Kind extends WriterFact['kind']> = Extract<WriterFact, { kind: Kind }>;
/** Stores one fact of each kind; a refusal undoes the whole batch. */
export type Appliers<Kind extends WriterFact['kind']> = { readonly [Each in Kind]: (fact: FactOf<Each>) => Refusal | undefined };

/** What appliers work with. */
export interface WriterContext {
  readonly database: Database.Database;
  readonly book: Book;
  readonly seal: Seal;
  readonly versions: Versions;
  /** Rows of the journal that wait: entries for the end of their batch or group, postings for the end of the group. */
  readonly entries: BulkInsert;
  readonly postings: BulkInsert;
  readonly charges: PeriodCharges;
  /** What the running batch has posted so far. */
  readonly posted: Posted;
  /** Wall time at which the group was handed over: for facts without a time of their own. */
  now(): Instant;
}

export interface Posted {
  readonly customers: Set<BookAccount>;
  /** Balance of the customer after each payment entry. */
  readonly balanceAfter: Map<EntryId, Money>;
}
