import type { Energy, Power } from '../../kernel/units.ts';
import { energy } from '../../kernel/units.ts';
import type { Quality, Reading } from '../model/reading.ts';
import { useBetween } from './use.ts';

/** A register's value and when the meter measured it. */
type Measured = Pick<Reading, 'value' | 'measuredAt'>;

export interface Judgement {
  readonly quality: Quality;
  /** Why it is not good; empty where it is. */
  readonly reason: string;
}

const MS_PER_HOUR = 3_600_000n;
/** A connection may be overloaded for a while: what is believable is half as much again as it is built for. */
const MARGIN_PERCENT = 150n;

/**
 * Judges a new register value against the last good one. Pure.
 *
 * A register that went back is rejected unless it rolled over plausibly; one that ran faster than the connection can carry is suspect.
 *
 * @param previous last good reading of the same register; undefined for the first
 * @param candidate value and when it was measured
 * @param maxPower what the connection can carry, before the ratio
 */
export function judge(previous: Measured | undefined, candidate: Measured, maxPower: Power): Judgement {
  if (previous === undefined) return GOOD;
  if (candidate.measuredAt < previous.measuredAt) return { quality: 'rejected', reason: 'older than the last good reading' };
  const use = useBetween(previous.value, candidate.value);
  const limit = believable(BigInt(candidate.measuredAt - previous.measuredAt), maxPower);
  if (use.quantity <= limit) return GOOD;
  return use.rolledOver
    ? { quality: 'rejected', reason: 'went back without a plausible roll-over' }
    : { quality: 'suspect', reason: 'more than the connection can carry' };
}

/**
 * Judges a value that comes after newer ones have been taken: it is good where it fits between its neighbours. Pure.
 *
 * @param before last good reading measured before it; undefined where there is none
 * @param after first good reading measured after it
 */
export function judgeBetween(before: Measured | undefined, candidate: Measured, after: Measured | undefined, maxPower: Power): Judgement {
  const fromBefore = judge(before, candidate, maxPower);
  if (fromBefore.quality !== 'good' || after === undefined) return fromBefore;
  const { quality, reason } = judge(candidate, after, maxPower);
  return quality === 'good' ? GOOD : { quality, reason: `a later reading says otherwise: ${reason}` };
}

const GOOD: Judgement = { quality: 'good', reason: '' };
/** Two counts of the last digit: what a display register may jump by between two reads however close. */
const RESOLUTION: Energy = energy(20_000n);

function believable(elapsedMs: bigint, maxPower: Power): bigint {
  return (maxPower * elapsedMs * MARGIN_PERCENT) / (MS_PER_HOUR * 100n) + RESOLUTION;
}
