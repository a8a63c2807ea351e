import { isPlainObject } from '../../kernel/canonical-json.ts';
import { isSealed, type Sealed } from '../model/archive.ts';
import { masked } from './mask.ts';

/** Opens a sealed text of the subject that is shown; undefined where that cannot be done. */
export type OpenSealed = (sealed: Sealed) => string | undefined;

/** A value as people may see it: what is sealed shows its ends only, or all of it to those who may. */
export function shownOf(value: unknown, open: OpenSealed, show: (text: string) => string = masked): unknown {
  if (isSealed(value)) {
    const text = open(value);
    return text === undefined ? '***' : show(text);
  }
  if (Array.isArray(value)) return value.map((item) => shownOf(item, open, show));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shownOf(inner, open, show)]));
}
