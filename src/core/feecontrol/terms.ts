/** The conditions of each act: every one is judged and kept with its proof, and doubt is a verdict of its own. */
import { formatInstant } from '../../kernel/clock.ts';
import { minuteOfDay } from '../../kernel/local-time.ts';
import { formatMoney } from '../../kernel/units.ts';
import type { Case } from '../model/case.ts';
import type { Term, Verdict } from '../model/decision.ts';
import type { MarkKind } from '../model/mark.ts';
import type { RelayState } from '../model/meter.ts';
import type { NoticeKind } from '../model/notice.ts';
import type { Situation } from './situation.ts';

type Judge = (situation: Situation) => Term;

const term = (name: string, verdict: Verdict | boolean, proof: string): Term => ({
  name,
  verdict: typeof verdict === 'boolean' ? (verdict ? 'met' : 'unmet') : verdict,
  proof,
});

const agreement: Judge = (s) => term('agreement', s.agreement.held, s.agreement.proof);
const accountOpen: Judge = (s) => term('account-open', s.accountOpen, s.accountOpen ? 'the account is open' : 'the account is closed');

const agreedPrepay: Judge = (s) =>
  term('pays-before-use', s.paysBefore, s.paysBefore ? 'use is taken from money that is there' : 'the contract is paid after reading');

const exhausted: Judge = (s) =>
  term('exhausted', isExhausted(s), `available ${formatMoney(s.available)} against ${formatMoney(s.rules.tripAtOrBelow)} yuan`);

const paidUp: Judge = (s) =>
  term('paid-up', !isExhausted(s), `available ${formatMoney(s.available)} against ${formatMoney(s.rules.tripAtOrBelow)} yuan`);

const measured: Judge = (s) => {
  if (s.reading === undefined) return term('measured', 'unknown', 'a register that the charge rests on was never read');
  const ageMs = s.now - s.reading.measuredAt;
  const proof = `${s.reading.quality} reading of ${s.reading.register}, ${Math.round(ageMs / 1000)} s old, limit ${s.rules.freshnessMs / 1000} s`;
  if (s.reading.quality !== 'good') return term('measured', 'unknown', proof);
  return term('measured', ageMs >= 0 && ageMs <= s.rules.freshnessMs ? 'met' : 'unknown', proof);
};

/** What is not read yet can only add to such a charge, or move it between two prices that were both measured. */
const MEASURED_ALL_THE_SAME: ReadonlySet<string> = new Set([
  'boundary-register-missing',
  'opening-register-missing',
  'final-register-missing',
  'no-meter',
  'capacity-unknown',
]);

/** An estimate alone trips nobody (F74). */
const chargeMeasured: Judge = (s) => {
  const doubt = s.provisional.find(({ reason }) => !MEASURED_ALL_THE_SAME.has(reason));
  if (doubt === undefined) return term('charge-measured', true, 'the charge rests on measured registers');
  return term('charge-measured', 'unknown', `${doubt.reason} (${doubt.rule}): ${doubt.detail}`);
};

const delivered =
  (name: string, kind: NoticeKind): Judge =>
  (s) => {
    const notice = s.notices.find((candidate) => candidate.kind === kind);
    if (notice === undefined) return term(name, false, `no ${kind} notice of this crossing`);
    if (notice.state !== 'delivered' || notice.settledAt === undefined) return term(name, false, `notice ${notice.id} is ${notice.state}`);
    return term(name, true, `notice ${notice.id} delivered at ${formatInstant(notice.settledAt)}, receipt ${notice.receipt ?? ''}`);
  };

const grace: Judge = (s) => {
  const notice = s.notices.find(({ kind, state }) => kind === 'stop-pending' && state === 'delivered');
  if (notice?.settledAt === undefined) return term('grace', false, 'the stop notice is not delivered');
  const passedMs = s.now - notice.settledAt;
  return term(
    'grace',
    passedMs >= s.rules.graceMs,
    `${Math.round(passedMs / 1000)} s since the stop notice, ${s.rules.graceMs / 1000} s agreed`,
  );
};

const permittedTime: Judge = (s) => {
  const minute = minuteOfDay(s.local);
  const { fromMinute, toMinute } = s.rules.window;
  const open = minute >= fromMinute && minute < toMinute && !s.rules.noTripWeekdays.includes(s.local.weekday);
  return term(
    'permitted-time',
    open,
    `minute ${minute} of weekday ${s.local.weekday}; permitted ${fromMinute}..${toMinute}, never on ${s.rules.noTripWeekdays.join(', ') || 'no weekday'}`,
  );
};

const notProtected: Judge = (s) => {
  const mark = s.marks.find(({ kind }) => kind === 'protected');
  if (mark !== undefined) return term('not-protected', false, `protected since ${formatInstant(mark.since)}: ${mark.reason}`);
  return term(
    'not-protected',
    !s.keepPower,
    s.keepPower ? 'on the list of customers that must not be tripped' : 'not on the list of protected customers',
  );
};

const meterNotProtected: Judge = ({ relay }) => {
  if (relay.keepPower === undefined) return term('meter-not-protected', 'unknown', 'the meter’s keep-power flag was never read');
  return term('meter-not-protected', !relay.keepPower, relay.evidence ?? '');
};

const noMark =
  (name: string, ...kinds: readonly MarkKind[]): Judge =>
  (s) => {
    const mark = s.marks.find(({ kind }) => kinds.includes(kind));
    return term(
      name,
      mark === undefined,
      mark === undefined
        ? `no mark ${kinds.join(', ')}`
        : `${mark.kind} of ${mark.subject} since ${formatInstant(mark.since)}: ${mark.reason}`,
    );
  };

const relayKnown =
  (name: string, ...states: readonly RelayState[]): Judge =>
  ({ now, relay, rules }) => {
    if (relay.reported === 'unknown' || relay.reportedAt === undefined) return term(name, 'unknown', 'the relay state is unknown');
    const proof = `${relay.reported}, read ${Math.round((now - relay.reportedAt) / 1000)} s ago: ${relay.evidence ?? ''}`;
    if (now - relay.reportedAt > rules.relayFreshnessMs) return term(name, 'unknown', proof);
    return term(name, states.includes(relay.reported), proof);
  };

const noOtherCommand: Judge = (s) => {
  const open = s.openCommands[0];
  return term(
    'no-other-command',
    open === undefined,
    open === undefined ? 'no command is under way' : `${open.action} ${open.id} is ${open.state}`,
  );
};

const limiter: Judge = ({ limiter: counts, rules }) => {
  const feederLimit = share(rules.limiter.feederPercentPerDay, counts.metersOnFeeder);
  const fleetLimit = share(rules.limiter.fleetPercentPerDay, counts.meters);
  const within = counts.sentLastMinute < rules.limiter.perMinute && counts.sentOnFeederToday < feederLimit && counts.sentToday < fleetLimit;
  return term(
    'limiter',
    within,
    `${counts.sentLastMinute} of ${rules.limiter.perMinute} a minute, ${counts.sentOnFeederToday} of ${feederLimit} on the feeder today, ${counts.sentToday} of ${fleetLimit} in all today`,
  );
};

/** A share of a fleet, at least one meter: a substation of twenty must be able to trip one. No share is none. */
const share = (percent: number, meters: number): number => (percent === 0 ? 0 : Math.max(1, Math.floor((percent * meters) / 100)));

const simulatedRules: Judge = (s) =>
  term(
    'rules-fit-line',
    !s.rules.simulatedOnly || s.simulatedLine,
    s.rules.simulatedOnly ? `rule set ${s.rules.name} is for simulated lines` : `rule set ${s.rules.name}`,
  );

const openedByUs: Judge = (s) => {
  const opening = openingToUndo(s);
  return term(
    'opened-by-us',
    opening !== undefined,
    opening === undefined ? 'no opening that we commanded for money' : `${opening.action} ${opening.id}: ${opening.state}`,
  );
};

const noRestoreUnderWay: Judge = (s) => {
  const restore = s.openCommands.find(({ action }) => action !== 'trip');
  return term(
    'no-restore-under-way',
    restore === undefined,
    restore === undefined ? 'no restore is under way' : `${restore.action} ${restore.id} is ${restore.state}`,
  );
};

const noCase =
  (name: string, ...kinds: readonly Case['kind'][]): Judge =>
  (s) => {
    const open = s.openCases.find(({ kind }) => kinds.includes(kind));
    return term(
      name,
      open === undefined,
      open === undefined ? `no open case ${kinds.join(', ')}` : `case ${open.id} of ${open.owner}: ${open.reason}`,
    );
  };

const noLockOut = noMark('no-lock-out', 'lock-out');

/** What must hold for any opening, whoever asks for it; the relay is judged by what is to be opened. */
const safetyTerms = (relay: Judge): readonly Judge[] => [
  simulatedRules,
  notProtected,
  meterNotProtected,
  noMark('bound', 'unbound'),
  noMark('site-clear', 'clock-jumped', 'limiter-halted', 'channel-down'),
  relay,
  limiter,
];

const MONEY_TERMS: readonly Judge[] = [
  agreement,
  accountOpen,
  agreedPrepay,
  exhausted,
  measured,
  chargeMeasured,
  delivered('warned', 'low-balance'),
  delivered('stop-notice', 'stop-pending'),
  grace,
  permittedTime,
  noMark('not-disputed', 'disputed'),
  noMark('no-pending-payment', 'pending-debit'),
  noCase('no-open-case', 'trip-failed', 'tamper'),
];

/** For a trip that the balance asks for. */
export const TRIP_TERMS: readonly Judge[] = [...MONEY_TERMS, ...safetyTerms(relayKnown('relay-closed', 'closed')), noOtherCommand];
/** For a trip that a person asks for, whatever the balance; it also takes back the permission that an armed relay has. */
export const MANUAL_TRIP_TERMS: readonly Judge[] = [...safetyTerms(relayKnown('relay-closed-or-armed', 'closed', 'armed')), noOtherCommand];
export const RESTORE_TERMS: readonly Judge[] = [
  paidUp,
  openedByUs,
  noLockOut,
  noRestoreUnderWay,
  noCase('no-failed-restore', 'restore-failed'),
];
/** When its frame is about to leave; that we commanded an opening was proven when it was decided. */
export const RESTORE_SEND_TERMS: readonly Judge[] = [paidUp, noLockOut];
/** For a closing that a person asks for. */
export const MANUAL_CLOSE_TERMS: readonly Judge[] = [noLockOut, noRestoreUnderWay];

export const judgeAll = (judges: readonly Judge[], situation: Situation): readonly Term[] => judges.map((judge) => judge(situation));
export const allMet = (terms: readonly Term[]): boolean => terms.every(({ verdict }) => verdict === 'met');

export const isExhausted = (s: Situation): boolean => s.available <= s.rules.tripAtOrBelow;

/** States in which a trip frame may have reached the meter. */
const IN_FLIGHT = ['sent', 'acknowledged', 'unknown', 'verifying'];

/** The trip for money that a restore answers: confirmed and not taken back, or perhaps on its way. */
export function openingToUndo(s: Situation) {
  const inFlight = s.openCommands.find(({ action, cause, state }) => action === 'trip' && cause === 'money' && IN_FLIGHT.includes(state));
  if (inFlight !== undefined) return inFlight;
  return s.lastOpening?.cause === 'money' ? s.lastOpening : undefined;
}
