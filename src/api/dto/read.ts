import Type, { type Static } from 'typebox';
import { type RegisterAnswer, shownBy } from '../../core/ports/meter-gateway.ts';
import type { ReadTicket } from '../../core/services/on-demand-reads.ts';
import { formatInstant } from '../../kernel/clock.ts';
import { ERROR_CODES } from '../../kernel/error-codes.ts';
import { formatOrNull, instant, instantOrNull, oneOf, orNull, text, textOrNull } from './fields.ts';

const Answer = Type.Object({
  register: text('OBIS code where one exists, else dlt645:DI'),
  part: textOrNull('Which value it is, where one register holds several'),
  value: textOrNull('Exact decimal string, or the date, digits or bits that the register holds; null where the meter has none'),
  unit: text('Unit of the value'),
  occurred: textOrNull('Of a demand or a record: when, by the meter’s own clock'),
  readAt: instant('When the reply was heard'),
});

const Failure = {
  code: text('Stable code, one of the table of errors'),
  detail: text('What it means'),
  protocolError: textOrNull("The meter's own words, where it refused"),
  remedy: text('What to do about it'),
};

export const ReadSchema = Type.Object(
  {
    id: text('Id of the read'),
    meterId: text('The meter that is asked'),
    registers: Type.Array(Type.String(), { description: 'What it is asked for' }),
    state: oneOf(['waiting', 'answered', 'failed'], 'Where it stands'),
    requestedAt: instant('When it was asked for'),
    finishedAt: instantOrNull('When it ended'),
    actor: text('Whose key asked'),
    answers: Type.Array(Answer, { description: 'What the meter said: not judged, nothing is charged for it' }),
    failure: Type.Unsafe<Static<Type.TObject<typeof Failure>> | null>({
      type: ['object', 'null'],
      properties: Failure,
      description: 'Why it failed',
    }),
  },
  { $id: 'Read' },
);
export type ReadDto = Static<typeof ReadSchema>;

export function toReadDto({ id, meterId, registers, state, requestedAt, finishedAt, actor, answers, failure }: ReadTicket): ReadDto {
  return {
    id,
    meterId,
    registers: [...registers],
    state,
    requestedAt: formatInstant(requestedAt),
    finishedAt: formatOrNull(finishedAt),
    actor,
    answers: answers.map(toAnswerDto),
    failure: failure === undefined ? null : toFailureDto(failure),
  };
}

function toAnswerDto(answer: RegisterAnswer): Static<typeof Answer> {
  const { register, part, unit, occurred, readAt } = answer;
  return {
    register,
    part: orNull(part),
    value: orNull(shownBy(answer)),
    unit,
    occurred: orNull(occurred),
    readAt: formatInstant(readAt),
  };
}

function toFailureDto({ code, protocolError }: NonNullable<ReadTicket['failure']>): NonNullable<ReadDto['failure']> {
  const { meaning, remedy } = ERROR_CODES[code];
  return { code, detail: meaning, protocolError: orNull(protocolError), remedy };
}
