/**
 * The purse in an ESAM, whose count of purchases keeps money from being counted twice. With the meter's own count n:
 *
 *     count of the recharge   n + 1: taken    n: a duplicate, the money is already there    any other: wrong
 *     count of the opening    0 or 1
 *
 * What a meter says to an opening after the first is not confirmed; here it is judged like a recharge that may not be taken.
 * This meter does not draw on its purse: its customer's account is kept by the head-end.
 */
import type { PurseBody, SECURITY_ERROR } from '../../protocols/dlt645/index.ts';
import { err, ok, type Result } from '../../src/kernel/result.ts';

export interface Purse {
  readonly opened: boolean;
  /** 12 digits. */
  readonly customer: string;
  readonly amountFen: bigint;
  /** Of purchases so far. */
  readonly count: number;
}

export const NEW_PURSE: Purse = { opened: false, customer: '000000000000', amountFen: 0n, count: 0 };

type Purchase = Pick<PurseBody, 'amountFen' | 'count' | 'customer'>;
type Refused = keyof typeof SECURITY_ERROR;

/** What the register XXXXXX.XX can show. */
const MOST_FEN = 99_999_999n;
const LAST_OPENING_COUNT = 1;

export function openPurse(purse: Purse, { amountFen, count, customer }: Purchase): Result<Purse, Refused> {
  if (purse.opened) return err(count === purse.count ? 'duplicateRecharge' : 'count');
  if (count > LAST_OPENING_COUNT) return err('count');
  return amountFen > MOST_FEN ? err('hoarding') : ok({ opened: true, customer, amountFen, count });
}

export function rechargePurse(purse: Purse, { amountFen, count, customer }: Purchase): Result<Purse, Refused> {
  if (!purse.opened) return err('other');
  if (customer !== purse.customer) return err('customer');
  if (count !== purse.count + 1) return err(count === purse.count ? 'duplicateRecharge' : 'count');
  const total = purse.amountFen + amountFen;
  return total > MOST_FEN ? err('hoarding') : ok({ ...purse, amountFen: total, count });
}
