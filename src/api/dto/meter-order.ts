/** What relay commands and recharges have in common: orders to a meter with the same states, each with its time line. */
import Type from 'typebox';
import type { Command, CommandState, StateMove } from '../../core/model/command.ts';
import type { Recharge } from '../../core/model/recharge.ts';
import { formatInstant } from '../../kernel/clock.ts';
import { instant, oneOf, orNull, text, textOrNull } from './fields.ts';

const STATES = [
  'pendingApproval',
  'queued',
  'suspended',
  'sent',
  'acknowledged',
  'unknown',
  'verifying',
  'confirmed',
  'rejected',
  'refused',
  'failed',
  'expired',
  'superseded',
  'cancelled',
] as const satisfies readonly CommandState[];

export const orderFields = {
  id: text('Id of the order'),
  meterId: text('The meter that it is for'),
  meterPointId: text('The place that the meter supplies'),
  state: oneOf(STATES, 'Delivered, answered and done are three things: only confirmed is proven by what was read back'),
  reason: text('Why it was asked for; of a recharge with the payment that it rests on'),
  actor: text('Who asked for it'),
  createdAt: instant('When it was stored'),
  expiresAt: instant('No frame leaves after it'),
  version: Type.Integer({ description: 'Grows by one with each move' }),
};

export const stepFields = {
  state: oneOf(STATES, 'The state that it came to'),
  at: instant('When'),
  reason: text('Why'),
  evidence: textOrNull('The answer or the read-back that it rests on'),
};

export function toOrderFields({ id, meterId, meterPointId, state, reason, actor, createdAt, expiresAt, version }: Command | Recharge) {
  return {
    id,
    meterId,
    meterPointId,
    state,
    reason,
    actor,
    createdAt: formatInstant(createdAt),
    expiresAt: formatInstant(expiresAt),
    version,
  };
}

/** An order begins where its first move leaves from. */
export function toFirstStep({ state, createdAt, reason }: Command | Recharge, moves: readonly StateMove[]) {
  return { state: moves[0]?.from ?? state, at: formatInstant(createdAt), reason, evidence: null };
}

export const toStepFields = ({ to, at, reason, evidence }: StateMove) => ({
  state: to,
  at: formatInstant(at),
  reason,
  evidence: orNull(evidence),
});
