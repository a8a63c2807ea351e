import { describe, expect, test } from 'vitest';
import { decodeLoadRecords, encodeLoadRecord } from '../../../../../protocols/dlt645/2007/load-record.ts';
import { describeFrame } from '../../../../../protocols/dlt645/index.ts';
import { formatValue } from '../../../../../protocols/shared/value.ts';
import { fromHex, toHex } from '../../../../../src/kernel/bytes.ts';

const bytesOf = (hex: string) => fromHex(hex) ?? new Uint8Array(0);
const told = (hex: string) =>
  decodeLoadRecords(bytesOf(hex)).records.map(({ time, intact, items }) => ({
    time: time === null ? null : formatValue(time),
    intact,
    items: items.map(({ register, value, unit }) => `${register} ${value === null ? 'none' : formatValue(value)} ${unit}`),
  }));

/**
 * Worked out by hand: 2026-11-24 08:15, energies only. Behind len: 5 of time, 16 of energies, six AA: 1B.
 * A0+A0+1B = 15B; 15+08+24+11+26 = 78; 56+34+12+00 = 9C, 10, 00, 05+00+00+80 = 85 (combined reactive 1 is -0.05);
 * 6 × AA = 3FC. 15B + 78 + 9C + 10 + 85 + 3FC = 700, so CS is 00.
 */
const ENERGIES = 'A0 A0 1B 15 08 24 11 26 AA AA AA 56 34 12 00 10 00 00 00 05 00 00 80 00 00 00 00 AA AA AA 00 E5';
/**
 * Of one phase at 08:30: 230.1 V, no B and C, 1.500 A, 50.00 Hz: 01 23 FF FF FF FF 00 15 00, six FF, 00 50. Behind len:
 * 5 + 17 + 6 = 1C. A0+A0+1C = 15C; 30+08+24+11+26 = 93; 01+23 = 24; 4 × FF = 3FC; 15; 6 × FF = 5FA; 50; 3FC of AA.
 * 15C + 93 + 24 + 3FC + 15 + 5FA + 50 + 3FC = 106A, so CS is 6A.
 */
const VOLTAGES = 'A0 A0 1C 30 08 24 11 26 01 23 FF FF FF FF 00 15 00 FF FF FF FF FF FF 00 50 AA AA AA AA AA AA 6A E5';

describe('load records', () => {
  test('are read section by section, with the registers and signs of the catalogue; what is not recorded is not there', () => {
    expect(told(ENERGIES)).toEqual([
      {
        time: '2026-11-24T08:15',
        intact: true,
        items: ['1-0:1.8.0 1234.56 kWh', '1-0:2.8.0 0.10 kWh', 'dlt645:00030000 -0.05 kvarh', 'dlt645:00040000 0.00 kvarh'],
      },
    ]);
    expect(told(VOLTAGES)[0]?.items).toEqual([
      '1-0:32.7.0 230.1 V',
      '1-0:52.7.0 none V',
      '1-0:72.7.0 none V',
      '1-0:31.7.0 1.500 A',
      '1-0:51.7.0 none A',
      '1-0:71.7.0 none A',
      '1-0:14.7.0 50.00 Hz',
    ]);
  });

  test('follow one another', () => {
    expect(told(ENERGIES + VOLTAGES).map(({ time }) => time)).toEqual(['2026-11-24T08:15', '2026-11-24T08:30']);
  });

  test('are found where a maker counts the checksum in the length', () => {
    // len 1C, so CS is 01.
    expect(told(ENERGIES.replace('1B', '1C').replace('00 E5', '01 E5'))).toEqual(told(ENERGIES));
  });

  test('that the meter calls bad say so', () => {
    // E0 E0 for A0 A0: 80 more
    expect(told(ENERGIES.replace('A0 A0', 'E0 E0').replace('00 E5', '80 E5'))[0]).toMatchObject({ intact: false });
  });

  test.each([
    ['a wrong checksum', ENERGIES.replace('00 E5', '07 E5')],
    ['five sections', ENERGIES.replace('AA AA AA 00 E5', 'AA AA 56 E5').replace('1B', '1A')],
    ['no end', ENERGIES.slice(0, -3)],
    ['noise', 'A0 12'],
  ])('with %s are no records: their bytes are kept as extra', (_, hex) => {
    expect(decodeLoadRecords(bytesOf(hex))).toEqual({ records: [], extra: bytesOf(hex) });
  });

  test('that are not there are no error', () => {
    expect(decodeLoadRecords(new Uint8Array(0))).toEqual({ records: [], extra: new Uint8Array(0) });
  });

  test('are encoded as worked out by hand', () => {
    const none = new Uint8Array(0);
    const time = { year: 2026, month: 11, day: 24, hour: 8, minute: 15, second: 0 };
    const record = encodeLoadRecord(time, [none, none, none, bytesOf('56 34 12 00 10 00 00 00 05 00 00 80 00 00 00 00'), none, none]);
    expect(toHex(record)).toBe(toHex(bytesOf(ENERGIES)));
  });

  test('in a reply are told with their times', () => {
    // 01 00 04 06 and the record of 08:15, 32 bytes, as they travel: 24 hex of length. The data sum, before the 33H step, is
    // 0B + 700 (all but CS and E5) + 00 + E5 = 7F0; 36 bytes × 33 = 72C; 1E4 + 91 + 24 + 7F0 + 72C = 11B5.
    const data = bytesOf(`01 00 04 06 ${ENERGIES}`).map((byte) => byte + 0x33);
    const frame = bytesOf(`68 78 56 34 12 00 00 68 91 24 ${toHex(data)} B5 16`);
    const description = describeFrame('dlt645-2007', frame);
    expect(description.ok && description.value.items[0]).toEqual({
      di: '00010000',
      register: '1-0:1.8.0',
      name: 'current forward active energy total',
      value: '1234.56',
      unit: 'kWh',
      time: '2026-11-24T08:15',
    });
  });
});
