/** Open periods of tests. */
import { accruedOf } from '../../src/core/ledger/accrued.ts';
import type { Accrual, ComponentSum } from '../../src/core/model/accrual.ts';
import { customerAccount } from '../../src/core/model/journal.ts';
import type { AccountId, MeterPointId } from '../../src/kernel/ids.ts';
import type { BusinessDay } from '../../src/kernel/local-time.ts';
import { type Energy, multiply, NO_MONEY, type Price, roundToFen, roundToMicroYuan } from '../../src/kernel/units.ts';
import { EVENING, instant, POINT } from './core-facts.ts';

/** What one line of a component is booked with. */
export const rated = (component: string, quantity: Energy, price: Price): ComponentSum => {
  const exact = multiply(price, quantity);
  return { component, customer: roundToFen(exact), revenue: roundToMicroYuan(exact) };
};

/** A period of November that nothing was used in yet; `accrued` follows from what is rated and posted. */
export function openAccrual(
  more: Partial<Accrual> = {},
  { meterPointId = POINT.id, accountId = POINT.accountId }: { meterPointId?: MeterPointId; accountId?: AccountId } = {},
): Accrual {
  const accrual: Accrual = {
    meterPointId,
    accountId,
    payer: customerAccount(accountId),
    periodId: '2026-11-01T00:00:00.000Z',
    from: instant('2026-11-01T00:00:00Z'),
    to: instant('2026-11-30T16:00:00Z'),
    nextBillAt: instant('2026-11-30T16:00:00Z'),
    ground: '',
    points: [],
    latestAt: EVENING,
    rated: [],
    posted: [],
    memo: '',
    provisional: [],
    carried: [],
    businessDay: '2026-11-24' as BusinessDay,
    revision: 0,
    accrued: NO_MONEY,
    ...more,
  };
  return { ...accrual, accrued: accruedOf(accrual.rated, accrual.posted) };
}
