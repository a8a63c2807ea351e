import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type RegisterRow, readValue } from '../../../../protocols/modbus/index.ts';
import { loadRegisterMap, registerMapFile } from '../../../../src/config/register-map.ts';
import { fromHex } from '../../../../src/kernel/bytes.ts';
import { formatDecimal } from '../../../../src/kernel/decimal.ts';

const row = (overrides: Partial<RegisterRow>): RegisterRow => ({
  register: '1-0:1.8.0',
  name: 'energy',
  function: 3,
  address: 0,
  type: 'u32',
  wordOrder: 'high-first',
  scale: { unscaled: 1n, scale: 2 },
  decimals: 2,
  unit: 'kWh',
  missing: [],
  ...overrides,
});
const told = (overrides: Partial<RegisterRow>, hex: string): string | undefined => {
  const value = readValue(row(overrides), fromHex(hex) ?? new Uint8Array(0));
  return value === undefined ? undefined : formatDecimal(value);
};
const one = { unscaled: 1n, scale: 0 };
const float = (decimals: number, scale = one): Partial<RegisterRow> => ({ type: 'f32', decimals, scale });

describe('A register row', () => {
  test.each<[string, Partial<RegisterRow>, string, string]>([
    ['u16', { type: 'u16' }, 'FFFF', '655.35'],
    ['i16', { type: 'i16' }, 'FFFE', '-0.02'],
    ['u32, high word first', {}, '00001BDD', '71.33'],
    ['u32, low word first', { wordOrder: 'low-first' }, '1BDD0000', '71.33'],
    ['i32', { type: 'i32' }, 'FFFFFFFF', '-0.01'],
    ['u64 past what a float can count', { type: 'u64' }, '0020000000000001', '90071992547409.93'],
    ['i64 in Wh', { type: 'i64', scale: { unscaled: 1n, scale: 3 }, decimals: 3 }, '00000000000004D2', '1.234'],
    ['i64, low word first', { type: 'i64', wordOrder: 'low-first' }, '04D2000000000000', '12.34'],
    ['an integer with more decimals than its scale', { type: 'u16', decimals: 3 }, '0001', '0.010'],
  ])('reads %s', (_, overrides, hex, value) => {
    expect(told(overrides, hex)).toBe(value);
  });

  test.each<[string, Partial<RegisterRow>, string, string]>([
    // 4504FFBE: exponent 138 - 127 = 11, mantissa 8716222 of 2^23; 8716222 / 2^12 = 2127.98388671875.
    ['the energy of a recorded register', float(3), '4504FFBE', '2127.984'],
    // 3F000000 is 0.5, BF000000 is -0.5: both go away from zero.
    ['a half, away from zero', float(0), '3F000000', '1'],
    ['a negative half, away from zero', float(0), 'BF000000', '-1'],
    // 3DCCCCCD = 13421773 / 2^27 = 0.100000001490116...
    ['a tenth', float(6), '3DCCCCCD', '0.100000'],
    // 450FD000 = 2301: a scaled float.
    ['a scaled float', float(1, { unscaled: 1n, scale: 1 }), '450FD000', '230.1'],
    // 4B800001 is 16777218, the first whole number past 2^24 that a float has.
    ['a large one', float(0), '4B800001', '16777218'],
    ['the smallest one', float(6), '00000001', '0.000000'],
    ['minus zero', float(1), '80000000', '0.0'],
  ])('turns the bits of a float into an exact decimal: %s', (_, overrides, hex, value) => {
    expect(told(overrides, hex)).toBe(value);
  });

  test.each<[string, Partial<RegisterRow>, string]>([
    ['a float that is no number', float(3), 'FFC00000'],
    ['infinity', float(3), '7F800000'],
    ['a mark of the row', { missing: ['FFFFFFFF'] }, 'FFFFFFFF'],
    ['a mark, whatever the word order', { missing: ['80000000'], wordOrder: 'low-first' }, '00008000'],
    ['half a value', {}, '0000'],
  ])('has no value, and never zero, for %s', (_, overrides, hex) => {
    expect(told(overrides, hex)).toBeUndefined();
  });
});

interface Dump {
  readonly device: string;
  readonly start: number;
  readonly registers: readonly number[];
}
const dumps = JSON.parse(readFileSync(new URL('../../../fixtures/frames/modbus-values.json', import.meta.url), 'utf8')) as readonly Dump[];

function readDump(mapName: string, { start, registers }: Dump): Record<string, string> {
  const map = loadRegisterMap(registerMapFile(mapName, '.'));
  const bytes = Uint8Array.from(registers.flatMap((word) => [word >> 8, word & 0xff]));
  return Object.fromEntries(
    map.rows.flatMap((entry) => {
      const at = (entry.address - start) * 2;
      const value = at < 0 ? undefined : readValue(entry, bytes.subarray(at, at + (entry.type.endsWith('16') ? 2 : 4)));
      return value === undefined ? [] : [[entry.register, `${formatDecimal(value)} ${entry.unit}`.trim()]];
    }),
  );
}

describe('Registers as meters held them', () => {
  const [hiking, eastron] = dumps;

  test('read by the map of the Hiking DDS238', () => {
    expect(hiking && readDump('hiking-dds238', hiking)).toEqual({
      '1-0:15.8.0': '71.33 kWh',
      '1-0:2.8.0': '23.99 kWh',
      '1-0:1.8.0': '47.33 kWh',
      '1-0:32.7.0': '230.6 V',
      '1-0:31.7.0': '0.62 A',
      '1-0:16.7.0': '0.132 kW',
      'modbus:000F': '-0.002 kvar',
      '1-0:13.7.0': '0.917',
      '1-0:14.7.0': '49.99 Hz',
    });
  });

  test('read by the map of the Eastron SDM630', () => {
    expect(eastron && readDump('eastron-sdm630', eastron)).toEqual({ '1-0:15.8.0': '2127.984 kWh' });
  });
});
