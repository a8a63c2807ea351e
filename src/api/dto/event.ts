import Type, { type Static } from 'typebox';
import type { EventRecord } from '../../core/ports/queries.ts';
import { formatInstant } from '../../kernel/clock.ts';
import { instant, orNull, text, textOrNull } from './fields.ts';

export const EventSchema = Type.Object(
  {
    eventId: text('Place in the sealed order: what Last-Event-ID and after take'),
    occurredAt: instant('When'),
    type: text('As payment.posted or command.confirmed'),
    actor: textOrNull('Who did it'),
    subject: text('What it is about, as account:ID'),
    data: Type.Unsafe<Readonly<Record<string, unknown>>>({ type: 'object', additionalProperties: true, description: 'What happened' }),
  },
  { $id: 'Event' },
);
export type EventDto = Static<typeof EventSchema>;

export function toEventDto({ seq, at, type, actor, subject, data }: EventRecord): EventDto {
  return { eventId: String(seq), occurredAt: formatInstant(at), type, actor: orNull(actor), subject, data };
}
