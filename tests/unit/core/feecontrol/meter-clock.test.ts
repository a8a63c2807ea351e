import { describe, expect, test } from 'vitest';
import { clockForbids } from '../../../../src/core/feecontrol/meter-clock.ts';
import { plusMs } from '../../../../src/kernel/clock.ts';
import { commandOf, EVENING } from '../../../support/core-facts.ts';

const MINUTE = 60_000;
const RULES = { name: 'test', relayClockBoundMs: 5 * MINUTE };

/** A command that is valid for ten minutes more, at a meter whose clock is so far ahead. */
const forbids = (action: 'trip' | 'close', aheadMs: number, rules: { name: string; relayClockBoundMs: number | undefined } = RULES) =>
  clockForbids(commandOf({ action, expiresAt: plusMs(EVENING, 10 * MINUTE) }), plusMs(EVENING, aheadMs), EVENING, rules);

describe("a meter's clock before a relay frame", () => {
  test('within the bound lets everything leave', () => {
    for (const ahead of [0, 5 * MINUTE, -5 * MINUTE])
      expect([forbids('trip', ahead), forbids('close', ahead)]).toEqual([undefined, undefined]);
  });

  test('beyond the bound holds a trip, and no restore: the frame is valid still', () => {
    expect(forbids('trip', -6 * MINUTE)).toBe(
      "the meter's clock is 360 s behind, more than the 300 s that rule set test allows; set its clock",
    );
    expect(forbids('trip', 6 * MINUTE)).toContain('360 s ahead');
    expect(forbids('close', 6 * MINUTE)).toBeUndefined();
    expect(forbids('close', -1440 * MINUTE)).toBeUndefined();
  });

  test('past the deadline holds both: the meter would refuse them', () => {
    const reason = "the meter's clock is 600 s ahead: by it the deadline 2026-11-24T12:10:00.000Z has passed; set its clock";
    expect([forbids('trip', 10 * MINUTE), forbids('close', 10 * MINUTE)]).toEqual([reason, reason]);
  });

  test('is nobody’s business where the rule set does not ask for it', () => {
    expect(forbids('trip', 1440 * MINUTE, { name: 'test', relayClockBoundMs: undefined })).toBeUndefined();
  });
});
