import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeEnvelope, ENVELOPE_SCHEMA } from '../../../../protocols/concentrator/index.ts';
import { instant } from '../../../support/core-facts.ts';
import { envelopeOf, envelopeOfValue, envelopeWith, goodEnvelope, goodSample } from '../../../support/envelopes.ts';

const errorOf = (payload: string) => {
  const decoded = decodeEnvelope(payload);
  return decoded.ok ? undefined : decoded.error;
};

describe('An envelope', () => {
  test('is run, place in it, and samples with their two clocks', () => {
    expect(decodeEnvelope(envelopeWith({}))).toEqual({
      ok: true,
      value: {
        run: 'boot-7',
        seq: 17,
        sentAt: instant('2026-11-24T12:00:05Z'),
        samples: [
          {
            port: 1,
            meter: '000000000001',
            readAt: instant('2026-11-24T12:00:00Z'),
            meterTime: { year: 2026, month: 11, day: 24, hour: 20, minute: 0, second: 3 },
            values: [{ register: '1-0:1.8.0', value: { unscaled: 123_456n, scale: 2 }, unit: 'kWh', quality: 'good' }],
          },
        ],
      },
    });
  });

  test('may leave out the meter’s clock, and the value that is missing, and have fields of its maker', () => {
    const { meterTime: _, ...withoutTime } = goodSample;
    const missing = { register: 'dlt645:02010100', unit: 'V', quality: 'missing' };
    const decoded = decodeEnvelope(envelopeWith({ samples: [{ ...withoutTime, signal: -71, values: [missing] }] }));
    expect(decoded).toMatchObject({
      value: { samples: [{ meterTime: undefined, values: [{ register: 'dlt645:02010100', value: undefined, quality: 'missing' }] }] },
    });
  });

  test.each([
    ['', 'no JSON', '', '"no JSON"', /^one JSON object/],
    ['', '[]', '', '"[]"', /^one JSON object/],
    ['v', envelopeWith({ v: 2 }), 'v', '2', /^the version, 1$/],
    ['v', envelopeWith({ v: undefined }), 'v', undefined, /^the version, 1$/],
    ['run', envelopeWith({ run: '' }), 'run', '""', /changes whenever seq begins again/],
    ['seq', envelopeWith({ seq: -1 }), 'seq', '-1', /^one more than/],
    ['seq', envelopeWith({ seq: 1.5 }), 'seq', '1.5', /^one more than/],
    ['seq', envelopeWith({ seq: '17' }), 'seq', '"17"', /^one more than/],
    ['sentAt', envelopeWith({ sentAt: '2026-11-24 12:00' }), 'sentAt', '"2026-11-24 12:00"', /UTC/],
    ['sentAt', envelopeWith({ sentAt: '2026-02-30T12:00:00Z' }), 'sentAt', '"2026-02-30T12:00:00Z"', /UTC/],
    ['samples', envelopeWith({ samples: [] }), 'samples', '[]', /^1 to 1000 samples$/],
    ['samples', envelopeWith({ samples: {} }), 'samples', '{}', /^1 to 1000 samples$/],
    ['sample', envelopeWith({ samples: [7] }), 'samples[0]', '7', /read together/],
    ['port', envelopeOf({ port: 0 }), 'samples[1].port', '0', /serial port/],
    ['meter', envelopeOf({ meter: 'M1' }), 'samples[1].meter', '"M1"', /1 to 12 digits/],
    ['readAt', envelopeOf({ readAt: undefined }), 'samples[1].readAt', undefined, /by its own clock/],
    ['readAt', envelopeOf({ readAt: '2026-13-01T00:00:00Z' }), 'samples[1].readAt', '"2026-13-01T00:00:00Z"', /exist/],
    ['meterTime', envelopeOf({ meterTime: '2026-11-24T20:00:03Z' }), 'samples[1].meterTime', '"2026-11-24T20:00:03Z"', /without a zone/],
    ['meterTime', envelopeOf({ meterTime: '2026-11-24T25:00:03' }), 'samples[1].meterTime', '"2026-11-24T25:00:03"', /exist/],
    ['values', envelopeOf({ values: [] }), 'samples[1].values', '[]', /^1 to 64 values$/],
    ['register', envelopeOfValue({ register: 'energy' }), 'samples[1].values[1].register', '"energy"', /as 1-0:1\.8\.0/],
    ['register twice', envelopeOfValue({ register: '1-0:2.8.0' }), 'samples[1].values[1].register', '"1-0:2.8.0"', /once/],
    ['value', envelopeOfValue({ value: 1234.56 }), 'samples[1].values[1].value', '1234.56', /decimal in quotes/],
    ['value', envelopeOfValue({ value: '1e3' }), 'samples[1].values[1].value', '"1e3"', /decimal in quotes/],
    ['value', envelopeOfValue({ value: '-0.01' }), 'samples[1].values[1].value', '"-0.01"', /zero or more/],
    ['value', envelopeOfValue({ value: undefined }), 'samples[1].values[1].value', undefined, /its quality is good/],
    ['value', envelopeOfValue({ quality: 'missing' }), 'samples[1].values[1].value', '"1234.56"', /none/],
    ['unit', envelopeOfValue({ unit: 'Wh' }), 'samples[1].values[1].unit', '"Wh"', /kWh, the unit of 1-0:1\.8\.0/],
    ['unit', envelopeOfValue({ register: '1-0:16.7.0', unit: 'W' }), 'samples[1].values[1].unit', '"W"', /kW/],
    ['quality', envelopeOfValue({ quality: 'ok' }), 'samples[1].values[1].quality', '"ok"', /good, suspect/],
  ])('names the field that is wrong: %s', (_name, payload, path, found, expected) => {
    expect(errorOf(payload)).toEqual({ code: 'bad-envelope', path, found, expected: expect.stringMatching(expected) });
  });

  test('is never longer than a broker message may be', () => {
    expect(errorOf(envelopeWith({ run: 'x'.repeat(2_000_000) }))?.expected).toContain('at most 1048576 characters');
  });

  test('that the published schema refuses is refused, whatever it is', () => {
    const fits = new Ajv2020({ strict: false }).compile(ENVELOPE_SCHEMA);
    expect(fits(goodEnvelope)).toBe(true);
    const junk = fc.oneof(fc.jsonValue(), fc.constantFrom('', '1', 'kWh', 0, -1, 1, [], {}, [{}], [goodSample]));
    const paths = [
      ['v'],
      ['run'],
      ['seq'],
      ['sentAt'],
      ['samples'],
      ...['port', 'meter', 'readAt', 'meterTime', 'values'].map((name) => ['samples', '0', name]),
    ];
    const valuePaths = ['register', 'value', 'unit', 'quality'].map((name) => ['samples', '0', 'values', '0', name]);
    fc.assert(
      fc.property(fc.constantFrom(...paths, ...valuePaths), junk, (path, value) => {
        const message = structuredClone(goodEnvelope) as unknown as Record<string, unknown>;
        let place: Record<string, unknown> = message;
        for (const name of path.slice(0, -1)) place = place[name] as Record<string, unknown>;
        place[path.at(-1) ?? ''] = value;
        const decoded = decodeEnvelope(JSON.stringify(message));
        if (!fits(message)) expect(decoded.ok).toBe(false);
        if (!decoded.ok) expect(decoded.error.path).not.toBe('');
      }),
      { numRuns: 2_000 },
    );
  });
});
