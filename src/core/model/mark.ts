import type { Instant } from '../../kernel/clock.ts';
import type { Actor } from '../../kernel/ids.ts';

/**
 * A dated fact that a person or a watchdog sets and lifts:
 * `protected` and `disputed` and `pending-debit` hold trips of an account, `lock-out` forbids closing a meter point,
 * `unbound` says that the binding probe of a meter failed; `clock-jumped`, `limiter-halted` and `channel-down` hold every trip of the site.
 */
export type MarkKind =
  | 'protected'
  | 'disputed'
  | 'pending-debit'
  | 'lock-out'
  | 'unbound'
  | 'clock-jumped'
  | 'limiter-halted'
  | 'channel-down';

export interface Mark {
  /** `account:ID`, `meterPoint:ID`, `meter:ID` or `site`. */
  readonly subject: string;
  readonly kind: MarkKind;
  readonly since: Instant;
  readonly actor: Actor;
  readonly reason: string;
}

export const SITE = 'site';
