/**
 * The charge of a billing period as a function of the set of accepted readings and dated facts (I6), whatever their order:
 *
 *   readings → accepted points → boundaries and stretches → use of each register → periods of the day → lines, each rounded once
 *
 * Pure and without a clock: what is known decides, and the same set gives the same bill.
 */
import type { Instant } from '../../kernel/clock.ts';
import { add, isZero, ZERO } from '../../kernel/rational.ts';
import { type Energy, energy, type Price } from '../../kernel/units.ts';
import type { Bill, BillingFacts, PreviousUse, RegisterReading, Remark } from '../model/bill.ts';
import type { PlanVersion, PriceBand, PricePlan } from '../model/price-plan.ts';
import type { RegisterName } from '../model/register.ts';
import { acceptedReadings, type Series } from './accepted.ts';
import { asksCalendar, unknownYears } from './day-periods.ts';
import { estimateRest, sumOfUses } from './estimate.ts';
import { creditFree } from './free.ts';
import { fundsOf } from './funds.ts';
import { createLineBook, kwhOf, type LineBook, totalOf, yuanOf } from './line-book.ts';
import { lossesOf } from './losses.ts';
import { keepsPeriodsBy, meteredUse, type StretchUse } from './metered-use.ts';
import { adjustmentOf, factorText, powerFactorOf } from './power-factor.ts';
import { usedBefore } from './step-use-before.ts';
import { chargeSteps } from './steps.ts';
import { stretchesBetween, versionAt } from './stretches.ts';
import { chargeTwoPart } from './two-part.ts';
import { unmeteredTimes } from './unmetered.ts';

/**
 * Rates a billing period, or what of it has passed.
 *
 * @param until the period's end where absent. Before it the charge is that of the period so far: a last reading that is still
 *   to come is not missed, and no reading behind `until` is looked at
 */
export function rateBill(all: BillingFacts, plan: PricePlan, readings: readonly RegisterReading[], until = all.period.to): Bill {
  const { period } = all;
  const isWhole = until === period.to;
  const facts = isWhole ? all : knownAt(all, until);
  const series = acceptedReadings(isWhole ? readings : readings.filter(({ at }) => at <= until));
  const metered = meteredUse(facts, series, stretchesBetween(facts, plan, period.from, until, keepsPeriodsBy(series)), until);
  const provisional: Remark[] = [
    ...series.conflicts,
    ...unmeteredTimes(facts, until),
    ...metered.provisional,
    ...unknownHolidays(facts, plan, metered.uses),
  ];
  let uses = metered.uses;
  if (isWhole && metered.endsAt !== undefined) {
    const estimate = estimateRest(uses, metered.endsAt, previousUse(facts, plan, series));
    uses = estimate.uses;
    provisional.push(estimate.remark);
  }
  const book = createLineBook();
  const priced = chargeEnergy(book, uses);
  const before = usedBefore(facts, plan, series, until);
  provisional.push(...before.remarks);
  creditFree(book, facts, versionAt(facts, plan, period.from), priced, chargeSteps(book, facts, uses, before.used));
  const active = chargeLosses(book, facts, uses);
  provisional.push(...chargeTwoPart(book, facts, plan, until, active));
  const isReactiveShort = metered.reactiveMissing || uses !== metered.uses;
  provisional.push(...adjust(book, facts, uses, versionAt(facts, plan, period.from), isReactiveShort));
  chargeFunds(book, facts, plan, uses);
  const lines = book.lines();
  return { lines, total: totalOf(lines), provisional: eachOnce(provisional), suspect: eachOnce(metered.suspect) };
}

/** A meter that will be replaced is not known to be, nor its final registers. */
const knownAt = (facts: BillingFacts, until: Instant): BillingFacts => ({
  ...facts,
  meters: facts.meters.map((meter) =>
    meter.to !== undefined && meter.to > until ? { ...meter, to: undefined, final: new Map<RegisterName, Energy>() } : meter,
  ),
});

function previousUse(facts: BillingFacts, plan: PricePlan, series: Series): PreviousUse | undefined {
  const { previousPeriod: previous } = facts;
  if (previous === undefined || 'quantity' in previous) return previous;
  const stretches = stretchesBetween(facts, plan, previous.from, previous.to, keepsPeriodsBy(series));
  const { uses, endsAt } = meteredUse(facts, series, stretches, previous.to);
  // Not read to its end either: what it used is not known.
  return endsAt === undefined ? sumOfUses(uses) : undefined;
}

const componentOf = (band: PriceBand, name = 'energy'): string => (band === 'total' ? name : `${name}:${band}`);

/** @returns the quantity at each price, for what is free of it */
function chargeEnergy(book: LineBook, uses: readonly StretchUse[]): ReadonlyMap<Price, Energy> {
  const priced = new Map<Price, Energy>();
  for (const { stretch, bands, sourceOf } of uses) {
    for (const [band, quantity] of bands) {
      const rate = stretch.prices.get(band);
      if (rate === undefined) continue;
      book.charge(componentOf(band), yuanOf(rate), kwhOf(quantity), () => sourceOf(band));
      priced.set(rate, energy((priced.get(rate) ?? 0n) + quantity));
    }
  }
  return priced;
}

/** @returns the kWh of the period with losses */
function chargeLosses(book: LineBook, facts: BillingFacts, uses: readonly StretchUse[]) {
  let active = ZERO;
  for (const use of uses) {
    for (const quantity of use.bands.values()) active = add(active, kwhOf(quantity));
    for (const [band, lost] of lossesOf(facts, use).bands) {
      const rate = use.stretch.prices.get(band);
      if (rate !== undefined) book.charge(componentOf(band, 'loss'), yuanOf(rate), lost, () => `transformer and line, ${use.sourceOf()}`);
      active = add(active, lost);
    }
  }
  return active;
}

/** The power factor adjusts energy with its losses and capacity or demand, and no funds (F84): it is charged before they are. */
function adjust(
  book: LineBook,
  facts: BillingFacts,
  uses: readonly StretchUse[],
  { powerFactor }: PlanVersion,
  reactiveMissing: boolean,
): readonly Remark[] {
  if (powerFactor === undefined) return [];
  if (reactiveMissing)
    return [
      {
        reason: 'reactive-register-missing',
        rule: 'no adjustment',
        detail: 'reactive energy of a meter was not read for as long as its active energy',
      },
    ];
  let [active, reactive] = [ZERO, ZERO];
  for (const use of uses) {
    const losses = lossesOf(facts, use);
    for (const quantity of use.bands.values()) active = add(active, kwhOf(quantity));
    for (const lost of losses.bands.values()) active = add(active, lost);
    reactive = add(add(reactive, kwhOf(use.reactive)), losses.reactive);
  }
  const factor = powerFactorOf(active, reactive);
  if (factor === undefined) return [];
  const share = adjustmentOf(powerFactor, factor);
  if (isZero(share)) return [];
  book.charge(
    'power-factor',
    share,
    book.exact(),
    () => `power factor ${factorText(factor)} against ${factorText(powerFactor.base)}, of energy, losses, capacity and demand`,
  );
  return [];
}

function chargeFunds(book: LineBook, facts: BillingFacts, plan: PricePlan, uses: readonly StretchUse[]): void {
  for (const { component, price: rate, from, to } of fundsOf(facts, plan)) {
    for (const use of uses) {
      if (use.stretch.from < from || (to !== undefined && use.stretch.from >= to)) continue;
      for (const quantity of use.bands.values()) book.charge(component, yuanOf(rate), kwhOf(quantity), use.sourceOf);
      for (const lost of lossesOf(facts, use).bands.values()) book.charge(component, yuanOf(rate), lost, () => `losses, ${use.sourceOf()}`);
    }
  }
}

function unknownHolidays({ zone }: BillingFacts, { calendar }: PricePlan, uses: readonly StretchUse[]): readonly Remark[] {
  return uses
    .filter(({ stretch }) => stretch.period !== undefined && asksCalendar(stretch.version))
    .flatMap(({ stretch }) => unknownYears(calendar, zone, stretch.from, stretch.to))
    .map((year) => ({ reason: 'holiday-calendar-unknown', rule: 'rated by weekday', detail: `no holidays are known for ${year}` }));
}

function eachOnce(remarks: readonly Remark[]): readonly Remark[] {
  return [...new Map(remarks.map((remark) => [`${remark.reason} ${remark.detail}`, remark])).values()];
}
