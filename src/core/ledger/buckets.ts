/** In which order credit is used, and in which order a payment repays. Pure: the store asks it while it writes. */
import { fen, type Money, money, NO_MONEY } from '../../kernel/units.ts';
import type { ChargedSoFar, Funds, PaidDebts } from '../model/funds.ts';

/** An account that has nothing but its own money. */
export const OWN_MONEY_ONLY: Funds = {
  promotion: NO_MONEY,
  emergency: NO_MONEY,
  emergencyLimit: NO_MONEY,
  receivable: NO_MONEY,
  lateFee: NO_MONEY,
  recoveryShare: 100,
};

export interface Drawn {
  readonly promotion: Money;
  readonly emergency: Money;
  readonly own: Money;
}

/**
 * Promotional credit first, then own money down to zero, then emergency credit down to its limit, then own money below zero: use that has
 * happened is charged whatever is left.
 *
 * @param amount whole fen, above zero
 * @param own the account's own money before
 */
export function drawn(amount: Money, own: Money, { promotion, emergency, emergencyLimit }: Funds): Drawn {
  const fromPromotion = least(amount, promotion);
  let rest = amount - fromPromotion;
  const fromOwn = least(rest, positive(own));
  rest -= fromOwn;
  const fromEmergency = least(rest, positive(emergencyLimit + emergency));
  rest -= fromEmergency;
  return { promotion: money(fromPromotion), emergency: money(fromEmergency), own: money(fromOwn + rest) };
}

export interface Returned {
  readonly promotion: Money;
  readonly receivable: Money;
  readonly own: Money;
}

/**
 * What a correction of a charge gives back: promotional credit as far as more of it was used than the period still costs, so that what was
 * given never becomes money that is paid out; the rest is less of a debt, and own money beyond it.
 *
 * @param amount whole fen, above zero
 * @param before what the period had cost until then
 * @param owed by a contract that pays after reading; nothing where the charge was taken from own money
 */
export function returned(amount: Money, { total, promotion }: ChargedSoFar, owed: Money): Returned {
  const toPromotion = least(amount, positive(promotion - positive(total - amount)));
  const toReceivable = least(amount - toPromotion, owed);
  return { promotion: money(toPromotion), receivable: money(toReceivable), own: money(amount - toPromotion - toReceivable) };
}

export interface Received {
  readonly emergency: Money;
  readonly receivable: Money;
  readonly lateFee: Money;
  readonly own: Money;
}

/**
 * Emergency credit first, then own money up to zero, so that supply comes back; of what is left the agreed share goes to debts, energy
 * before late fees (what is owed first is the principal), and the rest is own money.
 *
 * @param amount whole fen, above zero
 * @param own the account's own money before
 */
export function received(amount: Money, own: Money, { emergency, receivable, lateFee, recoveryShare }: Funds): Received {
  const toEmergency = least(amount, positive(-emergency));
  let rest = amount - toEmergency;
  const toOwn = least(rest, positive(-own));
  rest -= toOwn;
  const share = shareOf(rest, recoveryShare);
  const toReceivable = least(share, positive(-receivable));
  const toLateFee = least(share - toReceivable, positive(-lateFee));
  rest -= toReceivable + toLateFee;
  return { emergency: money(toEmergency), receivable: money(toReceivable), lateFee: money(toLateFee), own: money(toOwn + rest) };
}

/**
 * What own money that lies on an account pays of what is owed there, in the order of a payment.
 *
 * @param free own money that is not set aside
 * @param unbilled of the energy what no bill has asked for yet: it is owed when its bill comes
 */
export function paidFromOwn(free: Money, { receivable, lateFee }: Pick<Funds, 'receivable' | 'lateFee'>, unbilled: Money): PaidDebts {
  const most = positive(free);
  const toReceivable = least(most, positive(-receivable - positive(unbilled)));
  return { receivable: money(toReceivable), lateFee: money(least(most - toReceivable, positive(-lateFee))) };
}

const MICRO_YUAN_PER_FEN = 10_000n;

/** A share of an amount in whole fen, half away from zero. */
function shareOf(amount: bigint, percent: number): bigint {
  const hundredths = (amount / MICRO_YUAN_PER_FEN) * BigInt(percent);
  return fen((hundredths * 2n + 100n) / 200n);
}

const least = (left: bigint, right: bigint): bigint => (left < right ? left : right);
const positive = (value: bigint): bigint => (value > 0n ? value : 0n);

/** What may be used beyond own money. */
export const creditOf = ({ promotion, emergency, emergencyLimit }: Funds): Money => money(promotion + positive(emergencyLimit + emergency));

/** What of a payment can be used: not what goes to debts. */
export function usableOf(amount: Money, own: Money, funds: Funds): Money {
  const { receivable, lateFee } = received(amount, own, funds);
  return money(amount - receivable - lateFee);
}
