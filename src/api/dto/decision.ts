import Type, { type Static } from 'typebox';
import type { StoredDecision } from '../../core/model/decision.ts';
import { formatInstant } from '../../kernel/clock.ts';
import { instant, listOf, oneOf, text } from './fields.ts';

export const TermSchema = Type.Object(
  {
    name: text('The condition'),
    verdict: oneOf(['met', 'unmet', 'unknown'], 'How it was judged; what is unknown holds a trip'),
    proof: text('In words and figures'),
  },
  { $id: 'Term' },
);
export type TermDto = Static<typeof TermSchema>;

const ACTS = ['none', 'warn', 'trip', 'restore', 'hold'] as const;

export const DecisionSchema = Type.Object(
  {
    id: text('Id of the decision'),
    at: instant('When it was taken'),
    act: oneOf(ACTS, 'What was decided'),
    wanted: oneOf(ACTS, 'What was wanted, where doubt held it'),
    terms: listOf<TermDto>('Term', 'Everything that it rests on'),
  },
  { $id: 'Decision' },
);
export type DecisionDto = Static<typeof DecisionSchema>;

export function toDecisionDto({ id, at, act, wanted, terms }: StoredDecision): DecisionDto {
  return { id, at: formatInstant(at), act, wanted, terms: [...terms] };
}
