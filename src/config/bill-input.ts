import type { BillingFacts, Dated, MeterFact, PreviousPeriod, RegisterReading, Superseded } from '../core/model/bill.ts';
import type { PriceBand } from '../core/model/price-plan.ts';
import { TOU_PERIODS } from '../core/model/price-plan.ts';
import { asRegister, ENERGY_TOTAL, energyOfRate, type RegisterName } from '../core/model/register.ts';
import { type Instant, instantOf, parseInstant } from '../kernel/clock.ts';
import { parseDecimal } from '../kernel/decimal.ts';
import { parseBusinessDay, parseZone, startOfDay, type Zone } from '../kernel/local-time.ts';
import { type Rational, rational, rationalOf } from '../kernel/rational.ts';
import { type Energy, energy, parseEnergy } from '../kernel/units.ts';
import { type BillInputFile, BillInputSchema } from './bill-input-schema.ts';
import { configError, readYaml, type Wrong } from './read-yaml.ts';

export interface BillInput {
  readonly facts: BillingFacts;
  readonly readings: readonly RegisterReading[];
}

const NAMED_REGISTERS: ReadonlyMap<string, RegisterName> = new Map([
  ['total', ENERGY_TOTAL],
  ...TOU_PERIODS.map((period, index): [string, RegisterName] => [period, energyOfRate(index + 1)]),
  ['reactive', asRegister('1-0:3.8.0')],
  ['reactiveExport', asRegister('1-0:4.8.0')],
]);
const KNOWN_REGISTERS = new Set(NAMED_REGISTERS.values());
const REGISTER_NAMES = [...NAMED_REGISTERS].map(([name, register]) => `${name} (${register})`).join(', ');
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
  const meters = metersOf(raw, parse, wrong);
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
    capacities: parse.list(raw.capacities, 'capacities', ({ kva }) => ({ kva: parse.number(kva) })),
    demands: parse.list(raw.demands, 'demands', ({ contractedKw, measuredKw }, place) => {
      if (contractedKw === undefined && measuredKw === undefined)
        throw wrong(`${place}.contractedKw`, undefined, 'contractedKw, measuredKw or both');
      return {
        contractedKw: contractedKw === undefined ? undefined : parse.number(contractedKw),
        measuredKw: measuredKw === undefined ? undefined : parse.number(measuredKw),
      };
    }),
    largeFamily: parse.list(raw.largeFamily, 'largeFamily', ({ perMonth }, place) => ({ perMonth: parse.maybeEnergy(perMonth, place) })),
    free: parse.list(raw.free, 'free', ({ perMonth }, place) => ({ perMonth: parse.maybeEnergy(perMonth, place) })),
    opened: parse.list(opened, 'opened', () => ({})),
  };
  return { facts, readings: readingsOf(raw, meters, parse, wrong) };
}

export function zoneOf(name: string, wrong: Wrong): Zone {
  const zone = parseZone(name);
  if (zone === undefined) throw wrong('zone', name, 'an IANA time zone, as Asia/Shanghai');
  return zone;
}

type RawDated = { readonly from: string; readonly to?: string | undefined };

function parserOf(zone: Zone, wrong: Wrong) {
  const instant = (text: string, place: string): Instant => {
    const day = parseBusinessDay(text);
    const at = day === undefined ? parseInstant(text) : startOfDay(day, zone);
    if (at === undefined) throw wrong(place, text, 'an RFC 3339 instant, as 2026-06-01T00:00:00+08:00, or a day, as 2026-06-01');
    return at;
  };
  const energyAt = (value: string | number, place: string): Energy => {
    const parsed = parseEnergy(String(value));
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
    /** @param value a decimal by its schema */
    number: (value: string | number): Rational => {
      const parsed = parseDecimal(String(value));
      return parsed.ok ? rationalOf(parsed.value) : rational(0n);
    },
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
      return facts;
    },
  };
}
type Parser = ReturnType<typeof parserOf>;

function metersOf(raw: BillInputFile, parse: Parser, wrong: Wrong): readonly MeterFact[] {
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
        digits: 6,
        decimals: 2,
        maximumKw: undefined,
      },
    ];
  }
  const facts = parse.list(raw.meters, 'meters', ({ meter, first, final, digits, decimals, maximumKw }, place) => ({
    meter,
    first: registersOf(first, `${place}.first`, parse, wrong),
    final: registersOf(final, `${place}.final`, parse, wrong),
    digits,
    decimals,
    maximumKw: maximumKw === undefined ? undefined : parse.number(maximumKw),
  }));
  return facts.map((fact) => {
    const next = facts.reduce<Instant | undefined>(
      (found, { from }) => (from > fact.from && (found === undefined || from < found) ? from : found),
      undefined,
    );
    return fact.to === undefined && next !== undefined ? { ...fact, to: next } : fact;
  });
}

type RawRegisters = NonNullable<BillInputFile['meters'][number]['first']>;

function registersOf(raw: RawRegisters | undefined, place: string, parse: Parser, wrong: Wrong): ReadonlyMap<RegisterName, Energy> {
  if (raw === undefined) return new Map();
  if (typeof raw !== 'object') return new Map([[ENERGY_TOTAL, parse.energy(raw, place)]]);
  const entries = Array.isArray(raw)
    ? raw.map(({ register, value }, index) => ({ name: register, value, at: `${place}[${index}]` }))
    : Object.entries(raw).map(([name, value]) => ({ name, value, at: `${place}.${name}` }));
  return new Map(entries.map(({ name, value, at }) => [registerOf(name, at, wrong), parse.energy(value, at)]));
}

function registerOf(name: string, place: string, wrong: Wrong): RegisterName {
  const register = NAMED_REGISTERS.get(name) ?? [...KNOWN_REGISTERS].find((known) => known === name);
  if (register === undefined) throw wrong(place, name, `one of ${REGISTER_NAMES}`);
  return register;
}

function readingsOf(raw: BillInputFile, meters: readonly MeterFact[], parse: Parser, wrong: Wrong): readonly RegisterReading[] {
  const ids = new Set(raw.readings.map(({ id }) => id));
  const only = new Set(meters.map(({ meter }) => meter)).size === 1 ? meters[0]?.meter : undefined;
  return raw.readings.map((reading, index) => {
    const place = `readings[${index}]`;
    const meter = reading.meter ?? only;
    if (meter === undefined || !meters.some((fact) => fact.meter === meter))
      throw wrong(`${place}.meter`, reading.meter, `one of the meters: ${[...new Set(meters.map((fact) => fact.meter))].join(', ')}`);
    const at = parse.instant(reading.at, `${place}.at`);
    return {
      id: reading.id,
      meter,
      register: registerOf(reading.register, `${place}.register`, wrong),
      at,
      value: parse.energy(reading.value, `${place}.value`),
      supersedes: supersededOf(reading.supersedes, at, ids, `${place}.supersedes`, parse, wrong),
      heardAt: reading.heardAt === undefined ? at : parse.instant(reading.heardAt, `${place}.heardAt`),
    };
  });
}

function supersededOf(
  raw: string | number | boolean | undefined,
  at: Instant,
  ids: ReadonlySet<string | undefined>,
  place: string,
  parse: Parser,
  wrong: Wrong,
): Superseded | undefined {
  if (raw === undefined || raw === false) return undefined;
  if (raw === true) return { kind: 'at', at };
  const text = String(raw);
  if (ids.has(text)) return { kind: 'id', id: text };
  if (/^\d+(\.\d+)?$/.test(text)) return { kind: 'value', value: parse.energy(text, place) };
  if (/^\d{4}-\d\d-\d\d/.test(text)) return { kind: 'at', at: parse.instant(text, place) };
  if (text === '') throw wrong(place, text, 'the id, the instant or the value of the reading that it corrects');
  // What it corrects may not have come yet.
  return { kind: 'id', id: text };
}

function ratioOf(raw: BillInputFile['ratios'][number], place: string, wrong: Wrong): bigint {
  const [current, voltage] = [raw.ct ?? raw.currentRatio, raw.pt ?? raw.voltageRatio];
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
  const values = registersOf(typeof raw === 'object' ? raw.quantity : raw, 'previousPeriod.quantity', parse, wrong);
  const bands = new Map<PriceBand, Energy>();
  for (const [index, period] of TOU_PERIODS.entries()) {
    const value = values.get(energyOfRate(index + 1));
    if (value !== undefined) bands.set(period, value);
  }
  const sum = [...bands.values()].reduce((left, right) => left + right, 0n);
  return { quantity: values.get(ENERGY_TOTAL) ?? energy(sum), bands };
}
