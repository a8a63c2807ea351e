/** Values of the archive on their way into rows and records. */
import type { AspectName, Sealed } from '../../../core/model/archive.ts';

/** The same text for the same value, in whatever order its fields were written. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    isObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1))) : inner,
  );
}

/** Every sealed text within a value. */
export function sealedIn(value: unknown): readonly Sealed[] {
  if (isSealed(value)) return [value];
  if (Array.isArray(value)) return value.flatMap(sealedIn);
  return isObject(value) ? Object.values(value).flatMap(sealedIn) : [];
}

export const isSealed = (value: unknown): value is Sealed =>
  isObject(value) && typeof value.sealed === 'string' && typeof value.hash === 'string' && typeof value.keyId === 'string';

/** Aspects whose texts are about a person, or name one. */
const PERSONAL: ReadonlySet<AspectName> = new Set(['identity', 'contacts', 'guarantee', 'place', 'protection']);

export function withoutPersons(aspect: AspectName, value: unknown): unknown {
  return PERSONAL.has(aspect) ? 'personal' : value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
