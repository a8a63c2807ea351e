import { describe, expect, test } from 'vitest';
import { relayStatus, relayStatusWord, statusBits, statusWord } from '../../../../../protocols/dlt645/index.ts';

describe('status word 3', () => {
  test.each([
    [0x0000, false, false],
    [0x0050, true, true],
    [0x0040, false, true],
    [0x0010, true, false],
  ])('%i tells the relay from the command', (word, open, openCommanded) => {
    expect(relayStatus(word)).toMatchObject({ open, openCommanded });
  });

  test('tells keep-power, supply and the kind of prepayment', () => {
    // b12 keep-power, b9 money, b2 battery
    expect(relayStatus(0b0001_0010_0000_0100)).toEqual({
      open: false,
      openCommanded: false,
      preTripAlarm: false,
      keepPower: true,
      supply: 'battery',
      prepayment: 'money',
    });
  });

  test('is put together again from what it says', () => {
    for (const word of [0x0000, 0x0050, 0x1204, 0x1052, 0x00d0]) expect(relayStatusWord(relayStatus(word))).toBe(word);
  });
});

describe('named bits', () => {
  test('are named by their word', () => {
    expect(statusBits(3, 0x1050)).toEqual(['relay-open', 'open-commanded', 'keep-power']);
    expect(statusBits(1, 0x8004)).toEqual(['clock-battery-low', 'clock-error']);
    expect(statusBits(5, 0x0101)).toEqual(['voltage-loss', 'current-break']);
    expect(statusBits(9, 0xffff)).toEqual([]);
  });

  test('make the word again', () => {
    expect(statusWord(3, ['relay-open', 'open-commanded'])).toBe(0x0050);
    expect(statusWord(7, ['meter-cover-open'])).toBe(0x0200);
  });
});
