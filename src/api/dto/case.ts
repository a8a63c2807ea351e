import Type, { type Static } from 'typebox';
import type { Case } from '../../core/model/case.ts';
import { formatInstant } from '../../kernel/clock.ts';
import { formatOrNull, instant, instantOrNull, text } from './fields.ts';

export const CaseSchema = Type.Object(
  {
    id: text('Id of the case'),
    meterPointId: text('The place that it is about'),
    kind: text('As restore-overdue or tamper'),
    owner: text('Who sees to it'),
    reason: text('What is the matter'),
    openedAt: instant('Since when'),
    closedAt: instantOrNull('Until when'),
  },
  { $id: 'Case' },
);
export type CaseDto = Static<typeof CaseSchema>;

export function toCaseDto({ id, meterPointId, kind, owner, reason, openedAt, closedAt }: Case): CaseDto {
  return { id, meterPointId, kind, owner, reason, openedAt: formatInstant(openedAt), closedAt: formatOrNull(closedAt) };
}
