import type { Instant } from '../../kernel/clock.ts';
import type { AccountId, Actor, CommandId, EntryId, HoldId, PaymentId } from '../../kernel/ids.ts';
import type { Money } from '../../kernel/units.ts';

/** Money that came in through a channel. Immutable once posted. */
export interface Payment {
  readonly id: PaymentId;
  readonly accountId: AccountId;
  readonly entryId: EntryId;
  readonly amount: Money;
  /** With serial and date the natural key, unique for ever. */
  readonly channel: string;
  readonly channelSerial: string;
  /** The channel's own date, `YYYY-MM-DD`. */
  readonly channelDate: string;
  /** `reversed` once all of it was undone. */
  readonly state: 'posted' | 'reversed';
  readonly receivedAt: Instant;
  readonly actor: Actor;
  /** The restore that this payment set off. */
  readonly restoreCommandId: CommandId | undefined;
}

/** A payment as stored: the writer adds the balance after it. */
export interface StoredPayment extends Payment {
  readonly balanceAfter: Money;
}

/** Money set aside: posted, voided or expired exactly once. */
export interface Hold {
  readonly id: HoldId;
  readonly accountId: AccountId;
  readonly amount: Money;
  readonly placedAt: Instant;
  readonly expiresAt: Instant;
  readonly reason: string;
  readonly state: 'placed' | HoldEnd['state'];
}

/** How a hold ends, once: what was set aside left by an entry, or is available again. */
export type HoldEnd = { readonly state: 'posted'; readonly entryId: EntryId } | { readonly state: 'voided' | 'expired' };
