import type { Queries } from '../../../core/ports/queries.ts';
import { accountAnswers } from './account-queries.ts';
import type { Answers, Sources } from './answer.ts';
import { archiveAnswers } from './archive-queries.ts';
import { billAnswers } from './bill-queries.ts';
import { chargeAnswers } from './charge-queries.ts';
import { commandAnswers } from './command-queries.ts';
import { debtAnswers } from './debt-queries.ts';
import { entryAnswers } from './entry-queries.ts';
import { eventAnswers } from './event-queries.ts';
import { factsAnswers } from './facts-query.ts';
import { figureAnswers } from './figure-queries.ts';
import { holdAnswers } from './hold-queries.ts';
import { meterAnswers } from './meter-queries.ts';
import { paymentAnswers } from './payment-queries.ts';
import { rechargeAnswers } from './recharge-queries.ts';
import { reversalAnswers } from './reversal-queries.ts';

const answers: Answers<keyof Queries> = {
  ...accountAnswers,
  ...archiveAnswers,
  ...billAnswers,
  ...chargeAnswers,
  ...commandAnswers,
  ...debtAnswers,
  ...entryAnswers,
  ...eventAnswers,
  ...factsAnswers,
  ...figureAnswers,
  ...holdAnswers,
  ...meterAnswers,
  ...paymentAnswers,
  ...rechargeAnswers,
  ...reversalAnswers,
};

/** Answers one named question from one snapshot. */
export function answer<Name extends keyof Queries>(name: Name, ask: Queries[Name]['ask'], sources: Sources): Queries[Name]['answer'] {
  return sources.reader.snapshot(() => answers[name](sources, ask));
}

/** Answered at once by a few rows found by their key; everything else goes to the reader's thread. */
const POINT_READS: ReadonlySet<keyof Queries> = new Set([
  'meterPointFacts',
  'account',
  'ledgerBalance',
  'meter',
  'readingsAround',
  'chargePoints',
  'meterPointAt',
  'payment',
  'hold',
  'entry',
  'reversal',
  'paymentGround',
  'idempotencyKey',
  'command',
  'recharge',
  'case',
  'archiveView',
  'bill',
  'billsOfPoint',
  'apiKeyByHash',
  'lastCommitAt',
  'lastSeq',
]);

export const isPointRead = (name: keyof Queries): boolean => POINT_READS.has(name);
