import { formatInstant, type Instant } from '../../kernel/clock.ts';
import type { Command } from '../model/command.ts';
import type { RuleSet } from '../model/rule-set.ts';

const MS_PER_SECOND = 1000;

/**
 * Why a frame must not leave for a meter whose clock shows this; undefined where it may. Pure.
 *
 * A frame is valid until its deadline by the meter's clock. Where that clock is ahead, it refuses what is in time; where it is behind,
 * a frame that was caught on its way could be played to it later than anybody meant. The first holds every command, the second
 * trips only: doubt must not keep a household in the dark.
 *
 * @param shown what the meter's clock showed at `readAt`
 */
export function clockForbids(
  { action, expiresAt }: Command,
  shown: Instant,
  readAt: Instant,
  { name, relayClockBoundMs }: Pick<RuleSet, 'name' | 'relayClockBoundMs'>,
): string | undefined {
  if (relayClockBoundMs === undefined) return undefined;
  const driftMs = shown - readAt;
  const off = `the meter's clock is ${Math.abs(Math.round(driftMs / MS_PER_SECOND))} s ${driftMs > 0 ? 'ahead' : 'behind'}`;
  if (shown >= expiresAt) return `${off}: by it the deadline ${formatInstant(expiresAt)} has passed; set its clock`;
  if (action !== 'trip' || Math.abs(driftMs) <= relayClockBoundMs) return undefined;
  return `${off}, more than the ${relayClockBoundMs / MS_PER_SECOND} s that rule set ${name} allows; set its clock`;
}
