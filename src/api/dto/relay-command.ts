import Type, { type Static } from 'typebox';
import type { Command, CommandMove, CommandState } from '../../core/model/command.ts';
import type { StoredDecision } from '../../core/model/decision.ts';
import { formatInstant } from '../../kernel/clock.ts';
import { type DecisionDto, toDecisionDto } from './decision.ts';
import { instant, oneOf, orNull, refOrNull, text, textOrNull } from './fields.ts';

export const STATES = [
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

const summary = {
  id: text('Id of the command'),
  meterId: text('The meter whose relay it is for'),
  meterPointId: text('The place that the meter supplies'),
  action: oneOf(['trip', 'arm', 'close'], 'What the relay is told'),
  cause: oneOf(['money', 'manual'], 'Our own decision, or a person'),
  state: oneOf(STATES, 'Delivered, answered and done are three things: only confirmed is proven by read-back'),
  reason: text('Why it was asked for'),
  actor: text('Who asked for it'),
  createdAt: instant('When it was stored'),
  expiresAt: instant('No frame leaves after it'),
  version: Type.Integer({ description: 'Grows by one with each move' }),
};

export const RelayCommandSchema = Type.Object(summary, { $id: 'RelayCommand' });
export type RelayCommandDto = Static<typeof RelayCommandSchema>;

const Step = Type.Object({
  state: oneOf(STATES, 'The state that it came to'),
  at: instant('When'),
  reason: text('Why'),
  evidence: textOrNull("The meter's answer or the read-back that it rests on"),
});

export const RelayCommandDetailSchema = Type.Object(
  {
    ...summary,
    timeline: Type.Array(Step, { description: 'Oldest first' }),
    decision: refOrNull<DecisionDto>('Decision'),
  },
  { $id: 'RelayCommandDetail' },
);
export type RelayCommandDetailDto = Static<typeof RelayCommandDetailSchema>;

export function toRelayCommandDto(command: Command): RelayCommandDto {
  const { id, meterId, meterPointId, action, cause, state, reason, actor, createdAt, expiresAt, version } = command;
  return {
    id,
    meterId,
    meterPointId,
    action,
    cause,
    state,
    reason,
    actor,
    createdAt: formatInstant(createdAt),
    expiresAt: formatInstant(expiresAt),
    version,
  };
}

interface StoredCommand {
  readonly command: Command;
  readonly moves: readonly CommandMove[];
  readonly decision: StoredDecision | undefined;
}

export function toRelayCommandDetailDto({ command, moves, decision }: StoredCommand): RelayCommandDetailDto {
  const first = { state: moves[0]?.from ?? command.state, at: formatInstant(command.createdAt), reason: command.reason, evidence: null };
  const steps = moves.map(({ to, at, reason, evidence }) => ({ state: to, at: formatInstant(at), reason, evidence: orNull(evidence) }));
  return {
    ...toRelayCommandDto(command),
    timeline: [first, ...steps],
    decision: decision === undefined ? null : toDecisionDto(decision),
  };
}
