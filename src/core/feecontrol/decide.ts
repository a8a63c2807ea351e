import type { Command, RelayAction } from '../model/command.ts';
import type { Act, Decision, Term } from '../model/decision.ts';
import type { RelayBelief } from '../model/meter.ts';
import type { NoticeKind } from '../model/notice.ts';
import type { Situation } from './situation.ts';
import {
  allMet,
  isExhausted,
  judgeAll,
  MANUAL_CLOSE_TERMS,
  MANUAL_TRIP_TERMS,
  openingToUndo,
  RESTORE_SEND_TERMS,
  RESTORE_TERMS,
  TRIP_TERMS,
} from './terms.ts';

/** Which act the situation asks for, with every term and its proof. Pure. Doubt holds. */
export function decide(situation: Situation): Decision {
  if (wantsRestore(situation)) return judged('restore', judgeAll(RESTORE_TERMS, situation));
  if (noticeWanted(situation) !== undefined) return { act: 'warn', wanted: 'warn', terms: judgeAll(TRIP_TERMS, situation) };
  if (!wantsTrip(situation)) return { act: 'none', wanted: 'none', terms: [] };
  return judged('trip', judgeAll(TRIP_TERMS, situation));
}

/** Whether a queued command may leave now: its own decision taken again, with itself out of the way. */
export function decideAgain(command: Command, situation: Situation): Decision {
  const others = { ...situation, openCommands: situation.openCommands.filter(({ id }) => id !== command.id) };
  // Nothing gives way to it any more: an arm that is under way now was asked for after it.
  if (command.cause === 'manual') return judgeManually(command.action, others);
  if (command.action === 'trip') return judged('trip', judgeAll(TRIP_TERMS, others));
  return judged('restore', judgeAll(RESTORE_SEND_TERMS, others));
}

/** What a person asks for: safety is judged, money is not. */
export function decideManually(action: RelayAction, situation: Situation): Decision {
  const inTheWay = situation.openCommands.filter((open) => !givesWay(open, action, situation.relay));
  return judgeManually(action, { ...situation, openCommands: inTheWay });
}

function judgeManually(action: RelayAction, situation: Situation): Decision {
  const judges = action === 'trip' ? MANUAL_TRIP_TERMS : MANUAL_CLOSE_TERMS;
  return judged(action === 'trip' ? 'trip' : 'restore', judgeAll(judges, situation));
}

/**
 * An arm that the meter has taken gives way to a person's trip or close: its relay was read back as armed, so no frame of it is on its way,
 * and only the customer's button is missing.
 */
export function givesWay({ action, state }: Command, to: RelayAction, relay: RelayBelief): boolean {
  return to !== 'arm' && action === 'arm' && state === 'verifying' && relay.reported === 'armed';
}

function judged(act: Act, terms: readonly Term[]): Decision {
  return { act: allMet(terms) ? act : 'hold', wanted: act, terms };
}

function wantsRestore(s: Situation): boolean {
  // Nor while a person's trip is under way: it is newer than the opening that a restore would answer.
  const others = s.openCommands.some(({ action, cause }) => action !== 'trip' || cause === 'manual');
  return !isExhausted(s) && openingToUndo(s) !== undefined && !others;
}

function wantsTrip(s: Situation): boolean {
  return s.paysBefore && isExhausted(s) && s.relay.reported !== 'open' && s.relay.reported !== 'armed' && s.openCommands.length === 0;
}

/** The notice that is due and was not queued yet in this crossing; a stop notice follows a delivered warning only. */
export function noticeWanted(s: Situation): NoticeKind | undefined {
  if (!s.accountOpen || !s.paysBefore) return undefined;
  if (s.available >= s.rules.warnBelow && !isExhausted(s)) return undefined;
  const sent = crossingStarts(s) ? [] : s.notices;
  if (!sent.some(({ kind }) => kind === 'low-balance')) return 'low-balance';
  const warned = sent.some(({ kind, state }) => kind === 'low-balance' && state === 'delivered');
  if (isExhausted(s) && warned && !sent.some(({ kind }) => kind === 'stop-pending')) return 'stop-pending';
  return undefined;
}

export const isBelow = (s: Situation): boolean => s.accountOpen && s.paysBefore && (s.available < s.rules.warnBelow || isExhausted(s));

/**
 * The account has just fallen below its warning value, or came back from a stop notice without leaving it: the notices before a
 * payment prove nothing after it, so the next exhaustion is announced anew.
 */
export const crossingStarts = (s: Situation): boolean =>
  isBelow(s) && (!(s.crossing?.below ?? false) || (!isExhausted(s) && s.notices.some(({ kind }) => kind === 'stop-pending')));
/** The account has just come back above it. */
export const crossingEnds = (s: Situation): boolean => !isBelow(s) && (s.crossing?.below ?? false);
