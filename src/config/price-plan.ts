import { hash } from 'node:crypto';
import path from 'node:path';
import type {
  DayTable,
  DemandPrice,
  HolidayCalendar,
  LossPlan,
  PlanVersion,
  PowerFactorTable,
  PriceBand,
  PricePlan,
  Prices,
  StepPlan,
  TouPeriod,
} from '../core/model/price-plan.ts';
import { TOU_PERIODS, WEEKDAYS } from '../core/model/price-plan.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { parseDecimal } from '../kernel/decimal.ts';
import { type Rational, rational, rationalOf, times } from '../kernel/rational.ts';
import { type Energy, type Price, parseEnergy, parsePrice } from '../kernel/units.ts';
import { loadCalendar } from './calendar.ts';
import { fundsOf } from './price-plan-funds.ts';
import { checkSeasons } from './price-plan-seasons.ts';
import { instantOfStart, startOf } from './price-plan-start.ts';
import { configError, readYaml, type Wrong } from './read-yaml.ts';
import { type TariffFile, TariffFileSchema } from './tariff-schema.ts';

type VersionFile = TariffFile['versions'][number];
type TimeOfUse = NonNullable<VersionFile['timeOfUse']>;

const CALENDARS_FOLDER = path.join(import.meta.dirname, '../../config/calendars');
const HUNDREDTH = rational(1n, 100n);

/**
 * Reads a price plan and puts it into exact numbers.
 *
 * @errors config-invalid, thrown for the operator who edits it, with the path, the value and what was expected
 */
export function loadPricePlan(file: string): PricePlan {
  const raw = readYaml(file, TariffFileSchema);
  const wrong: Wrong = (place, value, expected) => configError(file, place, value, expected);
  const versions = raw.versions.map((version, index) => versionOf(version, `versions[${index}]`, wrong));
  for (const [index, { from }] of versions.entries()) {
    const before = versions[index - 1];
    if (before !== undefined && instantOfStart(before.from) >= instantOfStart(from))
      throw wrong(
        `versions[${index}].from`,
        raw.versions[index]?.from,
        `a start after that of the version before, ${raw.versions[index - 1]?.from}`,
      );
  }
  const usesCalendar = versions.some(({ dayTables }) => dayTables.some(({ days }) => days.includes('holiday') || days.includes('special')));
  if (usesCalendar && raw.calendar === undefined)
    throw wrong('calendar', undefined, 'a calendar: tables for holiday or special days need one');
  const calendar = raw.calendar === undefined ? undefined : loadCalendar(calendarFile(raw.calendar, path.dirname(file)));
  return {
    id: raw.id,
    digest: digestOf(raw, calendar),
    classes: raw.classes,
    versions,
    funds: fundsOf(raw.funds, raw.classes, (text, place) => priceOf(text, place, wrong), wrong),
    calendar,
  };
}

/** Of what the file and its calendar say, not of how they are written. */
function digestOf(raw: TariffFile, calendar: HolidayCalendar | undefined): string {
  const days = calendar === undefined ? [] : [[...calendar.years], [...calendar.days]];
  return hash('sha256', canonicalJson([raw, days]), 'hex');
}

const calendarFile = (nameOrFile: string, folder: string): string =>
  /[./\\]/.test(nameOrFile) ? path.resolve(folder, nameOrFile) : path.join(CALENDARS_FOLDER, `${nameOrFile}.yaml`);

function versionOf(raw: VersionFile, place: string, wrong: Wrong): PlanVersion {
  const prices = pricesOf(raw.energy, `${place}.energy`, wrong);
  if (raw.timeOfUse !== undefined && prices.has('total'))
    throw wrong(`${place}.energy`, raw.energy, 'a price for each period, since timeOfUse is set');
  const seasons = (raw.timeOfUse?.seasons ?? []).map(({ name, from, to, energy }, index) => ({
    name,
    from,
    to,
    prices: energy === undefined ? undefined : pricesOf(energy, `${place}.timeOfUse.seasons[${index}].energy`, wrong),
  }));
  const dayTables = (raw.timeOfUse?.days ?? []).map((table, index) =>
    tableOf(table, prices, seasons, `${place}.timeOfUse.days[${index}]`, wrong),
  );
  checkTables(dayTables, seasons, raw.timeOfUse, `${place}.timeOfUse`, wrong);
  const { steps, freeQuantity, capacity, demand, powerFactor, losses } = raw;
  return {
    from: startOf(raw.from, `${place}.from`, wrong),
    prices,
    // Without tables only the meter itself can tell the periods apart.
    touSource: dayTables.length === 0 ? 'registers' : (raw.timeOfUse?.source ?? 'auto'),
    seasons,
    dayTables,
    steps: steps === undefined ? undefined : stepsOf(steps, `${place}.steps`, wrong),
    free:
      freeQuantity === undefined
        ? undefined
        : { perMonth: energyOf(freeQuantity.perMonth, `${place}.freeQuantity.perMonth`, wrong), classes: freeQuantity.classes },
    capacityPrice: capacity === undefined ? undefined : priceOf(capacity.price, `${place}.capacity.price`, wrong),
    demand: demand === undefined ? undefined : demandOf(demand, `${place}.demand`, wrong),
    powerFactor: powerFactor === undefined ? undefined : powerFactorOf(powerFactor, `${place}.powerFactor`, wrong),
    losses: losses === undefined ? undefined : lossesOf(losses),
  };
}

function pricesOf(energy: VersionFile['energy'], place: string, wrong: Wrong): Prices {
  if (typeof energy === 'string') return new Map<PriceBand, Price>([['total', priceOf(energy, place, wrong)]]);
  return new Map<PriceBand, Price>(
    TOU_PERIODS.flatMap((period): [PriceBand, Price][] => {
      const text = energy[period];
      return text === undefined ? [] : [[period, priceOf(text, `${place}.${period}`, wrong)]];
    }),
  );
}

function tableOf(table: TimeOfUse['days'][number], prices: Prices, seasons: PlanVersion['seasons'], place: string, wrong: Wrong): DayTable {
  const known = new Set(seasons.map(({ name }) => name));
  for (const [index, name] of table.seasons.entries())
    if (!known.has(name))
      throw wrong(`${place}.seasons[${index}]`, name, `one of the seasons: ${[...known].join(', ') || 'none are listed'}`);
  const inSeason = seasons.filter(({ name }) => table.seasons.length === 0 || table.seasons.includes(name));
  const applied = inSeason.length === 0 ? [prices] : inSeason.map((season) => season.prices ?? prices);
  const switches = table.periods.map((text, index) => {
    const [time = '', period = ''] = text.split(' ');
    if (applied.some((set) => !set.has(period as TouPeriod)))
      throw wrong(`${place}.periods[${index}]`, text, `one of the periods that have a price: ${commonOf(applied).join(', ')}`);
    return { minute: Number(time.slice(0, 2)) * 60 + Number(time.slice(3)), period: period as TouPeriod };
  });
  for (const [index, { minute }] of switches.entries()) {
    const before = switches[index - 1]?.minute;
    if (before === undefined ? minute !== 0 : minute <= before)
      throw wrong(
        `${place}.periods[${index}]`,
        table.periods[index],
        before === undefined ? 'the first period to begin at 00:00' : 'times that rise',
      );
  }
  return { seasons: table.seasons, days: table.on, switches };
}

/** The bands that every one of these has a price for. */
const commonOf = ([first, ...others]: readonly Prices[]): readonly PriceBand[] =>
  [...(first?.keys() ?? [])].filter((band) => others.every((set) => set.has(band)));

/** Every weekday of every season needs a table: an hour without a period would be an hour without a price. */
function checkTables(
  tables: readonly DayTable[],
  seasons: PlanVersion['seasons'],
  raw: TimeOfUse | undefined,
  place: string,
  wrong: Wrong,
): void {
  checkSeasons(seasons, `${place}.seasons`, wrong);
  if (tables.length === 0) {
    if (raw !== undefined && raw.source !== 'registers') throw wrong(`${place}.days`, [], 'tables of the periods, or source: registers');
    return;
  }
  for (const weekday of WEEKDAYS) {
    for (const season of seasons.length === 0 ? [undefined] : seasons) {
      const fits = tables.some(
        ({ days, seasons: names }) =>
          days.includes(weekday) && (names.length === 0 || (season !== undefined && names.includes(season.name))),
      );
      if (!fits) throw wrong(`${place}.days`, weekday, `a table for ${weekday}${season === undefined ? '' : ` in season ${season.name}`}`);
    }
  }
}

function stepsOf(raw: NonNullable<VersionFile['steps']>, place: string, wrong: Wrong): StepPlan {
  const blocks = raw.blocks.map(({ upTo, add }, index) => ({
    upTo: upTo === undefined ? undefined : energyOf(upTo, `${place}.blocks[${index}].upTo`, wrong),
    add: priceOf(add, `${place}.blocks[${index}].add`, wrong),
  }));
  for (const [index, { upTo }] of blocks.entries()) {
    const isLast = index === blocks.length - 1;
    const before = blocks[index - 1]?.upTo ?? 0n;
    if (isLast !== (upTo === undefined))
      throw wrong(`${place}.blocks[${index}].upTo`, raw.blocks[index]?.upTo, isLast ? 'none for the last block' : 'it to be set');
    if (upTo !== undefined && upTo <= before)
      throw wrong(`${place}.blocks[${index}].upTo`, raw.blocks[index]?.upTo, 'more than the block before');
  }
  return {
    basis: raw.basis,
    yearStart: raw.yearStart,
    blocks,
    largeFamilyPerMonth: energyOf(raw.largeFamilyPerMonth, `${place}.largeFamilyPerMonth`, wrong),
  };
}

function demandOf(raw: NonNullable<VersionFile['demand']>, place: string, wrong: Wrong): DemandPrice {
  return {
    price: priceOf(raw.price, `${place}.price`, wrong),
    tolerance: times(decimalOf(raw.tolerancePercent), HUNDREDTH),
    excessFactor: decimalOf(raw.excessFactor),
    highUse: raw.highUse === undefined ? undefined : { kwhPerKva: decimalOf(raw.highUse.kwhPerKva), factor: decimalOf(raw.highUse.factor) },
  };
}

function powerFactorOf(raw: NonNullable<VersionFile['powerFactor']>, place: string, wrong: Wrong): PowerFactorTable {
  const base = hundredthsOf(raw.base);
  const walk = (side: 'below' | 'above') =>
    raw[side].map(({ to, percent }, index) => {
      const reached = index === 0 ? base : hundredthsOf(raw[side][index - 1]?.to ?? raw.base);
      const goesOn = side === 'below' ? hundredthsOf(to) < reached : hundredthsOf(to) > reached;
      if (!goesOn) throw wrong(`${place}.${side}[${index}].to`, to, `a power factor ${side} ${reached / 100}, where the block before ends`);
      return { to: hundredthsOf(to), percent: decimalOf(percent) };
    });
  return { base, below: walk('below'), above: walk('above') };
}

const lossesOf = (raw: NonNullable<VersionFile['losses']>): LossPlan => ({
  iron: decimalOf(raw.ironKwPerKva),
  copper: times(decimalOf(raw.copperPercent), HUNDREDTH),
  line: times(decimalOf(raw.linePercent), HUNDREDTH),
  reactiveIron: decimalOf(raw.reactiveIronKvarPerKva),
  reactiveCopper: times(decimalOf(raw.reactiveCopperPercent), HUNDREDTH),
});

const hundredthsOf = (text: string): number => Number(text.replace('.', ''));

/** @param text a decimal by its schema */
function decimalOf(text: string): Rational {
  const parsed = parseDecimal(text);
  return parsed.ok ? rationalOf(parsed.value) : rational(0n);
}

/** Of a part of a price too: what a step adds. */
export function priceOf(text: string, place: string, wrong: Wrong): Price {
  const parsed = parsePrice(text);
  if (!parsed.ok) throw wrong(place, text, parsed.error.expected);
  if (parsed.value < 0n) throw wrong(place, text, 'a price of 0 or more');
  return parsed.value;
}

function energyOf(text: string, place: string, wrong: Wrong): Energy {
  const parsed = parseEnergy(text);
  if (!parsed.ok) throw wrong(place, text, parsed.error.expected);
  return parsed.value;
}
