import type { Instant } from '../../kernel/clock.ts';
import type { MeterId } from '../../kernel/ids.ts';
import type { Energy } from '../../kernel/units.ts';
import type { RegisterName } from './register.ts';

/** `good` may charge and trip; `suspect` and `rejected` never do. */
export type Quality = 'good' | 'suspect' | 'rejected';

/** An energy register's value at an instant, with what we think of it. */
export interface Reading {
  readonly meterId: MeterId;
  readonly register: RegisterName;
  readonly value: Energy;
  /** When the meter measured it; for a present value the instant that the reply was heard. */
  readonly measuredAt: Instant;
  readonly heardAt: Instant;
  readonly quality: Quality;
  /** Why it is not good; empty where it is. */
  readonly reason: string;
}
