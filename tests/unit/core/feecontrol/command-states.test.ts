import { describe, expect, test } from 'vitest';
import { hasEnded, isWaiting, mayMove } from '../../../../src/core/feecontrol/command-states.ts';
import type { CommandState } from '../../../../src/core/model/command.ts';

const ALLOWED: Readonly<Record<CommandState, string>> = {
  pendingApproval: 'queued rejected cancelled superseded expired',
  queued: 'suspended sent verifying superseded cancelled expired',
  suspended: 'queued superseded cancelled expired',
  sent: 'acknowledged refused unknown',
  acknowledged: 'verifying',
  unknown: 'verifying',
  verifying: 'verifying confirmed queued failed unknown',
  confirmed: '',
  rejected: '',
  refused: '',
  failed: '',
  expired: '',
  superseded: '',
  cancelled: '',
};
const states = Object.keys(ALLOWED) as CommandState[];

describe('the life of a command', () => {
  test.each(states)('from %s nothing but what is allowed may follow', (from) => {
    const next = ALLOWED[from].split(' ').filter(Boolean).sort();
    expect(states.filter((to) => mayMove(from, to)).sort()).toEqual(next);
  });

  test('ends where nothing follows', () => {
    for (const state of states) expect([state, hasEnded(state)]).toEqual([state, ALLOWED[state] === '']);
  });

  test('waits where no frame can be on its way', () => {
    expect(states.filter(isWaiting)).toEqual(['pendingApproval', 'queued', 'suspended']);
  });

  test('can only be sent from queued, so nothing is sent again without an answered read-back', () => {
    expect(states.filter((from) => mayMove(from, 'sent'))).toEqual(['queued']);
    expect(states.filter((from) => mayMove(from, 'queued'))).toEqual(['pendingApproval', 'suspended', 'verifying']);
  });
});
