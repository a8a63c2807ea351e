import type { Instant } from '../../kernel/clock.ts';
import { type BusinessDay, businessDayOf, dateOf, daysInMonth, nextDay, startOfDay } from '../../kernel/local-time.ts';
import { add, formatRational, type Rational, rational, subtract, times, ZERO } from '../../kernel/rational.ts';
import type { BillingFacts, CapacityFact, Dated, DemandFact, Remark } from '../model/bill.ts';
import type { DemandPrice, PlanVersion, PricePlan } from '../model/price-plan.ts';
import { type LineBook, yuanOf } from './line-book.ts';
import { monthsOf } from './months.ts';
import { versionAt } from './stretches.ts';

/**
 * Charges capacity or demand by calendar days (F81): each day is the monthly charge divided by the days of its month. A day
 * pays for the demand in force at its end, else for the capacity.
 *
 * @param kwh used in the period, for the discount of high use (F82)
 */
export function chargeTwoPart(book: LineBook, facts: BillingFacts, plan: PricePlan, until: Instant, kwh: Rational): readonly Remark[] {
  if (!plan.versions.some(hasContractPrice)) return [];
  const remarks = new Map<DemandFact, Remark>();
  const { zone } = facts;
  const days: { readonly day: BusinessDay; readonly isMissed: boolean }[] = [];
  for (let day = businessDayOf(facts.period.from, zone); startOfDay(day, zone) < until; day = nextDay(day)) {
    const [start, end] = [startOfDay(day, zone), startOfDay(nextDay(day), zone)];
    if (start < facts.period.from && isCarried(facts, start)) continue;
    const version = versionAt(facts, plan, start < facts.period.from ? facts.period.from : start);
    const { year, month } = dateOf(day);
    const share = rational(1n, BigInt(daysInMonth(year, month)));
    const spell = `day of ${day.slice(0, 7)}`;
    const { demand, capacity } = paidOn(facts, version, start, end);
    days.push({ day, isMissed: hasContractPrice(version) && demand === undefined && capacity === undefined });
    if (demand !== undefined) {
      const { fact, price } = demand;
      if (fact.measuredKw === undefined && fact.contractedKw !== undefined) remarks.set(fact, demandNotRead(fact.contractedKw));
      const ofDay = priceOf(price, facts, lastOfDay(facts.capacities, start, end), kwh);
      chargeDemand({ book, demand: fact, demandPrice: price, share, spell, price: ofDay });
    } else if (capacity !== undefined) {
      const { kva } = capacity.fact;
      const say = () => `${formatRational(kva, 3)} kVA, each ${spell}`;
      book.charge('capacity', yuanOf(capacity.price), times(kva, share), say, partOf(kva, spell));
    }
  }
  return [...remarks.values(), ...uncontracted(days)];
}

const demandNotRead = (contracted: Rational): Remark => ({
  reason: 'demand-not-read',
  rule: 'contracted demand',
  detail: `${formatRational(contracted, 3)} kW`,
});

interface Paid<Fact, Price> {
  readonly fact: Fact;
  readonly price: Price;
}

/** What a day is paid for: the demand, else the capacity, that is in force at its end; where both have ended, what ended later. */
function paidOn(facts: BillingFacts, version: PlanVersion, start: Instant, end: Instant) {
  const demand = pricedFact(lastOfDay(facts.demands, start, end), version.demand);
  const capacity = pricedFact(lastOfDay(facts.capacities, start, end), version.capacityPrice);
  if (demand === undefined || capacity === undefined) return { demand, capacity };
  const heldUntil = ({ to }: Dated) => (to === undefined || to > end ? end : to);
  return heldUntil(demand.fact) >= heldUntil(capacity.fact) ? { demand, capacity: undefined } : { demand: undefined, capacity };
}

const pricedFact = <Fact, Price>(fact: Fact | undefined, price: Price | undefined): Paid<Fact, Price> | undefined =>
  fact === undefined || price === undefined ? undefined : { fact, price };

const hasContractPrice = ({ capacityPrice, demand }: PlanVersion): boolean => capacityPrice !== undefined || demand !== undefined;

/** Days before the first capacity or demand and behind the last are not used (F81); between two, or where there is none, one is missing. */
function uncontracted(days: readonly { readonly day: BusinessDay; readonly isMissed: boolean }[]): readonly Remark[] {
  const isBound = ({ isMissed }: { readonly isMissed: boolean }) => !isMissed;
  const [first, last] = [days.findIndex(isBound), days.findLastIndex(isBound)];
  const missed = days.filter(({ isMissed }, index) => isMissed && (first < 0 || (index > first && index < last)));
  const [from, to] = [missed[0]?.day, missed.at(-1)?.day];
  if (from === undefined || to === undefined) return [];
  const detail = `days: ${missed.length}, ${from} to ${to}`;
  return [{ reason: 'capacity-unknown', rule: 'nothing for those days', detail }];
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
