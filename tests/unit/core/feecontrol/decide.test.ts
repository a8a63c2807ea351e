import { describe, expect, test } from 'vitest';
import { crossingEnds, crossingStarts, decide, decideAgain, decideManually, noticeWanted } from '../../../../src/core/feecontrol/decide.ts';
import type { Situation } from '../../../../src/core/feecontrol/situation.ts';
import type { Case } from '../../../../src/core/model/case.ts';
import type { CommandState } from '../../../../src/core/model/command.ts';
import type { Decision, Verdict } from '../../../../src/core/model/decision.ts';
import type { Mark, MarkKind } from '../../../../src/core/model/mark.ts';
import { plusMs } from '../../../../src/kernel/clock.ts';
import { asId } from '../../../../src/kernel/ids.ts';
import { commandOf, EVENING, noticeOf, RULES, readingOf, yuan } from '../../../support/core-facts.ts';
import { tripDue } from '../../../support/core-situation.ts';

const mark = (kind: MarkKind, subject: string): Mark => ({ subject, kind, since: EVENING, actor: asId('zhang'), reason: 'because' });
const openCase = (kind: Case['kind']): Case => ({
  id: asId('cas_1'),
  meterPointId: asId('p1'),
  kind,
  owner: 'operator on duty',
  reason: 'because',
  openedAt: EVENING,
  closedAt: undefined,
});
const open = (decision: Decision) => decision.terms.filter(({ verdict }) => verdict !== 'met').map(({ name, verdict }) => [name, verdict]);
const due = tripDue();

const NO_AGREEMENT = { held: false, proof: 'no fee-control agreement on file' };

describe('a trip', () => {
  test('is decided when every term is met, and each term carries its proof', () => {
    const decision = decide(tripDue());
    expect(decision.act).toBe('trip');
    expect(decision.terms.map(({ name }) => name)).toEqual([
      'agreement',
      'account-open',
      'pays-before-use',
      'exhausted',
      'measured',
      'charge-measured',
      'warned',
      'stop-notice',
      'grace',
      'permitted-time',
      'not-disputed',
      'no-pending-payment',
      'no-open-case',
      'rules-fit-line',
      'not-protected',
      'meter-not-protected',
      'bound',
      'site-clear',
      'relay-closed',
      'limiter',
      'no-other-command',
    ]);
    expect(decision.terms.filter(({ verdict, proof }) => verdict !== 'met' || proof === '')).toEqual([]);
  });

  test.each<[string, Partial<Situation>, string, Verdict]>([
    ['no agreement is on file', { agreement: NO_AGREEMENT }, 'agreement', 'unmet'],
    ['the account is closed', { accountOpen: false }, 'account-open', 'unmet'],
    ['a register was never read', { reading: undefined }, 'measured', 'unknown'],
    ['the reading is suspect', { reading: readingOf('1', EVENING, { quality: 'suspect' }) }, 'measured', 'unknown'],
    ['the reading is rejected', { reading: readingOf('1', EVENING, { quality: 'rejected' }) }, 'measured', 'unknown'],
    ['the reading is stale', { reading: readingOf('1', plusMs(EVENING, -120_001)) }, 'measured', 'unknown'],
    ['the reading lies in the future', { reading: readingOf('1', plusMs(EVENING, 1)) }, 'measured', 'unknown'],
    [
      'the warning is queued only',
      { notices: [noticeOf('low-balance', { state: 'queued' }), noticeOf('stop-pending')] },
      'warned',
      'unmet',
    ],
    ['the warning failed', { notices: [noticeOf('low-balance', { state: 'failed' }), noticeOf('stop-pending')] }, 'warned', 'unmet'],
    ['the grace is not over', { rules: { ...RULES, graceMs: 3_600_001 } }, 'grace', 'unmet'],
    ['the window is not open yet', { rules: { ...RULES, window: { fromMinute: 1201, toMinute: 1440 } } }, 'permitted-time', 'unmet'],
    ['the window has just closed', { rules: { ...RULES, window: { fromMinute: 570, toMinute: 1200 } } }, 'permitted-time', 'unmet'],
    ['the window never opens', { rules: { ...RULES, window: { fromMinute: 1440, toMinute: 0 } } }, 'permitted-time', 'unmet'],
    ['it is a weekday without trips', { rules: { ...RULES, noTripWeekdays: [2] } }, 'permitted-time', 'unmet'],
    ['the customer disputes', { marks: [mark('disputed', 'account:a1')] }, 'not-disputed', 'unmet'],
    ['a debit is pending', { marks: [mark('pending-debit', 'account:a1')] }, 'no-pending-payment', 'unmet'],
    ['an earlier trip failed', { openCases: [openCase('trip-failed')] }, 'no-open-case', 'unmet'],
    ['the meter is under examination', { openCases: [openCase('tamper')] }, 'no-open-case', 'unmet'],
    ['the rules are for simulated lines', { rules: { ...RULES, simulatedOnly: true } }, 'rules-fit-line', 'unmet'],
    ['the customer is on the protected list', { keepPower: true }, 'not-protected', 'unmet'],
    ['the account is marked as protected', { marks: [mark('protected', 'account:a1')] }, 'not-protected', 'unmet'],
    ['the meter keeps power', { relay: { ...due.relay, keepPower: true } }, 'meter-not-protected', 'unmet'],
    ['the meter’s keep-power flag is unknown', { relay: { ...due.relay, keepPower: undefined } }, 'meter-not-protected', 'unknown'],
    ['the meter is not bound', { marks: [mark('unbound', 'meter:m1')] }, 'bound', 'unmet'],
    ['the clock jumped', { marks: [mark('clock-jumped', 'site')] }, 'site-clear', 'unmet'],
    ['the limiter is halted', { marks: [mark('limiter-halted', 'site')] }, 'site-clear', 'unmet'],
    ['customers cannot pay', { marks: [mark('channel-down', 'site')] }, 'site-clear', 'unmet'],
    ['the relay is unknown', { relay: { ...due.relay, reported: 'unknown' } }, 'relay-closed', 'unknown'],
    ['the relay was read too long ago', { relay: { ...due.relay, reportedAt: plusMs(EVENING, -120_001) } }, 'relay-closed', 'unknown'],
    ['too many trips were sent this minute', { limiter: { ...due.limiter, sentLastMinute: 10 } }, 'limiter', 'unmet'],
    [
      'a fifth of the feeder is dark',
      { limiter: { ...due.limiter, sentOnFeederToday: 2 }, rules: { ...RULES, limiter: { ...RULES.limiter, feederPercentPerDay: 20 } } },
      'limiter',
      'unmet',
    ],
    [
      'two in a hundred are dark',
      { limiter: { ...due.limiter, sentToday: 2 }, rules: { ...RULES, limiter: { ...RULES.limiter, fleetPercentPerDay: 2 } } },
      'limiter',
      'unmet',
    ],
  ])('is held when %s, and that term alone is named', (_, change, name, verdict) => {
    const decision = decide(tripDue(change));
    expect([decision.act, decision.wanted]).toEqual(['hold', 'trip']);
    expect(open(decision)).toEqual([[name, verdict]]);
  });

  test('is judged at both ends of its window', () => {
    const at = (minute: number, window: Situation['rules']['window']) =>
      decide(tripDue({ rules: { ...RULES, window }, local: { ...due.local, hour: Math.floor(minute / 60), minute: minute % 60 } })).act;
    expect(at(570, { fromMinute: 570, toMinute: 1050 })).toBe('trip');
    expect(at(1049, { fromMinute: 570, toMinute: 1050 })).toBe('trip');
    expect(at(1050, { fromMinute: 570, toMinute: 1050 })).toBe('hold');
    expect(at(569, { fromMinute: 570, toMinute: 1050 })).toBe('hold');
  });

  test('a small fleet may have one trip a day', () => {
    const limiter = { sentLastMinute: 0, sentOnFeederToday: 0, sentToday: 0, metersOnFeeder: 3, meters: 3 };
    const rules = { ...RULES, limiter: { perMinute: 10, feederPercentPerDay: 20, fleetPercentPerDay: 2 } };
    expect(decide(tripDue({ limiter, rules })).act).toBe('trip');
    expect(decide(tripDue({ limiter: { ...limiter, sentOnFeederToday: 1, sentToday: 1 }, rules })).act).toBe('hold');
  });

  test('is not wanted while a command is under way, or where the relay is open already', () => {
    expect(decide(tripDue({ openCommands: [commandOf()] })).act).toBe('none');
    expect(decide(tripDue({ relay: { ...due.relay, reported: 'open' } })).act).toBe('none');
    expect(decide(tripDue({ relay: { ...due.relay, reported: 'armed' } })).act).toBe('none');
  });

  test('is wanted at the overdraft amount, not a micro-yuan above it', () => {
    const rules = { ...RULES, tripAtOrBelow: yuan('-5') };
    expect(decide(tripDue({ rules, available: yuan('-5') })).act).toBe('trip');
    expect(decide(tripDue({ rules, available: yuan('-4.999999'), notices: [noticeOf('low-balance')] })).act).toBe('none');
  });
});

describe('notices', () => {
  const at = (available: string, notices: Situation['notices'], crossing = due.crossing) =>
    noticeWanted(tripDue({ available: yuan(available), notices, crossing }));

  test('none is due at the warning value, one below it', () => {
    expect(at('10', [], undefined)).toBeUndefined();
    expect(at('9.999999', [], undefined)).toBe('low-balance');
  });

  test('a balance that falls past both at once is warned first', () => {
    expect(at('-1', [], undefined)).toBe('low-balance');
    expect(decide(tripDue({ notices: [], crossing: undefined })).act).toBe('warn');
  });

  test('the stop notice waits until the warning is delivered', () => {
    expect(at('-1', [noticeOf('low-balance', { state: 'queued' })])).toBeUndefined();
    expect(at('-1', [noticeOf('low-balance', { state: 'failed' })])).toBeUndefined();
    expect(at('-1', [noticeOf('low-balance')])).toBe('stop-pending');
  });

  test('the stop notice waits until the money is gone', () => {
    expect(at('0.01', [noticeOf('low-balance')])).toBeUndefined();
    expect(at('0', [noticeOf('low-balance')])).toBe('stop-pending');
  });

  test('each is wanted once for a crossing', () => {
    expect(at('5', [noticeOf('low-balance', { state: 'queued' })])).toBeUndefined();
    expect(at('-1', [noticeOf('low-balance'), noticeOf('stop-pending', { state: 'queued' })])).toBeUndefined();
  });

  test('notices of the crossing before do not count for a new one', () => {
    const above = due.crossing && { ...due.crossing, below: false };
    expect(at('-1', [noticeOf('low-balance'), noticeOf('stop-pending')], above)).toBe('low-balance');
  });
});

describe('crossings', () => {
  const above = due.crossing && { ...due.crossing, below: false };

  test('begin when the balance falls below the warning value, and end when it is back', () => {
    expect(crossingStarts(tripDue({ available: yuan('9'), crossing: undefined }))).toBe(true);
    expect(crossingStarts(tripDue({ available: yuan('9'), crossing: above }))).toBe(true);
    expect(crossingStarts(tripDue({ available: yuan('10'), crossing: above }))).toBe(false);
    expect(crossingEnds(tripDue({ available: yuan('10') }))).toBe(true);
    expect(crossingEnds(tripDue({ available: yuan('9') }))).toBe(false);
  });

  test('do not begin again while the balance moves about below', () => {
    expect(crossingStarts(tripDue({ available: yuan('3'), notices: [noticeOf('low-balance')] }))).toBe(false);
    expect(crossingStarts(tripDue({ available: yuan('-3') }))).toBe(false);
  });

  test('begin again when a payment came after the stop notice: nobody is tripped on the notice before it', () => {
    const paidALittle = tripDue({ available: yuan('3') });
    expect(crossingStarts(paidALittle)).toBe(true);
    expect(noticeWanted(paidALittle)).toBe('low-balance');
  });
});

describe('a restore', () => {
  const opening = commandOf({ state: 'confirmed' });
  const paid = tripDue({ available: yuan('20'), lastOpening: opening, relay: { ...due.relay, reported: 'open' } });
  const restore = commandOf({ id: asId('cmd_2'), action: 'close' });

  test('answers an opening that we commanded for money', () => {
    expect(decide(paid)).toMatchObject({ act: 'restore', wanted: 'restore' });
    expect(open(decide(paid))).toEqual([]);
  });

  test('is not wanted for an opening that a person commanded', () => {
    expect(decide({ ...paid, lastOpening: { ...opening, cause: 'manual' } }).act).toBe('none');
  });

  test('is not wanted for an opening that nobody here commanded', () => {
    expect(decide({ ...paid, lastOpening: undefined }).act).toBe('none');
  });

  test.each<CommandState>(['sent', 'acknowledged', 'unknown', 'verifying'])('answers a trip that may be on its way: %s', (state) => {
    expect(decide({ ...paid, lastOpening: undefined, openCommands: [commandOf({ state })] }).act).toBe('restore');
  });

  test.each<CommandState>(['queued', 'suspended', 'pendingApproval'])('has nothing to answer where no frame has left: %s', (state) => {
    expect(decide({ ...paid, lastOpening: undefined, openCommands: [commandOf({ state })] }).act).toBe('none');
  });

  test('needs money: at the overdraft amount it is not wanted', () => {
    expect(decide({ ...paid, available: yuan('0') }).act).not.toBe('restore');
    expect(decide({ ...paid, available: yuan('0.000001') }).act).toBe('restore');
  });

  test('is held by a lock-out, which alone is named', () => {
    const decision = decide({ ...paid, marks: [mark('lock-out', 'meterPoint:p1')] });
    expect([decision.act, decision.wanted]).toEqual(['hold', 'restore']);
    expect(open(decision)).toEqual([['no-lock-out', 'unmet']]);
  });

  test('is held after one that failed, until its case is closed', () => {
    const decision = decide({ ...paid, openCases: [openCase('restore-failed')] });
    expect(open(decision)).toEqual([['no-failed-restore', 'unmet']]);
  });

  test('is not wanted twice at a time', () => {
    expect(decide({ ...paid, openCommands: [restore] }).act).toBe('none');
  });

  test('asks for nothing that only a trip needs', () => {
    const unsafe = [mark('clock-jumped', 'site'), mark('limiter-halted', 'site'), mark('disputed', 'account:a1')];
    expect(decide({ ...paid, agreement: NO_AGREEMENT, reading: undefined, marks: unsafe, accountOpen: false }).act).toBe('restore');
  });
});

describe('a queued command, judged again before its frame leaves', () => {
  test('may leave when everything still holds; it does not stand in its own way', () => {
    expect(decideAgain(commandOf(), tripDue({ openCommands: [commandOf()] })).act).toBe('trip');
  });

  test('a trip stays when the customer has paid', () => {
    const decision = decideAgain(commandOf(), tripDue({ available: yuan('1'), openCommands: [commandOf()] }));
    expect(open(decision)).toEqual([['exhausted', 'unmet']]);
  });

  test('a trip stays when a restore has come', () => {
    const restore = commandOf({ id: asId('cmd_2'), action: 'close' });
    expect(open(decideAgain(commandOf(), tripDue({ openCommands: [commandOf(), restore] })))).toEqual([['no-other-command', 'unmet']]);
  });

  test('a trip that a person asked for is judged for safety, not for money', () => {
    const manual = commandOf({ cause: 'manual' });
    expect(decideAgain(manual, tripDue({ available: yuan('50'), notices: [], agreement: NO_AGREEMENT, openCommands: [manual] })).act).toBe(
      'trip',
    );
    expect(open(decideAgain(manual, tripDue({ keepPower: true, openCommands: [manual] })))).toEqual([['not-protected', 'unmet']]);
  });

  test('a restore stays when the money is gone again, or when a lock-out has come', () => {
    const restore = commandOf({ action: 'arm' });
    expect(open(decideAgain(restore, tripDue({ openCommands: [restore] })))).toEqual([['paid-up', 'unmet']]);
    const locked = tripDue({ available: yuan('5'), openCommands: [restore], marks: [mark('lock-out', 'meterPoint:p1')] });
    expect(open(decideAgain(restore, locked))).toEqual([['no-lock-out', 'unmet']]);
  });

  test('a closing that a person asked for needs no money, but no lock-out either', () => {
    const manual = commandOf({ action: 'close', cause: 'manual' });
    expect(decideAgain(manual, tripDue({ openCommands: [manual] })).act).toBe('restore');
    expect(decideManually('close', tripDue({ marks: [mark('lock-out', 'meterPoint:p1')] })).act).toBe('hold');
  });
});
