import path from 'node:path';
import type { LateFeeInput, LateFeeRate } from '../core/model/late-fee.ts';
import { type BusinessDay, parseBusinessDay } from '../kernel/local-time.ts';
import { type Rational, rational, times } from '../kernel/rational.ts';
import { type Money, parseFen } from '../kernel/units.ts';
import { decimalOf, eitherOf, timeOf, zoneOf } from './bill-input.ts';
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
      from: dayOf(rate.from, `rates[${index}].from`, wrong),
      classes: rate.classes,
      sameYear: permilleOf(rate.sameYearPermille, `rates[${index}].sameYearPermille`, wrong),
      laterYears: permilleOf(rate.laterYearsPermille, `rates[${index}].laterYearsPermille`, wrong),
      minimum: fenOf(rate.minimum, `rates[${index}].minimum`, wrong),
    }))
    .sort((left, right) => (left.from < right.from ? -1 : 1));
}

export function loadLateFeeInput(file: string): LateFeeInput {
  const raw = readYaml(file, LateFeeInputSchema);
  const wrong: Wrong = (place, value, expected) => configError(file, place, value, expected);
  const zone = zoneOf(raw.zone, wrong);
  const needed = <Value>({ value, place }: { readonly value: Value | undefined; readonly place: string }) => {
    if (value === undefined) throw wrong(place, undefined, 'it to be set');
    return { value, place };
  };
  const principal = needed(eitherOf(raw, 'principal', 'amount', '', wrong));
  const due = needed(eitherOf(raw, 'due', 'dueDate', '', wrong));
  const until = needed(eitherOf(raw, 'until', 'asOf', '', wrong));
  return {
    customerClass: raw.class,
    principal: fenOf(principal.value, principal.place, wrong),
    due: timeOf(due.value, zone, due.place, wrong).day,
    until: timeOf(until.value, zone, until.place, wrong).day,
    rate: raw.ratePermille === undefined ? undefined : permilleOf(raw.ratePermille, 'ratePermille', wrong),
    payments: raw.payments.map(({ at, amount }, index) => ({
      day: timeOf(at, zone, `payments[${index}].at`, wrong).day,
      amount: fenOf(amount, `payments[${index}].amount`, wrong),
    })),
    cap: raw.cap === undefined ? undefined : fenOf(raw.cap, 'cap', wrong),
  };
}

function dayOf(text: string, place: string, wrong: Wrong): BusinessDay {
  const day = parseBusinessDay(text);
  if (day === undefined) throw wrong(place, text, 'a day of the calendar, as 2026-06-25');
  return day;
}

function fenOf(value: string | number, place: string, wrong: Wrong): Money {
  const parsed = parseFen(String(value));
  if (!parsed.ok) throw wrong(place, value, 'yuan in whole fen, as 120.50');
  return parsed.value;
}

const permilleOf = (value: string | number, place: string, wrong: Wrong): Rational =>
  times(decimalOf(value, place, wrong), rational(1n, 1000n));
