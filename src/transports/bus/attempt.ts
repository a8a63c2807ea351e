import type { Instant } from '../../kernel/clock.ts';
import type { Exchange, ReplyFrame } from './exchange.ts';

/** How one sending of an exchange ended. */
export type AttemptOutcome =
  | { readonly kind: 'reply'; readonly reply: ReplyFrame }
  /** Nothing but silence, or frames that answer somebody else. */
  | { readonly kind: 'silence' }
  /** Bytes came that do not verify. */
  | { readonly kind: 'garbage' }
  | { readonly kind: 'down'; readonly sent: boolean }
  /** The code that came with the exchange broke a promise. */
  | { readonly kind: 'fault'; readonly error: unknown };

/** One sending of an exchange while it is on the wire. */
export interface Attempt {
  readonly exchange: Exchange;
  readonly sentAt: Instant;
  /** When the bytes were handed over, for durations. */
  startedMs: number;
  /** False while it waits for its gap: what is heard until then answers somebody else. */
  written: boolean;
  noiseBytes: number;
  /** When something is to be done about it, and what. */
  dueMs: number;
  due: 'write' | 'end-unanswered' | 'end-sent';
  readonly settle: (outcome: AttemptOutcome) => void;
}

export const silenceOf = ({ noiseBytes }: Attempt): AttemptOutcome => ({
  kind: noiseBytes > 0 ? 'garbage' : 'silence',
});
