import { describe, expect, test } from 'vitest';
import { addressMatches, decodeFrame, encodeFrame } from '../../../../../protocols/dlt645/index.ts';
import { fromHex, toHex } from '../../../../../src/kernel/bytes.ts';
import { ok } from '../../../../../src/kernel/result.ts';

const hex = (text: string) => fromHex(text) ?? new Uint8Array(0);

describe('DL/T 645 frame', () => {
  test('decodes a frame worked out by hand from the standard', () => {
    // D0 + 114 + 91 + 04 + CD = 346
    const bytes = hex('68 78 56 34 12 00 00 68 91 04 33 33 34 33 46 16');
    expect(decodeFrame(bytes)).toEqual(ok({ address: '000012345678', control: 0x91, data: hex('00 00 01 00') }));
  });

  test('wraps data of CD and above around', () => {
    const bytes = encodeFrame({ address: '000000000001', control: 0x91, data: hex('CC CD FF 00') });
    expect(toHex(bytes.subarray(10, 14))).toBe('FF003233');
    expect(decodeFrame(bytes)).toMatchObject({ ok: true, value: { data: hex('CC CD FF 00') } });
  });

  test('takes no data and 255 bytes of data', () => {
    for (const length of [0, 255]) {
      const data = new Uint8Array(length).fill(0x16);
      expect(decodeFrame(encodeFrame({ address: '000000000001', control: 0x91, data }))).toMatchObject({ ok: true, value: { data } });
    }
  });

  test.each([
    ['bad-length', ''],
    ['bad-length', '68 78 56 34 12 00 00 68 91 00 16'],
    ['bad-length', '68 78 56 34 12 00 00 68 91 05 33 33 34 33 47 16'],
    ['bad-delimiter', '69 78 56 34 12 00 00 68 91 04 33 33 34 33 47 16'],
    ['bad-delimiter', '68 78 56 34 12 00 00 69 91 04 33 33 34 33 47 16'],
    ['bad-delimiter', '68 78 56 34 12 00 00 68 91 04 33 33 34 33 46 17'],
    ['bad-checksum', '68 78 56 34 12 00 00 68 91 04 33 33 34 33 47 16'],
  ])('refuses with %s: %s', (code, text) => {
    expect(decodeFrame(hex(text))).toEqual({ ok: false, error: { code } });
  });

  test('refuses to encode an address that has not 12 digits, and data past 255 bytes', () => {
    for (const address of ['', '12345678901', '12345678901G', '1234567890123']) {
      expect(() => encodeFrame({ address, control: 0x11, data: new Uint8Array(0) })).toThrow('12 digits');
    }
    expect(() => encodeFrame({ address: '000000000001', control: 0x11, data: new Uint8Array(256) })).toThrow('255');
  });
});

describe('address match', () => {
  test('takes the real address in answer to open high pairs', () => {
    expect(addressMatches('000012345678', '000012345678')).toBe(true);
    expect(addressMatches('AAAAAAAAAAAA', '000012345678')).toBe(true);
    expect(addressMatches('AAAAAAAA5678', '000012345678')).toBe(true);
    expect(addressMatches('AAAAAAAAAAAA', 'AAAAAAAAAAAA')).toBe(true);
  });

  test('refuses another meter, and AA in low pairs', () => {
    expect(addressMatches('000012345678', '000012345679')).toBe(false);
    expect(addressMatches('AAAAAAAA5678', '000012345679')).toBe(false);
    expect(addressMatches('00001234AAAA', '000012345678')).toBe(false);
    expect(addressMatches('000012345678', 'AAAAAAAAAAAA')).toBe(false);
  });
});
