import type { Instant } from '../../kernel/clock.ts';
import { addMoney, formatMoney, type Money } from '../../kernel/units.ts';
import type { CommandState } from '../model/command.ts';
import type { PurseReport, Recharge } from '../model/recharge.ts';

export interface PurseVerdict {
  readonly to: Extract<CommandState, 'confirmed' | 'queued' | 'failed'>;
  readonly reason: string;
}

/**
 * What a purse that was read back says of a recharge that may have reached it. Pure. The purchase count is the proof: the one that
 * was asked for confirms, the one before it says that nothing was written, any other that somebody else writes this purse too.
 *
 * @param asked the count that the meter has with this purchase
 * @param before what the purse held when its first frame left; a meter may have drawn on it since, but nobody may have added
 */
export function judgePurse(
  { amount, customer, expiresAt }: Recharge,
  asked: number,
  before: Money | undefined,
  report: PurseReport,
  now: Instant,
): PurseVerdict {
  if (report.count === asked - 1) {
    const unchanged = `the purchase count is still ${report.count}`;
    return now < expiresAt ? { to: 'queued', reason: unchanged } : { to: 'failed', reason: `${unchanged} at the deadline` };
  }
  if (report.count !== asked) return { to: 'failed', reason: `the purchase count is ${report.count}; this recharge makes it ${asked}` };
  if (report.customer !== customer)
    return { to: 'failed', reason: `the purchase count is ${asked}, and the purse belongs to another customer` };
  if (before !== undefined && report.balance > addMoney(before, amount)) {
    const most = formatMoney(addMoney(before, amount));
    return { to: 'failed', reason: `the purse holds ${formatMoney(report.balance)} yuan; with this recharge it holds at most ${most}` };
  }
  return { to: 'confirmed', reason: `the purchase count ${asked} was read back` };
}
