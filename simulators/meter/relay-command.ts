import { ERROR_BIT, type RelayRequest, type SealedOrder } from '../../protocols/dlt645/index.ts';
import { readBcd } from '../../protocols/shared/bcd.ts';
import type { Instant } from '../../src/kernel/clock.ts';
import { dialOf, MINUTE_MS } from './dial.ts';
import { TRIP_DELAY_DI } from './parameters.ts';
import { PROFILES, type ProfileName } from './profiles.ts';
import { arm, CLOSED, type RelayState, trip, tripAndRestore } from './relay.ts';
import { moveRelay, type Works } from './works.ts';

export interface RelayRights {
  readonly profile: ProfileName;
  /** `LLPPPPPP`. */
  readonly password: string;
  /** The customer presses the button so long after an arm; undefined: only when `pressButton` is called. */
  readonly pressButtonAfterMs: number | undefined;
}

/** N2 of an automatic restore counts in five minutes. */
const RESTORE_STEP_MS = 5 * MINUTE_MS;

/** What is wanted of the relay, however it came. */
interface Order extends SealedOrder {
  readonly operator: string;
}

/**
 * Function 1C in plaintext, on a meter whose time has passed up to `now`.
 *
 * @param stuck the command is taken and the relay doesn't move
 * @returns the ERR byte where the meter refuses
 */
export function commandRelay(works: Works, request: RelayRequest, rights: RelayRights, now: Instant, stuck: boolean): number | undefined {
  const { relayActions, needsDeadline } = PROFILES[rights.profile];
  const allowed: readonly string[] | 'all' = relayActions;
  const { action, password, deadline } = request;
  if (password !== rights.password || (allowed !== 'all' && !allowed.includes(action))) return ERROR_BIT.password;
  if (deadline === null && needsDeadline) return ERROR_BIT.other;
  return obeyOrder(works, request, rights, now, stuck);
}

/** An order that the ESAM has opened: no password is asked for, a deadline always. Returns the ERR byte where the meter refuses. */
export function commandSealedRelay(works: Works, order: Order, rights: RelayRights, now: Instant, stuck: boolean): number | undefined {
  return order.deadline === null ? ERROR_BIT.other : obeyOrder(works, order, rights, now, stuck);
}

function obeyOrder(works: Works, order: Order, rights: RelayRights, now: Instant, stuck: boolean): number | undefined {
  const { action, deadline, operator } = order;
  if (deadline !== null && isPast(works, dialOf(deadline), now)) return ERROR_BIT.other;
  if (works.keepPower && opens(action)) return ERROR_BIT.other;
  if (action === 'alarm-on' || action === 'alarm-off') works.alarm = action === 'alarm-on';
  else if (action === 'keep-power-on' || action === 'keep-power-off') works.keepPower = action === 'keep-power-on';
  else if (!stuck) {
    works.operator = operator;
    moveRelay(works, nextState(works, order, action, rights, now));
  }
  return undefined;
}

/** The deadline's own second is still in time. */
function isPast(works: Works, deadline: number, now: Instant): boolean {
  return deadline + 1000 <= works.clock.dialAt(now);
}

type Move = Exclude<RelayRequest['action'], 'alarm-on' | 'alarm-off' | 'keep-power-on' | 'keep-power-off'>;

const opens = (action: RelayRequest['action']) =>
  action === 'trip' || action === 'trip-and-restore' || action === 'trip-and-restore-direct';

function nextState(works: Works, { limit }: Order, move: Move, rights: RelayRights, now: Instant): RelayState {
  switch (move) {
    case 'trip':
      return trip(works.relay, now, tripDelayMs(works));
    case 'arm':
      return arm(works.relay, now, rights.pressButtonAfterMs);
    case 'close':
      return CLOSED;
    case 'trip-and-restore':
    case 'trip-and-restore-direct':
      return tripAndRestore(now, limit * RESTORE_STEP_MS);
  }
}

function tripDelayMs({ parameters }: Works): number {
  const minutes = parameters.get(TRIP_DELAY_DI);
  return minutes === undefined ? 0 : (readBcd(minutes, 0, 2) ?? 0) * MINUTE_MS;
}
