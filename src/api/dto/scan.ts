import Type, { type Static } from 'typebox';
import type { ScanTicket } from '../../core/services/line-scans.ts';
import { formatInstant } from '../../kernel/clock.ts';
import { formatOrNull, instant, instantOrNull, oneOf, orNull, text, textOrNull } from './fields.ts';

const count = (description: string) => Type.Integer({ description });

const Progress = {
  protocol: text('What is looked for'),
  done: count('Calls of this search that are over'),
  of: count('Calls of this search'),
  asking: text('What is asked at the moment'),
};

export const ScanSchema = Type.Object(
  {
    id: text('Id of the scan'),
    lineId: text('The line that is scanned'),
    protocols: Type.Array(Type.String(), { description: 'What is looked for' }),
    state: oneOf(['running', 'complete', 'cancelled', 'failed'], 'Where it stands'),
    requestedAt: instant('When it was asked for'),
    finishedAt: instantOrNull('When it ended'),
    actor: text('Whose key asked'),
    progress: Type.Unsafe<Static<Type.TObject<typeof Progress>> | null>({
      type: ['object', 'null'],
      properties: Progress,
      description: 'The step that it has come to',
    }),
    found: Type.Array(
      Type.Object({
        protocol: text('What it speaks'),
        address: textOrNull('As a meter is configured by it; null where it names none'),
        evidence: text('What it said'),
      }),
      { description: 'Meters that answered, in that order' },
    ),
    unresolved: Type.Array(Type.String(), { description: 'Answers that could not be told apart' }),
    failure: textOrNull('Stable code, one of the table of errors, where it failed'),
  },
  { $id: 'Scan' },
);
export type ScanDto = Static<typeof ScanSchema>;

export function toScanDto({
  id,
  lineId,
  order,
  state,
  requestedAt,
  finishedAt,
  actor,
  progress,
  found,
  unresolved,
  failure,
}: ScanTicket): ScanDto {
  return {
    id,
    lineId,
    protocols: [...order.protocols],
    state,
    requestedAt: formatInstant(requestedAt),
    finishedAt: formatOrNull(finishedAt),
    actor,
    progress:
      progress === undefined ? null : { protocol: progress.protocol, done: progress.done, of: progress.of, asking: progress.asking },
    found: found.map(({ protocol, address, evidence }) => ({ protocol, address: orNull(address), evidence })),
    unresolved: [...unresolved],
    failure: orNull(failure),
  };
}
