import type { Instant } from '../../kernel/clock.ts';
import type { CreateFramer } from '../../kernel/framer.ts';
import type { PortSettings } from '../port-settings.ts';

/** One request and its answer on a bus. It brings everything protocol with it. */
export interface Exchange {
  /** The meter, as its health and its reply delay are remembered; undefined where nothing is to be remembered, as of a call to anybody. */
  readonly meter: string | undefined;
  readonly bytes: Uint8Array;
  readonly createFramer: CreateFramer;
  /** True for the answer to this very request (address, function, DI, direction); every other frame is noise. */
  accepts(frame: Uint8Array): boolean;
  /** Bytes of the longest answer, wake-up bytes included. */
  readonly longestReplyBytes: number;
  /** Reads only: whether the bus may send it again after silence. A relay, write, recharge, freeze or clock frame is sent once. */
  readonly repeatable: boolean;
  /** False for broadcasts: the exchange ends when the bytes have left. */
  readonly expectsReply: boolean;
  /** For how many characters the line must have been silent before it is written, where the protocol tells frames apart by that. */
  readonly gapCharacters?: number;
  /** Where the meter's settings differ from the line's. */
  readonly port?: PortSettings;
  /** Reads with the same key that wait together are sent once. A read-back carries none. */
  readonly coalesceKey?: string;
}

/** From first to last; within `scheduled` the earliest deadline goes first, elsewhere the one that came first. */
export const PRIORITIES = ['restore', 'trip', 'on-demand', 'scheduled', 'back-fill', 'probe'] as const;
export type Priority = (typeof PRIORITIES)[number];

export interface RequestOptions {
  readonly priority: Priority;
  /** Withdraws an exchange that still waits. One on the wire ends by itself: its result is worth knowing. */
  readonly signal?: AbortSignal;
  /** Never written after this instant. */
  readonly deadline?: Instant;
}

export interface ReplyFrame {
  /** One whole verified frame; empty where the exchange expects no reply. */
  readonly bytes: Uint8Array;
  readonly sentAt: Instant;
  readonly heardAt: Instant;
  /** It was sent more than once: the reply to a later sending may still come. */
  readonly repeated: boolean;
}

/**
 * Why there is no answer. `sent: false` means that certainly no byte of it reached the wire; a frame that is not
 * `repeatable` and ends with `sent: true` has an unknown effect.
 *
 * `no-reply` with `sent: false` is a silent meter in its back-off, answered without costing the line.
 */
export type ExchangeError =
  | { readonly code: 'queue-full' | 'cancelled' | 'command-expired'; readonly sent: false }
  | { readonly code: 'line-down' | 'no-reply'; readonly sent: boolean }
  | { readonly code: 'garbled'; readonly sent: true };
