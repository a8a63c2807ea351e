import { describe, expect, test } from 'vitest';
import { judgeReadBack } from '../../../../src/core/feecontrol/verdict.ts';
import type { RelayAction } from '../../../../src/core/model/command.ts';
import type { LoadSide, RelayState } from '../../../../src/core/model/meter.ts';
import { plusMs } from '../../../../src/kernel/clock.ts';
import { commandOf, EVENING, reportOf } from '../../../support/core-facts.ts';

const judged = (action: RelayAction, relay: RelayState, loadSide: LoadSide = 'silent', tripDelayed = false, leftMs = 1, settlesInMs = 0) =>
  judgeReadBack(commandOf({ action, expiresAt: plusMs(EVENING, leftMs) }), reportOf(relay, { tripDelayed }), loadSide, {
    now: EVENING,
    settledAt: plusMs(EVENING, settlesInMs),
  });

describe('a read-back', () => {
  test.each<[RelayAction, RelayState, LoadSide, boolean, string, string]>([
    ['trip', 'open', 'silent', false, 'confirmed', 'read back'],
    ['trip', 'open', 'contradicts', false, 'verifying', 'load-contradicts'],
    ['trip', 'closed', 'agrees', false, 'queued', 'relay unchanged'],
    ['trip', 'closed', 'agrees', true, 'verifying', 'delayed'],
    ['trip', 'unknown', 'silent', false, 'verifying', 'the meter reports no usable relay state'],
    ['close', 'closed', 'agrees', false, 'confirmed', 'read back'],
    ['close', 'closed', 'silent', false, 'confirmed', 'read back'],
    ['close', 'closed', 'silent', true, 'queued', 'relay unchanged'],
    ['close', 'open', 'silent', false, 'queued', 'relay unchanged'],
    ['close', 'open', 'contradicts', false, 'queued', 'relay unchanged'],
    ['close', 'unknown', 'silent', false, 'verifying', 'the meter reports no usable relay state'],
    ['arm', 'armed', 'silent', false, 'verifying', 'awaitingCustomer'],
    ['arm', 'closed', 'agrees', false, 'confirmed', 'read back'],
    ['arm', 'open', 'silent', false, 'queued', 'relay unchanged'],
    ['arm', 'unknown', 'silent', false, 'verifying', 'the meter reports no usable relay state'],
  ])('of a %s that finds the relay %s with a load that is %s (delayed: %o) leads to %s', (action, relay, loadSide, delayed, to, reason) => {
    expect(judged(action, relay, loadSide, delayed)).toEqual({ to, reason });
  });

  test.each<[RelayAction, RelayState]>([
    ['trip', 'closed'],
    ['close', 'open'],
    ['arm', 'open'],
  ])('of a %s that finds the relay %s fails it once its deadline is reached', (action, relay) => {
    expect(judged(action, relay, 'silent', false, 0)).toEqual({ to: 'failed', reason: 'relay unchanged at the deadline' });
  });

  test.each<[RelayAction, RelayState, number, string, string]>([
    ['trip', 'closed', 1, 'verifying', 'settling'],
    ['trip', 'closed', -1000, 'verifying', 'settling'],
    ['trip', 'open', 1, 'confirmed', 'read back'],
    ['close', 'closed', 1, 'verifying', 'settling'],
    ['close', 'open', 1, 'queued', 'relay unchanged'],
    ['arm', 'closed', 1, 'verifying', 'settling'],
    ['arm', 'open', 1, 'queued', 'relay unchanged'],
  ])(
    'of a %s that finds the relay %s while a trip may still open it, %i ms before the deadline, leads to %s',
    (action, relay, leftMs, to, reason) => {
      expect(judged(action, relay, 'silent', false, leftMs, 1)).toEqual({ to, reason });
    },
  );

  test('confirms after the deadline too: what happened has happened', () => {
    expect(judged('trip', 'open', 'silent', false, -1000).to).toBe('confirmed');
    expect(judged('close', 'closed', 'agrees', false, -1000).to).toBe('confirmed');
  });

  test('goes on waiting for the customer’s button after the deadline', () => {
    expect(judged('arm', 'armed', 'silent', false, -1000)).toEqual({ to: 'verifying', reason: 'awaitingCustomer' });
  });
});
