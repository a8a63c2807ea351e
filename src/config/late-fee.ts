import path from 'node:path';
import type { LateFeeInput, LateFeeRate } from '../core/model/late-fee.ts';
import { parseInstant } from '../kernel/clock.ts';
import { parseDecimal } from '../kernel/decimal.ts';
import { type BusinessDay, businessDayOf, parseBusinessDay, type Zone } from '../kernel/local-time.ts';
import { type Rational, rational, rationalOf, times } from '../kernel/rational.ts';
import { type Money, parseFen } from '../kernel/units.ts';
import { zoneOf } from './bill-input.ts';
import { LateFeeInputSchema } from './bill-input-schema.ts';
import { configError, readYaml, type Wrong } from './read-yaml.ts';
import { LateFeeFileSchema } from './tariff-schema.ts';

export const DEFAULT_LATE_FEES = path.join(import.meta.dirname, '../../config/late-fees/default.yaml');

/** Reads the dated rates of late fees, in order of their start. */
export function loadLateFeeRates(file: string): readonly LateFeeRate[] {
  const raw = readYaml(file, LateFeeFileSchema);
  const wrong: Wrong = (place, value, expected) => configError(file, place, value, expected);
  return raw.rates
    .map((rate, index) => ({
      from: dayOf(rate.from, undefined, `rates[${index}].from`, wrong),
      classes: rate.classes,
      sameYear: permilleOf(rate.sameYearPermille),
      laterYears: permilleOf(rate.laterYearsPermille),
      minimum: fenOf(rate.minimum, `rates[${index}].minimum`, wrong),
    }))
    .sort((left, right) => (left.from < right.from ? -1 : 1));
}

export function loadLateFeeInput(file: string): LateFeeInput {
  const raw = readYaml(file, LateFeeInputSchema);
  const wrong: Wrong = (place, value, expected) => configError(file, place, value, expected);
  const zone = zoneOf(raw.zone, wrong);
  const needed = <T>(value: T | undefined, field: string): T => {
    if (value === undefined) throw wrong(field, undefined, 'it to be set');
    return value;
  };
  return {
    customerClass: raw.class,
    principal: fenOf(needed(raw.principal ?? raw.amount, 'principal'), 'principal', wrong),
    due: dayOf(needed(raw.due ?? raw.dueDate, 'due'), zone, 'due', wrong),
    until: dayOf(needed(raw.until ?? raw.asOf, 'until'), zone, 'until', wrong),
    rate: raw.ratePermille === undefined ? undefined : permilleOf(String(raw.ratePermille)),
    payments: raw.payments.map(({ at, amount }, index) => ({
      day: dayOf(at, zone, `payments[${index}].at`, wrong),
      amount: fenOf(amount, `payments[${index}].amount`, wrong),
    })),
    cap: raw.cap === undefined ? undefined : fenOf(raw.cap, 'cap', wrong),
  };
}

function dayOf(text: string, zone: Zone | undefined, place: string, wrong: Wrong): BusinessDay {
  const at = zone === undefined ? undefined : parseInstant(text);
  const day = parseBusinessDay(text) ?? (at === undefined || zone === undefined ? undefined : businessDayOf(at, zone));
  if (day === undefined) throw wrong(place, text, 'a day, as 2026-06-25, or an RFC 3339 instant');
  return day;
}

function fenOf(value: string | number, place: string, wrong: Wrong): Money {
  const parsed = parseFen(String(value));
  if (!parsed.ok) throw wrong(place, value, 'yuan in whole fen, as 120.50');
  return parsed.value;
}

/** @param text a decimal by its schema */
function permilleOf(text: string): Rational {
  const parsed = parseDecimal(text);
  return parsed.ok ? times(rationalOf(parsed.value), rational(1n, 1000n)) : rational(0n);
}
