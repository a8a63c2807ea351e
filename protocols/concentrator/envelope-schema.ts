/**
 * The envelope of readings, version 1: one table from which the decoder, its complaints and the published JSON schema come
 * (docs/concentrator-envelope.schema.json). Fields that are not named here are left alone, so that a maker may add its own.
 */
export type Rule =
  | { readonly type: 'integer'; readonly description: string; readonly minimum: number; readonly maximum: number }
  | { readonly type: 'string'; readonly description: string; readonly pattern: string; readonly maxLength: number }
  | { readonly enum: readonly (string | number)[]; readonly description: string }
  | {
      readonly type: 'array';
      readonly description: string;
      readonly items: ObjectRule;
      readonly minItems: number;
      readonly maxItems: number;
    };

export interface ObjectRule {
  readonly type: 'object';
  readonly description: string;
  readonly properties: Readonly<Record<string, Rule>>;
  readonly required: readonly string[];
}

const INSTANT = '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,3})?Z$';
const LOCAL_TIME = '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d$';

const VALUE = {
  type: 'object',
  description: 'a register and what it said',
  properties: {
    register: {
      type: 'string',
      description: 'the register, as 1-0:1.8.0 or dlt645:00010000',
      pattern: '^(1-0:\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}(\\*\\d{1,3})?|dlt645:[0-9A-F]{8})$',
      maxLength: 24,
    },
    value: {
      type: 'string',
      description: 'a decimal in quotes, as 1234.56, with at most ten digits before the point and six after it',
      pattern: '^-?\\d{1,10}(\\.\\d{1,6})?$',
      maxLength: 18,
    },
    unit: { type: 'string', description: 'the unit, kWh for energy and kW for power', pattern: '^[A-Za-z%°/0-9]+$', maxLength: 16 },
    quality: {
      enum: ['good', 'suspect', 'missing'],
      description: 'good, suspect where the concentrator doubts it, or missing where the meter gave none and there is no value',
    },
  },
  required: ['register', 'unit', 'quality'],
} as const satisfies ObjectRule;

const SAMPLE = {
  type: 'object',
  description: 'registers of one meter that were read together',
  properties: {
    port: { type: 'integer', description: 'the serial port of the concentrator, 1 to 255', minimum: 1, maximum: 255 },
    meter: { type: 'string', description: 'the meter’s address on that port, 1 to 12 digits', pattern: '^\\d+$', maxLength: 12 },
    readAt: {
      type: 'string',
      description: 'when the concentrator read them by its own clock, UTC as 2026-11-27T14:00:00Z',
      pattern: INSTANT,
      maxLength: 24,
    },
    meterTime: {
      type: 'string',
      description:
        'when the meter measured them by its own clock, local and without a zone, as 2026-11-27T22:00:00; absent for what it shows now',
      pattern: LOCAL_TIME,
      maxLength: 19,
    },
    values: { type: 'array', description: '1 to 64 values', items: VALUE, minItems: 1, maxItems: 64 },
  },
  required: ['port', 'meter', 'readAt', 'values'],
} as const satisfies ObjectRule;

export const ENVELOPE_SCHEMA = {
  type: 'object',
  title: 'Feikong concentrator envelope, version 1',
  description: 'an envelope of readings',
  properties: {
    v: { enum: [1], description: 'the version, 1' },
    run: {
      type: 'string',
      description: 'a name of 1 to 64 characters that changes whenever seq begins again',
      pattern: '^[!-~]+$',
      maxLength: 64,
    },
    seq: { type: 'integer', description: 'one more than in the envelope before, from 0', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
    sentAt: { type: 'string', description: 'when the envelope was made, UTC as 2026-11-27T14:00:05Z', pattern: INSTANT, maxLength: 24 },
    samples: { type: 'array', description: '1 to 1000 samples', items: SAMPLE, minItems: 1, maxItems: 1000 },
  },
  required: ['v', 'run', 'seq', 'sentAt', 'samples'],
} as const satisfies ObjectRule & { readonly title: string };
