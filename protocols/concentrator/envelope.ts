import { type Instant, parseInstant } from '../../src/kernel/clock.ts';
import { type Decimal, parseDecimal } from '../../src/kernel/decimal.ts';
import type { LocalTime } from '../../src/kernel/local-time.ts';
import { err, ok, type Result } from '../../src/kernel/result.ts';
import { ENVELOPE_SCHEMA, type ObjectRule, type Rule } from './envelope-schema.ts';
import { parseObject } from './json.ts';

/** Readings that a concentrator took by itself and pushes, one sample or what it has stored while nobody listened. */
export interface Envelope {
  readonly run: string;
  /** Counts envelopes within a run. */
  readonly seq: number;
  readonly sentAt: Instant;
  readonly samples: readonly Sample[];
}

export interface Sample {
  readonly port: number;
  /** The address on that port. */
  readonly meter: string;
  /** By the concentrator's clock. */
  readonly readAt: Instant;
  /** By the meter's own; undefined for what it shows now. */
  readonly meterTime: LocalTime | undefined;
  readonly values: readonly SampleValue[];
}

export interface SampleValue {
  readonly register: string;
  /** Undefined where it is missing. */
  readonly value: Decimal | undefined;
  readonly unit: string;
  readonly quality: 'good' | 'suspect' | 'missing';
}

export interface EnvelopeError {
  readonly code: 'bad-envelope';
  /** As `samples[3].values[0].value`; empty for the whole message. */
  readonly path: string;
  /** What stands there, cut to a length for a log; undefined where nothing does. */
  readonly found: string | undefined;
  readonly expected: string;
}

/** A thousand samples of a few registers need less. */
const LONGEST_PAYLOAD = 1_048_576;
const LONGEST_FOUND = 80;
const ENERGY = /^1-0:[1-9]\.8\./;
const POWER = /^1-0:(1|2|16|21|41|61)\.7\.0$/;

/** What the schema promises of a message that fits it, before instants and decimals are read. */
interface RawValue {
  readonly register: string;
  readonly value?: string;
  readonly unit: string;
  readonly quality: SampleValue['quality'];
}
interface RawSample {
  readonly port: number;
  readonly meter: string;
  readonly readAt: string;
  readonly meterTime?: string;
  readonly values: readonly RawValue[];
}
interface RawEnvelope {
  readonly run: string;
  readonly seq: number;
  readonly sentAt: string;
  readonly samples: readonly RawSample[];
}

/** @errors bad-envelope: names the first field that is wrong, what stands there and what was expected */
export function decodeEnvelope(payload: string): Result<Envelope, EnvelopeError> {
  const message = payload.length > LONGEST_PAYLOAD ? undefined : parseObject(payload);
  if (message === undefined) return bad('', payload, `one JSON object of at most ${LONGEST_PAYLOAD} characters`);
  const misfit = misfitOf(ENVELOPE_SCHEMA, message, '');
  if (misfit !== undefined) return err(misfit);
  const { run, seq, sentAt, samples: rawSamples } = message as unknown as RawEnvelope;
  const sent = parseInstant(sentAt);
  if (sent === undefined) return bad('sentAt', sentAt, ENVELOPE_SCHEMA.properties.sentAt.description);
  const samples: Sample[] = [];
  for (const [index, raw] of rawSamples.entries()) {
    const sample = sampleOf(raw, `samples[${index}]`);
    if (!sample.ok) return sample;
    samples.push(sample.value);
  }
  return ok({ run, seq, sentAt: sent, samples });
}

function sampleOf(raw: RawSample, path: string): Result<Sample, EnvelopeError> {
  const readAt = parseInstant(raw.readAt);
  if (readAt === undefined) return bad(`${path}.readAt`, raw.readAt, 'a day and an hour that exist');
  const meterTime = raw.meterTime === undefined ? undefined : localTimeOf(raw.meterTime);
  if (raw.meterTime !== undefined && meterTime === undefined)
    return bad(`${path}.meterTime`, raw.meterTime, 'a day and an hour that exist');
  const values: SampleValue[] = [];
  for (const [index, rawValue] of raw.values.entries()) {
    const value = valueIn(rawValue, `${path}.values[${index}]`);
    if (!value.ok) return value;
    if (values.some(({ register }) => register === value.value.register))
      return bad(`${path}.values[${index}].register`, rawValue.register, 'a register that stands in the sample once');
    values.push(value.value);
  }
  return ok({ port: raw.port, meter: raw.meter, readAt, meterTime, values });
}

function valueIn({ register, value: text, unit, quality }: RawValue, path: string): Result<SampleValue, EnvelopeError> {
  const unitWanted = ENERGY.test(register) ? 'kWh' : POWER.test(register) ? 'kW' : unit;
  if (unit !== unitWanted) return bad(`${path}.unit`, unit, `${unitWanted}, the unit of ${register}`);
  if (quality === 'missing') {
    return text === undefined
      ? ok({ register, value: undefined, unit, quality })
      : bad(`${path}.value`, text, 'none: its quality is missing');
  }
  const value = text === undefined ? undefined : parseDecimal(text);
  if (value?.ok !== true) return bad(`${path}.value`, text, `a decimal in quotes: its quality is ${quality}`);
  if (unit === 'kWh' && value.value.unscaled < 0n)
    return bad(`${path}.value`, text, 'zero or more: a register of energy never falls below');
  return ok({ register, value: value.value, unit, quality });
}

/** `2026-11-27T22:00:00`; undefined where there is no such day or hour. */
function localTimeOf(text: string): LocalTime | undefined {
  if (parseInstant(`${text}Z`) === undefined) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = text.split(/[-T:]/).map(Number);
  return hour > 23 ? undefined : { year, month, day, hour, minute, second };
}

function misfitOf(rule: Rule | ObjectRule, value: unknown, path: string): EnvelopeError | undefined {
  if ('enum' in rule) return rule.enum.some((choice) => choice === value) ? undefined : misfit(path, value, rule.description);
  switch (rule.type) {
    case 'integer':
      return Number.isInteger(value) && Number(value) >= rule.minimum && Number(value) <= rule.maximum
        ? undefined
        : misfit(path, value, rule.description);
    case 'string':
      return typeof value === 'string' && value.length <= rule.maxLength && new RegExp(rule.pattern).test(value)
        ? undefined
        : misfit(path, value, rule.description);
    case 'array':
      if (!Array.isArray(value) || value.length < rule.minItems || value.length > rule.maxItems)
        return misfit(path, value, rule.description);
      return firstOf(value, (item, index) => misfitOf(rule.items, item, `${path}[${index}]`));
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value)
        ? misfitWithin(rule, value as Readonly<Record<string, unknown>>, path)
        : misfit(path, value, rule.description);
  }
}

function misfitWithin(
  { properties, required }: ObjectRule,
  value: Readonly<Record<string, unknown>>,
  path: string,
): EnvelopeError | undefined {
  return firstOf(Object.entries(properties), ([name, rule]) => {
    const below = path === '' ? name : `${path}.${name}`;
    const found = Object.hasOwn(value, name) ? value[name] : undefined;
    if (found === undefined) return required.includes(name) ? misfit(below, undefined, rule.description) : undefined;
    return misfitOf(rule, found, below);
  });
}

function firstOf<T>(items: readonly T[], look: (item: T, index: number) => EnvelopeError | undefined): EnvelopeError | undefined {
  for (const [index, item] of items.entries()) {
    const found = look(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}

const misfit = (path: string, value: unknown, expected: string): EnvelopeError => ({
  code: 'bad-envelope',
  path,
  found: (JSON.stringify(value) as string | undefined)?.slice(0, LONGEST_FOUND),
  expected,
});

const bad = (path: string, value: unknown, expected: string) => err(misfit(path, value, expected));
