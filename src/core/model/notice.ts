import type { Instant } from '../../kernel/clock.ts';
import type { AccountId, MeterPointId, NoticeId } from '../../kernel/ids.ts';

export type NoticeKind = 'low-balance' | 'stop-pending' | 'tripped' | 'restored';

/** A message to the customer, sent once for each crossing. */
export interface Notice {
  readonly id: NoticeId;
  readonly accountId: AccountId;
  readonly meterPointId: MeterPointId;
  readonly kind: NoticeKind;
  /** Number of the customer's descents below the warning value: one notice of a kind for each. */
  readonly crossing: number;
  readonly state: 'queued' | 'delivered' | 'failed';
  readonly queuedAt: Instant;
  /** When the channel's receipt said so. */
  readonly settledAt: Instant | undefined;
  readonly receipt: string | undefined;
  readonly text: string;
}
