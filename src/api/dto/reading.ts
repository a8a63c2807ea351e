import Type, { type Static } from 'typebox';
import type { Reading } from '../../core/model/reading.ts';
import { formatInstant } from '../../kernel/clock.ts';
import { formatEnergy } from '../../kernel/units.ts';
import { instant, oneOf, text } from './fields.ts';

export const ReadingSchema = Type.Object(
  {
    register: text('OBIS code where one exists, else dlt645:DI'),
    value: text('Decimal string'),
    unit: oneOf(['kWh'], 'Unit of the value'),
    measuredAt: instant('When the meter measured it'),
    heardAt: instant('When it was heard'),
    quality: oneOf(['good', 'suspect', 'rejected'], 'Only a good one charges or trips'),
    reason: text('Why it is not good; empty where it is'),
  },
  { $id: 'Reading' },
);
export type ReadingDto = Static<typeof ReadingSchema>;

export function toReadingDto({ register, value, measuredAt, heardAt, quality, reason }: Reading): ReadingDto {
  return {
    register,
    value: formatEnergy(value),
    unit: 'kWh',
    measuredAt: formatInstant(measuredAt),
    heardAt: formatInstant(heardAt),
    quality,
    reason,
  };
}
