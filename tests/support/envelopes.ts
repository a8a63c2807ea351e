/** Envelopes as a concentrator writes them. */
export interface EnvelopeText {
  v: unknown;
  run: unknown;
  seq: unknown;
  sentAt: unknown;
  samples: unknown;
}

export const goodValue = { register: '1-0:1.8.0', value: '1234.56', unit: 'kWh', quality: 'good' };
export const goodSample = {
  port: 1,
  meter: '000000000001',
  readAt: '2026-11-24T12:00:00Z',
  meterTime: '2026-11-24T20:00:03',
  values: [goodValue],
};
export const goodEnvelope: EnvelopeText = { v: 1, run: 'boot-7', seq: 17, sentAt: '2026-11-24T12:00:05Z', samples: [goodSample] };

export const envelopeWith = (fields: Partial<EnvelopeText>) => JSON.stringify({ ...goodEnvelope, ...fields });
export const envelopeOf = (sample: object) => envelopeWith({ samples: [goodSample, { ...goodSample, ...sample }] });
export const envelopeOfValue = (value: object) =>
  envelopeOf({
    values: [
      { ...goodValue, register: '1-0:2.8.0' },
      { ...goodValue, ...value },
    ],
  });
