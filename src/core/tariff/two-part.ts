import type { Instant } from '../../kernel/clock.ts';
import { businessDayOf, dateOf, daysInMonth, nextDay, startOfDay } from '../../kernel/local-time.ts';
import { add, formatRational, type Rational, rational, subtract, times, ZERO } from '../../kernel/rational.ts';
import type { BillingFacts, CapacityFact, Dated, DemandFact, Remark } from '../model/bill.ts';
import type { DemandPrice, PricePlan } from '../model/price-plan.ts';
import { type LineBook, yuanOf } from './line-book.ts';
import { monthsOf } from './months.ts';
import { versionAt } from './stretches.ts';

/**
 * Charges capacity or demand by calendar days (F81): each day is the monthly charge divided by the days of its month. A day
 * on which a demand is dated pays for demand, else for capacity; it belongs to what is in force at its end.
 *
 * @param kwh used in the period, for the discount of high use (F82)
 */
export function chargeTwoPart(book: LineBook, facts: BillingFacts, plan: PricePlan, until: Instant, kwh: Rational): readonly Remark[] {
  if (facts.capacities.length === 0 && facts.demands.length === 0) return [];
  const remarks = new Map<DemandFact, Remark>();
  const { zone } = facts;
  for (let day = businessDayOf(facts.period.from, zone); startOfDay(day, zone) < until; day = nextDay(day)) {
    const [start, end] = [startOfDay(day, zone), startOfDay(nextDay(day), zone)];
    if (start < facts.period.from && isCarried(facts, start)) continue;
    const { capacityPrice, demand: demandPrice } = versionAt(facts, plan, start < facts.period.from ? facts.period.from : start);
    const { year, month } = dateOf(day);
    const share = rational(1n, BigInt(daysInMonth(year, month)));
    const spell = `day of ${day.slice(0, 7)}`;
    const demand = demandPrice === undefined ? undefined : lastOfDay(facts.demands, start, end);
    const capacity = lastOfDay(facts.capacities, start, end);
    if (demand !== undefined && demandPrice !== undefined) {
      if (demand.measuredKw === undefined && demand.contractedKw !== undefined)
        remarks.set(demand, {
          reason: 'demand-not-read',
          rule: 'contracted demand',
          detail: `${formatRational(demand.contractedKw, 3)} kW`,
        });
      chargeDemand({ book, demand, demandPrice, share, spell, price: priceOf(demandPrice, facts, capacity, kwh) });
    } else if (capacity !== undefined && capacityPrice !== undefined) {
      book.charge(
        'capacity',
        yuanOf(capacityPrice),
        times(capacity.kva, share),
        () => `${formatRational(capacity.kva, 3)} kVA, each ${spell}`,
        partOf(capacity.kva, spell),
      );
    }
  }
  return [...remarks.values()];
}

/** A day belongs to the period that it begins in; only the first day of supply begins with the supply. */
const isCarried = ({ capacities, demands, period }: BillingFacts, dayStart: Instant): boolean =>
  [...capacities, ...demands].some(({ from, to }) => from < period.from && (to === undefined || to > dayStart));

interface DemandDay {
  readonly book: LineBook;
  readonly demand: DemandFact;
  readonly demandPrice: DemandPrice;
  readonly price: Rational;
  readonly share: Rational;
  readonly spell: string;
}

function chargeDemand({ book, demand, demandPrice, price, share, spell }: DemandDay): void {
  const { contractedKw: contracted, measuredKw: measured } = demand;
  const billed = contracted ?? measured ?? ZERO;
  const say = (kw: Rational, what: string) => () => `${formatRational(kw, 3)} kW ${what}, each ${spell}`;
  book.charge(
    'demand',
    price,
    times(billed, share),
    say(billed, contracted === undefined ? 'measured' : 'contracted'),
    partOf(billed, spell),
  );
  if (contracted === undefined || measured === undefined) return;
  const excess = subtract(measured, times(contracted, demandPrice.tolerance));
  if (excess.numerator <= 0n) return;
  const dear = times(price, demandPrice.excessFactor);
  book.charge(
    'demand:excess',
    dear,
    times(excess, share),
    say(excess, `above ${formatRational(times(demandPrice.tolerance, rational(100n)), 2)} % of the contract`),
    partOf(excess, spell),
  );
}

const partOf = ({ numerator, denominator }: Rational, spell: string): string => `${numerator}/${denominator} ${spell}`;

function priceOf(
  { price, highUse }: DemandPrice,
  { period, zone }: BillingFacts,
  capacity: CapacityFact | undefined,
  kwh: Rational,
): Rational {
  const full = yuanOf(price);
  if (highUse === undefined || capacity === undefined) return full;
  const months = rational(BigInt(monthsOf(period.from, period.to, zone)));
  const needed = times(times(highUse.kwhPerKva, capacity.kva), months);
  return subtract(kwh, needed).numerator >= 0n ? times(full, highUse.factor) : full;
}

/** In force at the day's end; a day on which it ended counts whole. */
function lastOfDay<Fact extends Dated>(facts: readonly Fact[], start: Instant, end: Instant): Fact | undefined {
  let found: Fact | undefined;
  for (const fact of facts) {
    if (fact.from >= end || (fact.to !== undefined && fact.to <= start)) continue;
    if (found === undefined || fact.from > found.from) found = fact;
  }
  return found;
}

/** kVA × hours from `from` to `to`. */
export function kvaHours({ capacities }: BillingFacts, from: Instant, to: Instant): Rational {
  let sum = ZERO;
  for (const fact of capacities) {
    const next = capacities.reduce((end, other) => (other.from > fact.from && other.from < end ? other.from : end), fact.to ?? to);
    const ms = Math.min(next, to) - Math.max(fact.from, from);
    if (ms > 0) sum = add(sum, times(fact.kva, rational(BigInt(ms), 3_600_000n)));
  }
  return sum;
}
