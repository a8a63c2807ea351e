import type { Power } from '../../kernel/units.ts';
import type { LoadSide, RelayState } from '../model/meter.ts';

/**
 * What the load says of the relay's report. Power through an open relay contradicts it; no power is silent, since a flat may be empty.
 *
 * @param power undefined where it could not be read
 */
export function judgeLoadSide(relay: RelayState, power: Power | undefined): LoadSide {
  if (power === undefined || power === 0n || relay === 'unknown') return 'silent';
  return relay === 'closed' ? 'agrees' : 'contradicts';
}
