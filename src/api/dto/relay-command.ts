import Type, { type Static } from 'typebox';
import type { Command, CommandMove } from '../../core/model/command.ts';
import type { StoredDecision } from '../../core/model/decision.ts';
import { type DecisionDto, toDecisionDto } from './decision.ts';
import { oneOf, refOrNull } from './fields.ts';
import { orderFields, stepFields, toFirstStep, toOrderFields, toStepFields } from './meter-order.ts';

const summary = {
  ...orderFields,
  action: oneOf(['trip', 'arm', 'close'], 'What the relay is told'),
  cause: oneOf(['money', 'manual'], 'Our own decision, or a person'),
};

export const RelayCommandSchema = Type.Object(summary, { $id: 'RelayCommand' });
export type RelayCommandDto = Static<typeof RelayCommandSchema>;

export const RelayCommandDetailSchema = Type.Object(
  {
    ...summary,
    timeline: Type.Array(Type.Object(stepFields), { description: 'Oldest first' }),
    decision: refOrNull<DecisionDto>('Decision'),
  },
  { $id: 'RelayCommandDetail' },
);
export type RelayCommandDetailDto = Static<typeof RelayCommandDetailSchema>;

export function toRelayCommandDto(command: Command): RelayCommandDto {
  const { action, cause } = command;
  return { ...toOrderFields(command), action, cause };
}

interface StoredCommand {
  readonly command: Command;
  readonly moves: readonly CommandMove[];
  readonly decision: StoredDecision | undefined;
}

export function toRelayCommandDetailDto({ command, moves, decision }: StoredCommand): RelayCommandDetailDto {
  return {
    ...toRelayCommandDto(command),
    timeline: [toFirstStep(command, moves), ...moves.map(toStepFields)],
    decision: decision === undefined ? null : toDecisionDto(decision),
  };
}
