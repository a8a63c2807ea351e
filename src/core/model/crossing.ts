import type { Instant } from '../../kernel/clock.ts';
import type { MeterPointId } from '../../kernel/ids.ts';

/** Where an account stands against its warning value: each descent has a number, and its notices carry it. */
export interface Crossing {
  readonly meterPointId: MeterPointId;
  /** 0 before the first descent. */
  readonly number: number;
  readonly below: boolean;
  readonly at: Instant;
}
