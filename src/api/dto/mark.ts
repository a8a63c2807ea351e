import Type, { type Static } from 'typebox';
import type { Mark } from '../../core/model/mark.ts';
import { formatInstant } from '../../kernel/clock.ts';
import { instant, text } from './fields.ts';

export const MarkSchema = Type.Object(
  {
    subject: text('What it is set on: account:ID, meterPoint:ID, meter:ID or site'),
    kind: text('As lock-out or disputed'),
    since: instant('Since when'),
    actor: text('Who has set it'),
    reason: text('Why'),
  },
  { $id: 'Mark' },
);
export type MarkDto = Static<typeof MarkSchema>;

export const toMarkDto = ({ subject, kind, since, actor, reason }: Mark): MarkDto => ({
  subject,
  kind,
  since: formatInstant(since),
  actor,
  reason,
});
