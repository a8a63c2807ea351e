/** Values of the archive on their way into rows and records. */
import { type AspectName, isSealed, type Sealed } from '../../../core/model/archive.ts';
import { isPlainObject } from '../../../kernel/canonical-json.ts';

/** Every sealed text within a value. */
export function sealedIn(value: unknown): readonly Sealed[] {
  if (isSealed(value)) return [value];
  if (Array.isArray(value)) return value.flatMap(sealedIn);
  return isPlainObject(value) ? Object.values(value).flatMap(sealedIn) : [];
}

/** Aspects whose texts are about a person, or name one. */
const PERSONAL: ReadonlySet<AspectName> = new Set(['identity', 'contacts', 'guarantee', 'place', 'protection']);

export function withoutPersons(aspect: AspectName, value: unknown): unknown {
  return PERSONAL.has(aspect) ? 'personal' : value;
}
