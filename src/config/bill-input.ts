import type { BillingFacts, Dated, MeterFact, PreviousPeriod, RegisterReading, Superseded } from '../core/model/bill.ts';
import type { PriceBand } from '../core/model/price-plan.ts';
import { TOU_PERIODS } from '../core/model/price-plan.ts';
import { asRegister, ENERGY_TOTAL, energyOfRate, type RegisterName } from '../core/model/register.ts';
import { type Instant, instantOf, parseInstant } from '../kernel/clock.ts';
import { parseDecimal } from '../kernel/decimal.ts';
import { type BusinessDay, businessDayOf, parseBusinessDay, parseZone, startOfDay, type Zone } from '../kernel/local-time.ts';
import { type Rational, rationalOf } from '../kernel/rational.ts';
import { type Energy, energy, parseEnergy } from '../kernel/units.ts';
import { checkCorrections } from './bill-input-corrections.ts';
import { type BillInputFile, BillInputSchema, DECIMAL } from './bill-input-schema.ts';
import { configError, readYaml, type Wrong } from './read-yaml.ts';

export interface BillInput {
  readonly facts: BillingFacts;
  readonly readings: readonly RegisterReading[];
}

type NamedRegisters = ReadonlyMap<string, RegisterName>;
const ENERGY_REGISTERS: NamedRegisters = new Map([
  ['total', ENERGY_TOTAL],
  ...TOU_PERIODS.map((period, index): [string, RegisterName] => [period, energyOfRate(index + 1)]),
]);
const ALL_REGISTERS: NamedRegisters = new Map([
  ...ENERGY_REGISTERS,
  ['reactive', asRegister('1-0:3.8.0')],
  ['reactiveExport', asRegister('1-0:4.8.0')],
]);
/** Long before any meter. */
const EVER = instantOf(0);

/**
 * Reads what `feikong bill` is asked, JSON or YAML.
 *
 * @errors config-invalid, thrown with the path, the value and what was expected
 */
export function loadBillInput(file: string): BillInput {
  const raw = readYaml(file, BillInputSchema);
  const wrong: Wrong = (place, value, expected) => configError(file, place, value, expected);
  const zone = zoneOf(raw.zone, wrong);
  const parse = parserOf(zone, wrong);
  const period = parse.dated(raw.period, 'period');
  if (period.to === undefined || period.to <= period.from)
    throw wrong('period.to', raw.period.to, `an instant after period.from, ${raw.period.from}`);
  const meters = metersOf(raw, { from: period.from, to: period.to }, parse, wrong);
  const opened = typeof raw.opened === 'string' ? [{ from: raw.opened }] : Array.isArray(raw.opened) ? raw.opened : [raw.opened];
  const facts: BillingFacts = {
    zone,
    customerClass: raw.class,
    period: { from: period.from, to: period.to },
    previousPeriod: previousOf(raw.previousPeriod ?? undefined, parse, wrong),
    yearToDate: raw.yearToDate === undefined ? undefined : parse.energy(raw.yearToDate, 'yearToDate'),
    meteringSide: raw.meteringSide,
    meters,
    ratios: parse.list(raw.ratios, 'ratios', (entry, place) => ({ ratio: ratioOf(entry, place, wrong) })),
    capacities: parse.list(raw.capacities, 'capacities', ({ kva }, place) => ({ kva: parse.number(kva, `${place}.kva`) })),
    demands: parse.list(raw.demands, 'demands', ({ contractedKw, measuredKw }, place) => {
      if (contractedKw === undefined && measuredKw === undefined)
        throw wrong(`${place}.contractedKw`, undefined, 'contractedKw, measuredKw or both');
      return {
        contractedKw: contractedKw === undefined ? undefined : parse.number(contractedKw, `${place}.contractedKw`),
        measuredKw: measuredKw === undefined ? undefined : parse.number(measuredKw, `${place}.measuredKw`),
      };
    }),
    largeFamily: parse.list(raw.largeFamily, 'largeFamily', ({ perMonth }, place) => ({ perMonth: parse.maybeEnergy(perMonth, place) })),
    free: parse.list(raw.free, 'free', ({ perMonth }, place) => ({ perMonth: parse.maybeEnergy(perMonth, place) })),
    opened: parse.list(opened, 'opened', () => ({})),
  };
  checkOpened(facts, opened, wrong);
  const readings = readingsOf(raw, meters, parse, wrong);
  checkCorrections(readings, (index) => raw.readings[index]?.supersedes, wrong);
  return { facts, readings };
}

/** Who is billed for a time was supplied in some of it. */
function checkOpened({ opened, period }: BillingFacts, raw: readonly RawDated[], wrong: Wrong): void {
  const [first] = opened;
  if (first === undefined || opened.some(({ from, to }) => from < period.to && (to === undefined || to > period.from))) return;
  const isLate = first.from >= period.to;
  throw wrong(
    isLate ? 'opened[0].from' : 'opened[0].to',
    isLate ? raw[0]?.from : raw[0]?.to,
    'a time of supply within the period: remove it, or bill a period that it touches',
  );
}

export function zoneOf(name: string, wrong: Wrong): Zone {
  const zone = parseZone(name);
  if (zone === undefined) throw wrong('zone', name, 'an IANA time zone, as Asia/Shanghai');
  return zone;
}

/** A business day, and the instant meant: a day stands for its midnight in `zone`. */
export function timeOf(text: string, zone: Zone, place: string, wrong: Wrong): { readonly at: Instant; readonly day: BusinessDay } {
  const stated = parseBusinessDay(text);
  const at = stated === undefined ? parseInstant(text) : startOfDay(stated, zone);
  if (at === undefined) throw wrong(place, text, 'an RFC 3339 instant, as 2026-06-01T00:00:00+08:00, or a day, as 2026-06-01');
  const day = stated ?? businessDayOf(at, zone);
  if (!isWithinYears(text) || !isWithinYears(day)) throw wrong(place, text, 'a time in the years 1970 to 9998');
  return { at, day };
}

/** A year must have one behind it that is still written with four digits. */
const isWithinYears = (text: string): boolean => text >= '1970' && text < '9999';

const DECIMAL_PATTERN = new RegExp(DECIMAL.pattern);

/** The text of a decimal. A schema has looked at strings only: numbers may have an exponent or too many digits. */
function decimalText(value: string | number, place: string, wrong: Wrong): string {
  const text = String(value);
  if (!DECIMAL_PATTERN.test(text)) throw wrong(place, value, DECIMAL.form);
  return text;
}

export function decimalOf(value: string | number, place: string, wrong: Wrong): Rational {
  const parsed = parseDecimal(decimalText(value, place, wrong));
  if (!parsed.ok) throw wrong(place, value, parsed.error.expected);
  return rationalOf(parsed.value);
}

/** What a field says that goes by two names, and by which it was called; where both are there one would go unheard. */
export function eitherOf<Raw extends object, Name extends keyof Raw & string>(
  raw: Raw,
  name: Name,
  alias: Name,
  prefix: string,
  wrong: Wrong,
): { readonly value: Raw[Name] | undefined; readonly place: string } {
  if (raw[name] !== undefined && raw[alias] !== undefined) throw wrong(`${prefix}${alias}`, raw[alias], `either ${name} or ${alias}`);
  return { value: raw[name] ?? raw[alias], place: `${prefix}${raw[alias] === undefined ? name : alias}` };
}

type RawDated = { readonly from: string; readonly to?: string | undefined };

function parserOf(zone: Zone, wrong: Wrong) {
  const instant = (text: string, place: string): Instant => timeOf(text, zone, place, wrong).at;
  const energyAt = (value: string | number, place: string): Energy => {
    const parsed = parseEnergy(decimalText(value, place, wrong));
    if (!parsed.ok) throw wrong(place, value, parsed.error.expected);
    return parsed.value;
  };
  const dated = ({ from, to }: RawDated, place: string): Dated => {
    const fact = { from: instant(from, `${place}.from`), to: to === undefined ? undefined : instant(to, `${place}.to`) };
    if (fact.to !== undefined && fact.to <= fact.from) throw wrong(`${place}.to`, to, `an instant after ${place}.from, ${from}`);
    return fact;
  };
  return {
    instant,
    energy: energyAt,
    dated,
    maybeEnergy: (value: string | number | undefined, place: string) =>
      value === undefined ? undefined : energyAt(value, `${place}.perMonth`),
    number: (value: string | number, place: string): Rational => decimalOf(value, place, wrong),
    /** Dated facts of one kind. A later one ends an earlier one that has no end of its own; two that overlap otherwise contradict each other. */
    list<Raw extends RawDated, More>(entries: readonly Raw[], field: string, more: (entry: Raw, place: string) => More): (Dated & More)[] {
      const facts = entries.map((entry, index) => ({ ...dated(entry, `${field}[${index}]`), ...more(entry, `${field}[${index}]`) }));
      for (const [index, fact] of facts.entries()) {
        const other = facts.findIndex(
          (earlier) =>
            earlier !== fact &&
            (earlier.from === fact.from || (earlier.from < fact.from && earlier.to !== undefined && earlier.to > fact.from)),
        );
        if (other >= 0)
          throw wrong(
            `${field}[${index}].from`,
            entries[index]?.from,
            `a time in which ${field}[${other}] is not in force: give that one an end, or remove it`,
          );
      }
      return facts.map((fact) => ({ ...fact, to: fact.to ?? nextStart(facts, fact) }));
    },
  };
}
type Parser = ReturnType<typeof parserOf>;

function nextStart(facts: readonly Dated[], { from: start }: Dated): Instant | undefined {
  let next: Instant | undefined;
  for (const { from } of facts) if (from > start && (next === undefined || from < next)) next = from;
  return next;
}

function metersOf(raw: BillInputFile, period: BillingFacts['period'], parse: Parser, wrong: Wrong): readonly MeterFact[] {
  if (raw.meters.length === 0) {
    const names = [...new Set(raw.readings.map(({ meter }) => meter))];
    if (names.length > 1) throw wrong('meters', [], `the meters with their times, since more than one is read: ${names.join(', ')}`);
    return [
      {
        meter: names[0] ?? 'meter',
        from: EVER,
        to: undefined,
        first: new Map(),
        final: new Map(),
        digits: digitsShown(raw, names[0], parse),
        decimals: 2,
        maximumKw: undefined,
      },
    ];
  }
  const facts = parse.list(raw.meters, 'meters', ({ meter, first, final, digits, decimals, maximumKw }, place) => {
    const read = digits === undefined ? parse.energy : readerOf(digits, parse, wrong);
    const came = registersOf(first, `${place}.first`, ALL_REGISTERS, read, wrong);
    const went = registersOf(final, `${place}.final`, ALL_REGISTERS, read, wrong);
    const shown = [...came.values(), ...went.values()].map(digitsOf);
    return {
      meter,
      first: came,
      final: went,
      digits: digits ?? Math.max(digitsShown(raw, raw.meters.length === 1 ? undefined : meter, parse), ...shown),
      decimals,
      maximumKw: maximumKw === undefined ? undefined : parse.number(maximumKw, `${place}.maximumKw`),
    };
  });
  // Registers that a meter goes with are those of the period's end, where nothing says that it went before.
  return facts.map((fact) => (fact.to === undefined && fact.final.size > 0 && fact.from < period.to ? { ...fact, to: period.to } : fact));
}

const FEWEST_DIGITS = 6;
const digitsOf = (value: Energy): number => (value / 1_000_000n).toString().length;

/** As many digits as the readings of a meter show; of all readings where there is one meter. */
const digitsShown = ({ readings }: BillInputFile, meter: string | undefined, parse: Parser): number =>
  readings.reduce(
    (most, reading, index) =>
      meter === undefined || (reading.meter ?? meter) === meter
        ? Math.max(most, digitsOf(parse.energy(reading.value, `readings[${index}].value`)))
        : most,
    FEWEST_DIGITS,
  );

type RawRegisters = NonNullable<BillInputFile['meters'][number]['first']>;
type Reader = (value: string | number, place: string) => Energy;

/** Reads a register of so many whole digits: it shows no more before it begins again at zero. */
const readerOf =
  (digits: number, parse: Parser, wrong: Wrong): Reader =>
  (value, place) => {
    const shown = parse.energy(value, place);
    if (shown >= 10n ** BigInt(digits + 6)) throw wrong(place, value, `less than ${10 ** digits}, since digits of its meter is ${digits}`);
    return shown;
  };

function registersOf(
  raw: RawRegisters | undefined,
  place: string,
  registers: NamedRegisters,
  read: Reader,
  wrong: Wrong,
): ReadonlyMap<RegisterName, Energy> {
  if (raw === undefined) return new Map();
  if (typeof raw !== 'object') return new Map([[ENERGY_TOTAL, read(raw, place)]]);
  const entries = Array.isArray(raw)
    ? raw.map(({ register, value }, index) => ({ name: register, value, at: `${place}[${index}]` }))
    : Object.entries(raw).map(([name, value]) => ({ name, value, at: `${place}.${name}` }));
  const values = new Map<RegisterName, Energy>();
  for (const { name, value, at } of entries) {
    const register = registerOf(name, at, registers, wrong);
    if (values.has(register)) throw wrong(at, value, `each register once: ${register} is there already`);
    values.set(register, read(value, at));
  }
  return values;
}

function registerOf(nameOrCode: string, place: string, registers: NamedRegisters, wrong: Wrong): RegisterName {
  const register = registers.get(nameOrCode) ?? [...registers.values()].find((code) => code === nameOrCode);
  if (register === undefined)
    throw wrong(place, nameOrCode, `one of ${[...registers].map(([name, code]) => `${name} (${code})`).join(', ')}`);
  return register;
}

function readingsOf(raw: BillInputFile, meters: readonly MeterFact[], parse: Parser, wrong: Wrong): readonly RegisterReading[] {
  const digits = new Map<string, number>();
  for (const fact of meters) digits.set(fact.meter, Math.max(fact.digits, digits.get(fact.meter) ?? 0));
  const only = digits.size === 1 ? meters[0]?.meter : undefined;
  const found = raw.readings.map((reading, index) => {
    const place = `readings[${index}]`;
    const meter = reading.meter ?? only;
    const wholeDigits = digits.get(meter ?? '');
    if (meter === undefined || wholeDigits === undefined)
      throw wrong(`${place}.meter`, reading.meter, `one of the meters: ${[...digits.keys()].join(', ')}`);
    const register = registerOf(reading.register, `${place}.register`, ALL_REGISTERS, wrong);
    const value = readerOf(wholeDigits, parse, wrong)(reading.value, `${place}.value`);
    return { reading, place, meter, register, value, at: parse.instant(reading.at, `${place}.at`) };
  });
  const ids = new Set(found.map(({ reading: { id }, meter, register }) => idWithin(meter, register, id)));
  return found.map(({ reading, place, meter, register, value, at }) => ({
    id: reading.id,
    meter,
    register,
    at,
    value,
    supersedes: supersededOf(reading.supersedes, at, (id) => ids.has(idWithin(meter, register, id)), `${place}.supersedes`, parse, wrong),
    heardAt: reading.heardAt === undefined ? at : parse.instant(reading.heardAt, `${place}.heardAt`),
  }));
}

/** Ids tell apart the readings of one meter and register only. */
const idWithin = (meter: string, register: RegisterName, id: string | undefined): string => JSON.stringify([meter, register, id]);

function supersededOf(
  raw: string | number | boolean | undefined,
  at: Instant,
  isId: (text: string) => boolean,
  place: string,
  parse: Parser,
  wrong: Wrong,
): Superseded | undefined {
  if (raw === undefined || raw === false) return undefined;
  if (raw === true) return { kind: 'at', at };
  const text = String(raw);
  if (isId(text)) return { kind: 'id', id: text };
  if (typeof raw === 'number' || DECIMAL_PATTERN.test(text)) return { kind: 'value', value: parse.energy(raw, place) };
  if (/^\d{4}-\d\d-\d\d/.test(text)) return { kind: 'at', at: parse.instant(text, place) };
  if (text === '') throw wrong(place, text, 'the id, the instant or the value of the reading that it corrects');
  // What it corrects may not have come yet.
  return { kind: 'id', id: text };
}

function ratioOf(raw: BillInputFile['ratios'][number], place: string, wrong: Wrong): bigint {
  const current = eitherOf(raw, 'ct', 'currentRatio', `${place}.`, wrong).value;
  const voltage = eitherOf(raw, 'pt', 'voltageRatio', `${place}.`, wrong).value;
  if (raw.ratio === undefined && current === undefined && voltage === undefined)
    throw wrong(`${place}.ct`, undefined, 'ct and pt, or ratio');
  if (raw.ratio !== undefined && (current !== undefined || voltage !== undefined))
    throw wrong(`${place}.ratio`, raw.ratio, 'either ratio, or ct and pt');
  return raw.ratio === undefined ? BigInt(current ?? 1) * BigInt(voltage ?? 1) : BigInt(raw.ratio);
}

function previousOf(raw: Exclude<BillInputFile['previousPeriod'], null>, parse: Parser, wrong: Wrong): PreviousPeriod | undefined {
  if (raw === undefined) return undefined;
  if (typeof raw === 'object' && raw.quantity === undefined) {
    const { from, to } = raw.from === undefined ? {} : parse.dated({ from: raw.from, to: raw.to }, 'previousPeriod');
    if (from === undefined || to === undefined) throw wrong('previousPeriod.quantity', undefined, 'quantity, or from and to');
    return { from, to };
  }
  const [quantity, place] = typeof raw === 'object' ? [raw.quantity, 'previousPeriod.quantity'] : [raw, 'previousPeriod'];
  const values = registersOf(quantity, place, ENERGY_REGISTERS, parse.energy, wrong);
  if (values.size === 0) throw wrong(place, quantity, 'the total or the periods of the day');
  const bands = new Map<PriceBand, Energy>();
  for (const [index, period] of TOU_PERIODS.entries()) {
    const value = values.get(energyOfRate(index + 1));
    if (value !== undefined) bands.set(period, value);
  }
  const sum = [...bands.values()].reduce((left, right) => left + right, 0n);
  return { quantity: values.get(ENERGY_TOTAL) ?? energy(sum), bands };
}
