import Type, { type Static } from 'typebox';
import { type ApiKey, SCOPES } from '../../core/model/api-key.ts';
import { formatInstant } from '../../kernel/clock.ts';
import { formatOrNull, instant, instantOrNull, oneOf, text } from './fields.ts';

export const KeySchema = Type.Object(
  {
    id: text('Id of the key'),
    name: text('Who it belongs to'),
    scopes: Type.Array(oneOf(SCOPES, 'What it may do'), { description: 'admin holds every one' }),
    createdAt: instant('When it was made'),
    expiresAt: instantOrNull('From when on it opens nothing; null where it has no end'),
  },
  { $id: 'Key' },
);
export type KeyDto = Static<typeof KeySchema>;

/** Neither the key nor its hash ever leaves. */
export function toKeyDto({ id, name, scopes, createdAt, expiresAt }: ApiKey): KeyDto {
  return { id, name, scopes: [...scopes], createdAt: formatInstant(createdAt), expiresAt: formatOrNull(expiresAt) };
}
