/** A situation in which every term of a trip is met; tests change the one thing that they are about. */
import type { Situation } from '../../src/core/feecontrol/situation.ts';
import { plusMs } from '../../src/kernel/clock.ts';
import { toLocalTime } from '../../src/kernel/local-time.ts';
import { EVENING, METER, noticeOf, RULES, readingOf, SHANGHAI, yuan } from './core-facts.ts';

export const tripDue = (more: Partial<Situation> = {}): Situation => ({
  now: EVENING,
  local: { ...toLocalTime(EVENING, SHANGHAI), weekday: 2 },
  rules: RULES,
  accountOpen: true,
  agreement: { held: true, proof: 'fee-control agreement on file' },
  keepPower: false,
  restoreBy: 'close',
  paysBefore: true,
  provisional: [],
  balance: yuan('-1'),
  available: yuan('-1'),
  reading: readingOf('100', plusMs(EVENING, -1000)),
  relay: {
    meterId: METER.id,
    desired: undefined,
    reported: 'closed',
    reportedAt: plusMs(EVENING, -1000),
    evidence: 'dlt645:04000503=0000',
    keepPower: false,
    loadSide: 'agrees',
  },
  openCommands: [],
  lastOpening: undefined,
  crossing: { meterPointId: METER.meterPointId, number: 1, below: true, at: plusMs(EVENING, -7_200_000) },
  notices: [noticeOf('low-balance'), noticeOf('stop-pending')],
  marks: [],
  openCases: [],
  limiter: { sentLastMinute: 0, sentOnFeederToday: 0, sentToday: 0, metersOnFeeder: 10, meters: 100 },
  simulatedLine: false,
  ...more,
});
