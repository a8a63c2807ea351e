/**
 * The supply switch and what is commanded of it, as status word 3 tells it apart (b4 relay, b6 command, 1 = open):
 *
 *     closed 00 00    open 50 00    armed 10 00 (may close, waits for the button)    trip delayed 40 00
 *
 * Pure: every move is a function from a state to the next one.
 */
import { type Instant, plusMs } from '../../src/kernel/clock.ts';

export type RelayPosition = 'closed' | 'open' | 'armed';

export interface RelayState {
  readonly position: RelayPosition;
  readonly commandedOpen: boolean;
  /** A move that comes by itself: a delayed trip, an automatic restore, a customer on his way to the button. */
  readonly due?: { readonly at: Instant; readonly position: 'closed' | 'open' };
}

export const CLOSED: RelayState = { position: 'closed', commandedOpen: false };
const OPEN: RelayState = { position: 'open', commandedOpen: true };

export function trip({ position }: RelayState, now: Instant, delayMs: number): RelayState {
  if (position !== 'closed' || delayMs === 0) return OPEN;
  return { position, commandedOpen: true, due: { at: plusMs(now, delayMs), position: 'open' } };
}

/** Opens at once and closes again by itself. */
export function tripAndRestore(now: Instant, restoreMs: number): RelayState {
  return { ...OPEN, due: { at: plusMs(now, restoreMs), position: 'closed' } };
}

/** Permits closing; a closed relay stays so and forgets a trip that was still to come. */
export function arm({ position }: RelayState, now: Instant, pressAfterMs: number | undefined): RelayState {
  if (position === 'closed') return CLOSED;
  const armed: RelayState = { position: 'armed', commandedOpen: false };
  return pressAfterMs === undefined ? armed : { ...armed, due: { at: plusMs(now, pressAfterMs), position: 'closed' } };
}

/** The customer's hand: it closes an armed relay and nothing else. */
export function pressButton(state: RelayState): RelayState {
  return state.position === 'armed' ? CLOSED : state;
}

/** What has become of the state by `now`. */
export function settle(state: RelayState, now: Instant): RelayState {
  if (state.due === undefined || state.due.at > now) return state;
  return state.due.position === 'open' ? OPEN : CLOSED;
}
