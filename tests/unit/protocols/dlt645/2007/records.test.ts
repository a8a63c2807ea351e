/**
 * Frames of records, tables and prices worked out by hand. The head 68 … 68 of 000012345678 sums to 1E4; a read reply adds 91,
 * so 275 before its length. Password 02123456 and operator 00000001 travel as 35 89 67 45 34 33 33 33 = 237.
 */
import { describe, expect, test } from 'vitest';
import { describeFrame, encodeItems, encodeRequest, findWritable } from '../../../../../protocols/dlt645/index.ts';
import { wantedValues } from '../../../../../src/drivers/dlt645/wanted-values.ts';
import { fromHex, toHex } from '../../../../../src/kernel/bytes.ts';

const HEAD = '68 78 56 34 12 00 00 68';

/** Part and value of each item, as `feikong decode` tells them. */
function told(frame: string): readonly (readonly [name: string, value: string | null])[] {
  const description = describeFrame('dlt645-2007', fromHex(`${HEAD} ${frame} 16`) ?? new Uint8Array(0));
  if (!description.ok) return expect.unreachable(description.error.code);
  expect(description.value.extra).toBeNull();
  return description.value.items.map(({ name, value }) => [name ?? '', value]);
}

const values = (frame: string) => told(frame).map(([, value]) => value);

describe('a reply with', () => {
  test('a trip record', () => {
    // 34 32 33 50 (E9), 08:15:30 of 2026-11-24 (1DA), operator 7 (D3), 1234.56 (168), 20 zeros (3FC): 275+26+E9+1DA+D3+168+3FC = B95
    const frame = `91 26 34 32 33 50 63 48 3B 57 44 59 3A 33 33 33 89 67 45 33 ${'33 '.repeat(20)} 95`;
    expect(told(frame).slice(0, 4)).toEqual([
      ['relay trip, no. 1: time', '2026-11-24T08:15:30'],
      ['relay trip, no. 1: operator', '00000007'],
      ['relay trip, no. 1: forward active energy', '1234.56'],
      ['relay trip, no. 1: reverse active energy', '0.00'],
    ]);
  });

  test('a loss of all voltages', () => {
    // 34 33 38 36 (D5), 08:00:00 (195), 1.500 A (AE), 08:30:00 (1C5): 275+13+D5+195+AE+1C5 = 765
    expect(values('91 13 34 33 38 36 33 33 3B 57 44 59 33 48 33 33 63 3B 57 44 59 65')).toEqual([
      '2026-11-24T08:00:00',
      '1.500',
      '2026-11-24T08:30:00',
    ]);
  });

  test('a clock that was set', () => {
    // 34 37 63 36 (104), operator 7 (D3), 08:14:00 (1A9), 08:15:30 (1DA): 275+14+104+D3+1A9+1DA = 7E3
    expect(values('91 14 34 37 63 36 3A 33 33 33 33 47 3B 57 44 59 63 48 3B 57 44 59 E3')).toEqual([
      '00000007',
      '2026-11-24T08:14:00',
      '2026-11-24T08:15:30',
    ]);
  });

  test('a clearing of events', () => {
    // 34 36 63 36 (103), 08:15:30 (1DA), operator 7 (D3), FF FF 00 1D (E7): 275+12+103+1DA+D3+E7 = 71E
    expect(values('91 12 34 36 63 36 63 48 3B 57 44 59 3A 33 33 33 32 32 33 50 1E')).toEqual([
      '2026-11-24T08:15:30',
      '00000007',
      '1D00FFFF',
    ]);
  });

  test('a purchase', () => {
    // 34 36 66 36 (106), 100.00 (CD): 275+08+106+CD = 450
    expect(told('91 08 34 36 66 36 33 33 34 33 50')).toEqual([['money purchased, no. 1', '100.00']]);
  });

  test('an hour that was frozen', () => {
    // 34 32 37 38 (D5), 12:00 of 2026-11-24 (16C), 11.80 (15D), 0 (CC): 275+11+D5+16C+15D+CC = 6F0
    expect(values('91 11 34 32 37 38 33 45 57 44 59 B3 44 33 33 33 33 33 33 F0')).toEqual(['2026-11-24T12:00', '11.80', '0.00']);
  });

  test('a season table', () => {
    // 33 33 34 37 (D1), 01-01 table 1 (9C), 07-01 table 2 (A3): 275+0A+D1+9C+A3 = 48F
    expect(values('91 0A 33 33 34 37 34 34 34 35 34 3A 8F')).toEqual(['01-01 01', '07-01 02']);
  });

  test('a day table', () => {
    // 34 33 34 37 (D2), 00:00 T4 (9D), 07:30 T3 (D3), 23:00 T4 (C0): 275+0D+D2+9D+D3+C0 = 584
    expect(values('91 0D 34 33 34 37 37 33 33 36 63 3A 37 33 56 84')).toEqual(['00:00 04', '07:30 03', '23:00 04']);
  });

  test('a public holiday', () => {
    // 34 33 36 37 (D4), 2026-10-01 table 2 (105): 275+08+D4+105 = 456
    expect(values('91 08 34 33 36 37 35 34 43 59 56')).toEqual(['2026-10-01 02']);
  });

  test('prices', () => {
    // 32 34 38 37 (D5), 0.9000 (15C), 0.7500 (141), 0.5500 (121), 0.3000 (FC): 275+14+D5+15C+141+121+FC = 818
    expect(values('91 14 32 34 38 37 33 C3 33 33 33 A8 33 33 33 88 33 33 33 63 33 33 18')).toEqual([
      '0.9000',
      '0.7500',
      '0.5500',
      '0.3000',
    ]);
  });

  test('step blocks', () => {
    // 32 37 39 37 (D9), 180.00 (14D), 350.00 (11F), 4 × 0 (330), 0.5283 (1A1), 0.5783 (1A6), 5 × 0.8283 (915), 01-01 00 (9B),
    // 3 × 999999 (72C): 275+44+D9+14D+11F+330+1A1+1A6+915+9B+72C = 1D51
    const frame = `91 44 32 37 39 37 ${STEP_BLOCKS} 51`;
    expect(values(frame)).toEqual([
      ...['180.00', '350.00', '0.00', '0.00', '0.00', '0.00'],
      ...['0.5283', '0.5783', '0.8283', '0.8283', '0.8283', '0.8283', '0.8283'],
      ...['01-01T00', null, null, null],
    ]);
  });
});

/** 64 bytes as they travel; their sum is 19BF. */
const STEP_BLOCKS = [
  '33 B3 34 33',
  '33 83 36 33',
  '33 '.repeat(16).trim(),
  'B6 85 33 33',
  'B6 8A 33 33',
  'B6 B5 33 33 '.repeat(5).trim(),
  '33 34 34',
  'CC '.repeat(9).trim(),
].join(' ');

describe('a write of', () => {
  test.each([
    // 33 33 34 37 (D1), 9C + A3: 1E4+14+12 + D1 + 237 + 9C + A3 = 651
    ['season table, set 1', ['01-01 1', '07-01 2'], `14 12 33 33 34 37 35 89 67 45 34 33 33 33 34 34 34 35 34 3A 51`],
    // 34 33 36 37 (D4), 105: 1E4+14+10 + D4 + 237 + 105 = 618
    ['public holiday, no. 1', ['2026-10-01 2'], '14 10 34 33 36 37 35 89 67 45 34 33 33 33 35 34 43 59 18'],
    // 34 43 33 37 (E1), 20.00 (EC): 1E4+14+10 + E1 + 237 + EC = 60C
    ['alarm amount 1', ['20'], '14 10 34 43 33 37 35 89 67 45 34 33 33 33 33 53 33 33 0C'],
    // 3B 34 33 37 (D9), 2027-01-01 00:00, 00 00 01 01 27 (33+33+34+34+5A = 128): 1E4+14+11 + D9 + 237 + 128 = 541
    ['price set switch time', ['2027-01-01T00:00'], '14 11 3B 34 33 37 35 89 67 45 34 33 33 33 33 33 34 34 5A 41'],
    // 32 35 38 37 (D6), 4 × 0.6000 (4B0): 1E4+14+1C + D6 + 237 + 4B0 = 9D1
    ['backup prices', ['0.6', '0.6', '0.6', '0.6'], `14 1C 32 35 38 37 35 89 67 45 34 33 33 33 ${'33 93 33 33 '.repeat(4)} D1`],
    // 35 3E 33 37 (DD), 9999 (198): 1E4+14+0E + DD + 237 + 198 = 6B2
    ['settlement day 2', [null], '14 0E 35 3E 33 37 35 89 67 45 34 33 33 33 CC CC B2'],
    // 32 38 39 37 (DA), 19BF: 1E4+14+4C + DA + 237 + 19BF = 1F14
    [
      'backup step block table',
      ['180', '350', '0', '0', '0', '0', '0.5283', '0.5783', ...new Array<string>(5).fill('0.8283'), '01-01T00', null, null, null],
      `14 4C 32 38 39 37 35 89 67 45 34 33 33 33 ${STEP_BLOCKS} 14`,
    ],
  ])('%s comes from its texts as worked out by hand', (item, texts, frame) => {
    const row = findWritable(item);
    const wanted = row === undefined ? undefined : wantedValues(row, texts, undefined);
    if (row === undefined || wanted?.ok !== true) return expect.unreachable(item);
    const value = encodeItems(row, wanted.value);
    const request = { kind: 'write', di: row.di, password: '02123456', operator: '00000001', value } as const;
    expect(toHex(encodeRequest('000012345678', request))).toBe(toHex(fromHex(`${HEAD} ${frame} 16`) ?? new Uint8Array(0)));
  });
});
