/** Local meters' own purses as the core sees them: what one holds, and money that is written into it. */
import type { MeterId } from '../../kernel/ids.ts';
import type { Result } from '../../kernel/result.ts';
import type { Money } from '../../kernel/units.ts';
import type { PurseReport, Recharge } from '../model/recharge.ts';
import type { Asking, MeterFailure } from './meter-gateway.ts';

export interface PurseOrder {
  readonly kind: Recharge['kind'];
  /** Whole fen. */
  readonly amount: Money;
  /** Purchases with this one: the meter takes it only where that is one more than it has. */
  readonly count: number;
  /** 12 digits. */
  readonly customer: string;
}

/** `duplicate`: the meter says that it has a purchase of this count already. */
export type PurseAnswer = 'accepted' | 'duplicate';

export interface PurseGateway {
  /** False for a meter without a purse, or without a signer that seals for it. */
  hasPurse(meterId: MeterId): boolean;
  readPurse(meterId: MeterId, asking: Asking): Promise<Result<PurseReport, MeterFailure>>;
  /**
   * Seals the order anew and sends it in one frame, once. Neither answer is a proof, and a failure with `sent` true and no answer of
   * the meter leaves the effect unknown: the purse is read back.
   */
  fillPurse(meterId: MeterId, order: PurseOrder, asking: Asking): Promise<Result<PurseAnswer, MeterFailure>>;
}
