import type { Instant } from '../../kernel/clock.ts';
import type { Actor, MeterId, MeterPointId, RechargeId } from '../../kernel/ids.ts';
import type { Money } from '../../kernel/units.ts';
import type { CommandState, StateMove } from './command.ts';

/** A stored intent to write a local meter's own purse. It lives like a relay command, and its proof is the purchase count read back. */
export interface Recharge {
  readonly id: RechargeId;
  readonly meterId: MeterId;
  readonly meterPointId: MeterPointId;
  /** `opening`: the first purchase, which gives the purse to its customer. */
  readonly kind: 'opening' | 'recharge';
  /** Whole fen, above zero. */
  readonly amount: Money;
  /** How many purchases the meter has with this one; undefined until the meter's own count has been read for the first frame. */
  readonly count: number | undefined;
  /** 12 digits: a meter refuses what is meant for another customer. */
  readonly customer: string;
  readonly actor: Actor;
  /** Why, and the payment that it rests on. */
  readonly reason: string;
  readonly createdAt: Instant;
  /** No frame leaves after it. */
  readonly expiresAt: Instant;
  readonly state: CommandState;
  /** Grows by one with each move. */
  readonly version: number;
}

/** What the meter says of its purse when it is asked. */
export interface PurseReport {
  readonly balance: Money;
  /** Purchases so far. */
  readonly count: number;
  /** 12 digits. */
  readonly customer: string;
  /** Where it was read, as `dlt645:078102FF`. */
  readonly evidence: string;
  readonly readAt: Instant;
}

/** One step of a recharge's time line. */
export interface RechargeMove extends StateMove {
  readonly rechargeId: RechargeId;
  /** The purse that this step rests on, where it was read. */
  readonly purse: Pick<PurseReport, 'balance' | 'count'> | undefined;
  /** The count that this step settles for good: of the first frame. */
  readonly count: number | undefined;
}
