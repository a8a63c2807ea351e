import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeFrame, encodeFrame } from '../../protocols/dlt645/index.ts';

describe('DL/T 645-1997 descriptions', () => {
  test('never throw on a verified frame, whatever it holds', () => {
    const control = fc.integer({ min: 0, max: 255 });
    const data = fc.uint8Array({ maxLength: 80 });
    fc.assert(
      fc.property(control, data, (byte, bytes) => {
        const frame = encodeFrame({ address: '000000063295', control: byte, data: bytes });
        expect(describeFrame('dlt645-1997', frame).ok).toBe(true);
      }),
      { numRuns: 50_000 },
    );
  });

  test('never throw on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        expect(typeof describeFrame('dlt645-1997', bytes).ok).toBe('boolean');
      }),
      { numRuns: 50_000 },
    );
  });
});
