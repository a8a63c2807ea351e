import type { Clock } from '../../kernel/clock.ts';
import { type BusinessDay, businessDayOf, daysBetween, type Zone } from '../../kernel/local-time.ts';
import { NO_MONEY } from '../../kernel/units.ts';
import { type BillStanding, collectionsBy, standingsOf, type UnitCollection } from '../collection/outstanding.ts';
import type { Store } from '../ports/store.ts';

/** The day of the next month before which a month must have come in (R002). */
const COLLECTED_BEFORE = '06';

export interface MonthCollection {
  readonly month: string;
  /** It must be in before this day. */
  readonly before: BusinessDay;
  /** Whole days that are left, today not counted; below zero where they are over. */
  readonly daysLeft: number;
  readonly units: readonly UnitCollection[];
  /** Bills that have not come in whole, in the order of issue. */
  readonly outstanding: readonly BillStanding[];
}

export interface Collections {
  /** @param month as `2026-10` */
  ofMonth(month: string, by: 'district' | 'feeder'): Promise<MonthCollection>;
}

export function createCollections({ store, clock, zone }: { store: Pick<Store, 'read'>; clock: Clock; zone: Zone }): Collections {
  return {
    async ofMonth(month, by) {
      const { bills, standings } = await store.read('collectionFacts', { since: month });
      const all = [...Map.groupBy(bills, ({ accountId }) => accountId)].flatMap(([accountId, own]) =>
        standingsOf(own, standings.get(accountId) ?? { position: NO_MONEY, unbilled: NO_MONEY }),
      );
      const own = all.filter((bill) => bill.month === month);
      const before = dayAfter(month);
      return {
        month,
        before,
        daysLeft: daysBetween(businessDayOf(clock.now(), zone), before),
        units: collectionsBy((bill) => bill[by], own),
        outstanding: own.filter(({ outstanding }) => outstanding !== NO_MONEY),
      };
    },
  };
}

function dayAfter(month: string): BusinessDay {
  const [year = 0, number = 0] = month.split('-').map(Number);
  const next = number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
  return `${next}-${COLLECTED_BEFORE}` as BusinessDay;
}
