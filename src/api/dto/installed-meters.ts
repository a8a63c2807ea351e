import Type, { type Static } from 'typebox';
import { BEGINNING } from '../../core/model/archive.ts';
import type { PlaceMeters } from '../../core/services/meter-installations.ts';
import { formatInstant } from '../../kernel/clock.ts';
import { instantOrNull, text } from './fields.ts';

export const InstalledMetersSchema = Type.Object(
  {
    meterPointId: text('Where they hung'),
    meters: Type.Array(
      Type.Object({
        meterId: text('A meter'),
        from: instantOrNull('When it came to hang there; null where it hung there since ever'),
        to: instantOrNull('When the next one took its place; null while it hangs there'),
      }),
      { description: 'In order of time' },
    ),
  },
  { $id: 'InstalledMeters' },
);
export type InstalledMetersDto = Static<typeof InstalledMetersSchema>;

export const toInstalledMetersDto = ({ meterPointId, spans }: PlaceMeters): InstalledMetersDto => ({
  meterPointId,
  meters: spans.map(({ meterId, from, to }) => ({
    meterId,
    from: from === BEGINNING ? null : formatInstant(from),
    to: to === undefined ? null : formatInstant(to),
  })),
});
