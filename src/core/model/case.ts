import type { Instant } from '../../kernel/clock.ts';
import type { CaseId, MeterPointId } from '../../kernel/ids.ts';

/** Work for a person: it has an owner and a reason until it is closed. */
export interface Case {
  readonly id: CaseId;
  readonly meterPointId: MeterPointId;
  readonly kind:
    | 'restore-overdue'
    | 'restore-failed'
    | 'relay-unexplained'
    | 'tamper'
    | 'trip-failed'
    | 'manual-trip'
    | 'recharge-failed'
    | 'use-without-contract';
  readonly owner: string;
  readonly reason: string;
  readonly openedAt: Instant;
  readonly closedAt: Instant | undefined;
}
