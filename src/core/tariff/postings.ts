import { type BusinessDay, businessDayOf, nextDay, startOfDay } from '../../kernel/local-time.ts';
import { money } from '../../kernel/units.ts';
import type { ComponentSum } from '../model/accrual.ts';
import type { Bill, BillingFacts, DayPosting, RegisterReading } from '../model/bill.ts';
import type { PricePlan } from '../model/price-plan.ts';
import { componentSums } from './component-sums.ts';
import { rateBill } from './rater.ts';

/**
 * The period's charge as it is posted at the end of each business day: rated(period so far) − posted(period so far). The
 * postings sum to the bill exactly (T17): what was heard late is posted on the day on which it was heard.
 */
export function postByDay(facts: BillingFacts, plan: PricePlan, readings: readonly RegisterReading[]): readonly DayPosting[] {
  const { zone, period } = facts;
  const postings: DayPosting[] = [];
  let posted: ReadonlyMap<string, ComponentSum> = new Map();
  const post = (day: BusinessDay, bill: Bill): void => {
    const due = new Map(componentSums(bill.lines).map((sum) => [sum.component, sum]));
    for (const component of new Set([...posted.keys(), ...due.keys()])) {
      const [before, now] = [posted.get(component), due.get(component)];
      const customer = (now?.customer ?? 0n) - (before?.customer ?? 0n);
      const revenue = (now?.revenue ?? 0n) - (before?.revenue ?? 0n);
      if (customer !== 0n || revenue !== 0n)
        postings.push({
          businessDay: day,
          component,
          customer: money(customer),
          revenue: money(revenue),
          rounding: money(customer - revenue),
        });
    }
    posted = due;
  };
  let day = businessDayOf(period.from, zone);
  for (; startOfDay(nextDay(day), zone) < period.to; day = nextDay(day)) {
    const end = startOfDay(nextDay(day), zone);
    post(
      day,
      rateBill(
        facts,
        plan,
        readings.filter(({ heardAt }) => heardAt <= end),
        end,
      ),
    );
  }
  post(
    day,
    rateBill(
      facts,
      plan,
      readings.filter(({ heardAt }) => heardAt <= period.to),
    ),
  );
  const late = [...new Set(readings.map(({ heardAt }) => heardAt).filter((heardAt) => heardAt > period.to))].sort(
    (one, other) => one - other,
  );
  for (const heard of late)
    post(
      businessDayOf(heard, zone),
      rateBill(
        facts,
        plan,
        readings.filter(({ heardAt }) => heardAt <= heard),
      ),
    );
  return postings;
}
