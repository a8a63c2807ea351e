import { formatInstant, type Instant } from '../../kernel/clock.ts';
import { type Rational, rational, roundTo, times } from '../../kernel/rational.ts';
import { type Energy, energy, formatEnergy } from '../../kernel/units.ts';
import type { BillingFacts, Dated, MeterFact, Remark } from '../model/bill.ts';
import { PERIOD_REGISTERS, REACTIVE_REGISTERS } from '../model/plan-registers.ts';
import type { PlanVersion, PriceBand, TouPeriod } from '../model/price-plan.ts';
import { ENERGY_TOTAL, type RegisterName } from '../model/register.ts';
import type { Point, Series } from './accepted.ts';
import { shareByPeriod } from './period-shares.ts';
import { inTime, type RegisterRange, type RegisterUse, useBetweenCuts } from './register-use.ts';
import type { Stretch } from './stretches.ts';

/** What a stretch used, after the ratio. */
export interface StretchUse {
  readonly stretch: Stretch;
  readonly bands: ReadonlyMap<PriceBand, Energy>;
  /** kvarh × 10⁶, both directions. */
  readonly reactive: Energy;
  /** Where a quantity comes from, for a person: that of a period which has a register of its own, else the total. */
  readonly sourceOf: (band?: PriceBand) => string;
}

export interface MeteredUse {
  readonly uses: readonly StretchUse[];
  readonly provisional: readonly Remark[];
  readonly suspect: readonly Remark[];
  /** The last reading of the meter that still hangs, where it lies before the end. */
  readonly endsAt: Instant | undefined;
  /** A meter took part whose reactive energy was not read at all, or not for all the time for which its active energy was. */
  readonly reactiveMissing: boolean;
}

const NOTHING = energy(0n);
/** How far beyond its rated supply a roll-over may have counted; unconfirmed. */
const MARGIN = rational(12n, 10n);
const MS_PER_HOUR = 3_600_000n;

/** Whether a meter's periods of the day are charged by its own registers, or its total is looked at whenever the period changes. */
export const keepsPeriodsBy =
  (series: Series) =>
  (meter: MeterFact, { touSource }: PlanVersion, from: Instant): boolean =>
    touSource === 'registers' || (touSource === 'auto' && countsPeriods(series, meter, from));

/**
 * A register counts from its second reading on: one that a person noted by the way is none to charge by while the total goes on. Of each
 * register only the neighbours of the beginning and the newest matter, so that no other need be known.
 */
function countsPeriods(series: Series, meter: MeterFact, from: Instant): boolean {
  const start = Math.max(from, meter.from);
  const pointsIn = (register: RegisterName) => pointsOf(meter, register, series.of(meter.meter, register));
  const counts = (points: readonly Point[]) => points.length > 1 && (points.at(-1)?.at ?? start) > start;
  const periods = [...PERIOD_REGISTERS.values()].map(pointsIn);
  return periods.some(counts) || (periods.some(({ length }) => length > 0) && !counts(pointsIn(ENERGY_TOTAL)));
}

/** What was used in each stretch, meter by meter. */
export function meteredUse(facts: BillingFacts, series: Series, stretches: readonly Stretch[], end: Instant): MeteredUse {
  const provisional: Remark[] = [];
  const suspect: Remark[] = [];
  const uses: StretchUse[] = [];
  let endsAt: Instant | undefined;
  let reactiveMissing = false;
  for (const meter of new Set(stretches.map((stretch) => stretch.meter))) {
    const own = stretches.filter((stretch) => stretch.meter === meter);
    const registers = countRegisters(facts, series, meter, own);
    provisional.push(...remarksOf(meter, registers, own, end));
    suspect.push(...rollOversOf(meter, registers), ...outranked(meter, [...registers.keys()], series));
    if (meter.to === undefined || meter.to > end || registers.size === 0) endsAt = registers.size === 0 ? own[0]?.from : endOf(registers);
    reactiveMissing ||= isReactiveShort(registers);
    for (const [index, stretch] of own.entries()) uses.push(useOf(stretch, index, registers, { provisional, suspect }));
  }
  return { uses, provisional, suspect, endsAt, reactiveMissing };
}

/** The last reading of the total; without one, of the period of the day that was read least far. */
function endOf(registers: ReadonlyMap<RegisterName, RegisterUse>): Instant | undefined {
  const total = registers.get(ENERGY_TOTAL);
  if (total !== undefined) return total.endsAt;
  const ends = [...PERIOD_REGISTERS.values()].flatMap((register) => registers.get(register)?.endsAt ?? []);
  return ends.sort((one, other) => one - other)[0];
}

/** What was not read is not nothing: a power factor without it would come out too good. */
function isReactiveShort(registers: ReadonlyMap<RegisterName, RegisterUse>): boolean {
  const reactive = REACTIVE_REGISTERS.flatMap((register) => registers.get(register) ?? []);
  const isTotalOpened = registers.get(ENERGY_TOTAL)?.lateOpening === false;
  const end = endOf(registers) ?? Number.POSITIVE_INFINITY;
  return (
    reactive.length === 0 ||
    reactive.some(({ lateOpening, endsAt }) => (lateOpening && isTotalOpened) || (endsAt !== undefined && endsAt < end))
  );
}

function countRegisters(facts: BillingFacts, series: Series, meter: MeterFact, stretches: readonly Stretch[]) {
  const cuts = inTime(stretches.flatMap(({ from, to }) => [from, to]));
  const range = rangeOf(facts, meter, stretches);
  const counted = new Map<RegisterName, RegisterUse>();
  // In an order of their own: nothing depends on what was heard first.
  const known = new Set([...meter.first.keys(), ...meter.final.keys(), ...series.registersOf(meter.meter)].sort());
  for (const register of known) {
    if (!isNeeded(register, stretches, known)) continue;
    const points = pointsOf(meter, register, series.of(meter.meter, register));
    if (points.length > 0) counted.set(register, useBetweenCuts(points, cuts, range));
  }
  return counted;
}

/** What charges nothing here cannot make a bill provisional either. */
function isNeeded(register: RegisterName, stretches: readonly Stretch[], known: ReadonlySet<RegisterName>): boolean {
  if (register === ENERGY_TOTAL) return true;
  if (REACTIVE_REGISTERS.includes(register)) return stretches.some(({ version }) => version.powerFactor !== undefined);
  return !known.has(ENERGY_TOTAL) || stretches.some(({ period, prices }) => period === undefined && !prices.has('total'));
}

/** Readings from the time that the meter hung here; the registers it came and went with outrank them. */
function pointsOf(meter: MeterFact, register: RegisterName, readings: readonly Point[]): readonly Point[] {
  const first = meter.first.get(register);
  const final = meter.to === undefined ? undefined : meter.final.get(register);
  const { from, to } = meter;
  const between = readings.filter(
    ({ at }) => (first === undefined ? at >= from : at > from) && (to === undefined || (final === undefined ? at <= to : at < to)),
  );
  return [
    ...(first === undefined ? [] : [{ at: from, value: first }]),
    ...between,
    ...(final === undefined || to === undefined ? [] : [{ at: to, value: final }]),
  ];
}

/** What the meter may pass at the most between two of its readings: the greatest supply of that time, by the smallest ratio of it. */
function rangeOf({ capacities }: BillingFacts, { digits, maximumKw }: MeterFact, stretches: readonly Stretch[]): RegisterRange {
  const modulus = energy(10n ** BigInt(digits + 6));
  const [first, last] = [stretches[0], stretches.at(-1)];
  const within = <Fact extends Dated>(facts: readonly Fact[], from: Instant, to: Instant) =>
    facts.filter((fact) => fact.from < to && (fact.to === undefined || fact.to > from));
  return {
    modulus,
    most(from, to) {
      const held = within(capacities, from, to).map(({ kva }) => kva);
      const supply =
        maximumKw ?? held.reduce<Rational | undefined>((most, kva) => (most === undefined || isLess(most, kva) ? kva : most), undefined);
      if (supply === undefined) return undefined;
      const inTime = within(stretches, from, to);
      // Behind the ends of what is asked for, what holds at them goes on.
      if (inTime.length === 0) inTime.push(...[first, last].filter((end) => end !== undefined));
      const ratios = inTime.flatMap(({ ratio }) => (ratio === undefined || ratio === 0n ? [] : [ratio]));
      const least = ratios.reduce((found, ratio) => (ratio < found ? ratio : found), ratios[0] ?? 1n);
      const hours = rational(BigInt(to - from), MS_PER_HOUR);
      return roundTo(times(times(times(supply, MARGIN), hours), rational(1n, least)), 6);
    },
  };
}

const isLess = (one: Rational, other: Rational): boolean => one.numerator * other.denominator < other.numerator * one.denominator;

function remarksOf(meter: MeterFact, registers: ReadonlyMap<RegisterName, RegisterUse>, stretches: readonly Stretch[], end: Instant) {
  const remarks: Remark[] = [];
  const say = (reason: string, rule: string, detail: string) => remarks.push({ reason, rule, detail: `${meter.meter} ${detail}` });
  if (registers.size === 0) say('no-reading', 'F74', 'has no reading at all');
  if (stretches.some(({ ratio }) => ratio === undefined))
    say('ratio-unknown', 'F70', 'has a time without a ratio; nothing is charged for it');
  for (const [register, use] of registers) {
    if (use.wentBack) say('register-went-back', 'F71', `${register} went back and no roll-over explains it; nothing is charged`);
    if (use.lateOpening) say('opening-register-missing', 'first reading', `${register} has no reading at or before the beginning`);
    const [first, ...others] = use.split;
    if (first !== undefined)
      say(
        'boundary-register-missing',
        'elapsed-time split',
        `${register} was not read at ${formatInstant(first)}${others.length === 0 ? '' : ` and ${others.length} more boundaries`}`,
      );
    if (use.endsAt !== undefined && meter.to !== undefined && meter.to <= end)
      say('final-register-missing', 'last reading', `${register} was last read at ${formatInstant(use.endsAt)}`);
  }
  return remarks;
}

function rollOversOf(meter: MeterFact, registers: ReadonlyMap<RegisterName, RegisterUse>): readonly Remark[] {
  return [...registers]
    .filter(([, { rolledOver }]) => rolledOver)
    .map(([register]) => ({ reason: 'register-rolled-over', rule: 'F71', detail: `${meter.meter} ${register} began again at zero` }));
}

/** Readings that say something else at the instants of a change than who changed the meter wrote down. */
function outranked(meter: MeterFact, registers: readonly RegisterName[], series: Series): readonly Remark[] {
  return registers.flatMap((register) => {
    const read = series.of(meter.meter, register);
    const judge = (at: Instant | undefined, stated: Energy | undefined, when: string) => {
      const value = read.find((point) => point.at === at)?.value;
      if (stated === undefined || value === undefined || value === stated) return [];
      const detail = `${meter.meter} ${register} was read ${formatEnergy(value)}, and ${when} with ${formatEnergy(stated)}`;
      return [{ reason: 'reading-outranked', rule: 'the register of the change counts', detail }];
    };
    return [...judge(meter.from, meter.first.get(register), 'came'), ...judge(meter.to, meter.final.get(register), 'went')];
  });
}

interface Remarks {
  readonly provisional: Remark[];
  readonly suspect: Remark[];
}

function useOf(stretch: Stretch, index: number, registers: ReadonlyMap<RegisterName, RegisterUse>, remarks: Remarks): StretchUse {
  const { ratio, period, prices } = stretch;
  const known = ratio !== undefined && ![...registers.values()].some(({ wentBack }) => wentBack);
  const counted = (register: RegisterName): Energy | undefined => (known ? registers.get(register)?.between[index] : NOTHING);
  const afterRatio = (value: Energy): Energy => energy(value * (ratio ?? 0n));
  const total = registers.has(ENERGY_TOTAL) ? counted(ENERGY_TOTAL) : undefined;
  const reaches = (register: RegisterName): Instant => registers.get(register)?.endsAt ?? stretch.to;
  /** It was read less far than the total: what is missing of it is in the total. */
  const isShort = (register: RegisterName): boolean =>
    total !== undefined && reaches(register) < stretch.to && reaches(register) < reaches(ENERGY_TOTAL);
  const byPeriod = new Map<TouPeriod, Energy>();
  for (const [name, register] of PERIOD_REGISTERS) {
    const value = registers.has(register) && !isShort(register) ? counted(register) : undefined;
    if (value !== undefined) byPeriod.set(name, value);
  }
  const whole = total ?? energy([...byPeriod.values()].reduce((left, right) => left + right, 0n));
  const reactive = REACTIVE_REGISTERS.reduce((left, register) => left + (registers.has(register) ? (counted(register) ?? 0n) : 0n), 0n);
  const bands = new Map<PriceBand, Energy>();
  if (period !== undefined) bands.set(period, whole);
  else if (prices.has('total')) bands.set('total', whole);
  else for (const [name, value] of shareByPeriod({ stretch, total, byPeriod, remarks })) bands.set(name, value);
  return {
    stretch,
    bands: new Map([...bands].map(([band, value]) => [band, afterRatio(value)])),
    reactive: afterRatio(energy(reactive)),
    sourceOf(band = 'total') {
      const ofTotal = sourceText(stretch, ENERGY_TOTAL, registers, index);
      if (band === 'total' || period !== undefined) return ofTotal;
      const [own, value] = [PERIOD_REGISTERS.get(band), byPeriod.get(band)];
      if (own === undefined || value === undefined) return ofTotal;
      return `${sourceText(stretch, own, registers, index)}${bands.get(band) === value ? '' : ', scaled to the total'}`;
    },
  };
}

/** As "meter A 1-0:1.8.0 1200.00 → 1320.50 × 30, … to …". */
function sourceText(
  { from, to, ratio, meter }: Stretch,
  register: RegisterName,
  registers: ReadonlyMap<RegisterName, RegisterUse>,
  index: number,
): string {
  const at = registers.get(register)?.at;
  const [start, end] = [at?.[index], at?.[index + 1]];
  const counted = start === undefined || end === undefined ? '' : ` ${register} ${formatEnergy(start)} → ${formatEnergy(end)}`;
  return `meter ${meter.meter}${counted}${ratio === 1n ? '' : ` × ${ratio ?? 'no ratio'}`}, ${formatInstant(from)} to ${formatInstant(to)}`;
}
