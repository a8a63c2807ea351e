import type { Instant } from '../../kernel/clock.ts';
import { type BusinessDay, startOfDay, type Zone } from '../../kernel/local-time.ts';
import type { Dated } from '../model/bill.ts';
import type { Start } from '../model/price-plan.ts';

/** The fact in force at an instant: of those that have begun and not ended the one that began last. */
export function inForceAt<Fact extends Dated>(facts: readonly Fact[], at: Instant): Fact | undefined {
  let found: Fact | undefined;
  for (const fact of facts) {
    if (fact.from > at || (fact.to !== undefined && fact.to <= at)) continue;
    if (found === undefined || fact.from > found.from) found = fact;
  }
  return found;
}

export function instantAt(start: Start, zone: Zone): Instant {
  return typeof start === 'number' ? start : startOfDay(start satisfies BusinessDay, zone);
}
