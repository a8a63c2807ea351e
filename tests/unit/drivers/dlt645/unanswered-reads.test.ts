import { expect, test } from 'vitest';
import { createUnansweredReads } from '../../../../src/drivers/dlt645/unanswered-reads.ts';
import { createManualClock } from '../../../support/manual-clock.ts';

test('an answer that may be to an older read proves only what was given up before that one', async () => {
  const clock = createManualClock();
  const unanswered = createUnansweredReads(clock);
  for (const di of ['energy', 'time', 'relay']) {
    unanswered.add('m1', di);
    await clock.advance(1000);
  }
  unanswered.answered('m1', 'time');
  expect(['energy', 'time', 'relay'].map((di) => unanswered.mixesUp('m1', di))).toEqual([false, true, true]);
});

test('an answer for what was not awaited proves everything', () => {
  const unanswered = createUnansweredReads(createManualClock());
  unanswered.add('m1', 'energy');
  unanswered.add('m1', 'time');
  unanswered.answered('m1', 'date');
  expect(['energy', 'time'].map((di) => unanswered.mixesUp('m1', di))).toEqual([false, false]);
});
