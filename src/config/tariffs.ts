import { dirname, resolve } from 'node:path';
import { BEGINNING } from '../core/model/archive.ts';
import type { PricePlan } from '../core/model/price-plan.ts';
import { ENERGY_LINES, statedPlan } from '../core/model/stated-plan.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { loadPricePlan, priceOf } from './price-plan.ts';
import type { Wrong } from './read-yaml.ts';
import type { ConfigFile } from './schema.ts';

/** Yuan per kWh of a component, as decimal text. */
export interface StatedRate {
  readonly component: string;
  readonly price: string;
}

/** A tariff of the configuration. */
export interface ConfiguredTariff {
  readonly plan: PricePlan;
  /** Where the configuration says prices alone: since when they hold is for the archive to tell. */
  readonly rates: readonly StatedRate[] | undefined;
}

type RawTariff = ConfigFile['tariffs'][number];

export function tariffsOf({ tariffs }: ConfigFile, file: string, wrong: Wrong): ReadonlyMap<string, ConfiguredTariff> {
  const found = new Map<string, ConfiguredTariff>();
  for (const [index, raw] of tariffs.entries()) {
    const tariff = tariffOf(raw, `tariffs[${index}]`, file, wrong);
    if (found.has(tariff.plan.id)) throw wrong('tariffs', tariff.plan.id, 'an id of its own for each tariff');
    found.set(tariff.plan.id, tariff);
  }
  return found;
}

function tariffOf({ file: planFile, id, rates }: RawTariff, place: string, file: string, wrong: Wrong): ConfiguredTariff {
  if (planFile !== undefined) {
    if (id !== undefined || rates !== undefined) throw wrong(place, id ?? rates, 'either file, or id and rates');
    return { plan: loadPricePlan(resolve(dirname(file), planFile)), rates: undefined };
  }
  if (id === undefined) throw wrong(`${place}.id`, undefined, 'an id, or file with the path of a price plan');
  if (rates === undefined) throw wrong(`${place}.rates`, undefined, 'prices, or file with the path of a price plan');
  const prices = new Map(rates.map((rate, index) => rateOf(rate, `${place}.rates[${index}]`, wrong)));
  for (const [index, { component }] of rates.entries())
    if (rates.findIndex((other) => other.component === component) !== index)
      throw wrong(`${place}.rates[${index}].component`, component, 'a component of its own for each rate: it is what is posted');
  if (prices.has('energy') && prices.size > 1)
    throw wrong(
      `${place}.rates`,
      rates.map(({ component }) => component),
      'energy alone, or one rate for each period of the day',
    );
  const stated = rates.map(({ component, price }) => ({ component, price }));
  return { plan: statedPlan(id, canonicalJson(stated), [{ from: BEGINNING, prices }]), rates: stated };
}

function rateOf({ component, register, price }: NonNullable<RawTariff['rates']>[number], place: string, wrong: Wrong) {
  const line = ENERGY_LINES.find((each) => each.component === component);
  if (line === undefined)
    throw wrong(
      `${place}.component`,
      component,
      `one of ${ENERGY_LINES.map((each) => each.component).join(', ')}; a price plan has others`,
    );
  if (register !== line.register) throw wrong(`${place}.register`, register, `${line.register}, which counts ${component}`);
  return [component, priceOf(price, `${place}.price`, wrong)] as const;
}
