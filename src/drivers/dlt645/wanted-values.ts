/** What somebody wants in an item, field by field, made into what the meter is sent. */
import { type FieldValue, type FoundRow, formatValue, type Item, parseValue } from '../../../protocols/dlt645/index.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { fieldName } from './field-name.ts';

/**
 * Texts as the meter's values are told: one for each field from the first on, or some by the names of their fields, the others
 * as they are. Null is "not set".
 */
export type Wanted = readonly (string | null)[] | Readonly<Record<string, string | null>>;

export interface WantedError {
  readonly code: 'bad-wanted';
  /** Which field; undefined where it is the whole. */
  readonly field: string | undefined;
  readonly given: string;
  readonly expected: string;
}

const bad = (field: string | undefined, given: string, expected: string) =>
  err<WantedError>({ code: 'bad-wanted', field, given, expected });

/**
 * @param before what the meter holds now; undefined where it would not say
 * @errors bad-wanted: a field that the item has not, a text that does not fit it, another number of entries than the meter keeps
 */
export function wantedValues(
  row: FoundRow,
  wanted: Wanted,
  before: readonly Item[] | undefined,
): Result<readonly FieldValue[], WantedError> {
  if (isList(wanted)) return listed(row, wanted, before);
  if (before === undefined) return bad(undefined, 'some fields', 'all of them as a list: the meter does not say what it holds');
  return changed(row, wanted, before);
}

const isList = (wanted: Wanted): wanted is readonly (string | null)[] => Array.isArray(wanted);

function listed(row: FoundRow, texts: readonly (string | null)[], before: readonly Item[] | undefined): ReturnType<typeof wantedValues> {
  const most = row.fields.length;
  // A meter that answers with nothing has not said how many it keeps.
  const held = before?.length === 0 ? undefined : before?.length;
  const kept = row.openEnded ? (held ?? Math.min(Math.max(texts.length, 1), most)) : most;
  const mayBeFewer = row.row.repeatsLast === true;
  const fits = mayBeFewer ? texts.length >= 1 && texts.length <= most : texts.length === kept;
  if (!fits) return bad(undefined, `${texts.length} values`, mayBeFewer ? `1 to ${most}` : `${kept}, as many as the meter keeps`);
  const values: FieldValue[] = [];
  for (const [index, text] of texts.entries()) {
    const value = parsed(row, index, text);
    if (!value.ok) return value;
    values.push(value.value);
  }
  const last = values.at(-1);
  while (last !== undefined && values.length < kept) values.push(last);
  return ok(values);
}

function changed(row: FoundRow, texts: Readonly<Record<string, string | null>>, before: readonly Item[]): ReturnType<typeof wantedValues> {
  const values: FieldValue[] = before.map(({ value }) => ({ value }));
  const names = before.map(({ name }) => fieldName(row, name));
  for (const [name, text] of Object.entries(texts)) {
    const index = names.indexOf(name);
    if (index < 0) return bad(name, text ?? 'null', `one of ${names.join(', ')}`);
    const value = parsed(row, index, text);
    if (!value.ok) return value;
    values[index] = value.value;
  }
  return ok(values);
}

function parsed(row: FoundRow, index: number, text: string | null): Result<FieldValue, WantedError> {
  const field = row.fields[index];
  if (text === null || field === undefined) return ok({ value: null });
  const value = parseValue(field.picture, field.signed, text);
  return value.ok ? ok({ value: value.value }) : bad(fieldName(row, field.name), text, value.error.expected);
}

/** What a value is told as. */
export const textOf = ({ value }: FieldValue): string | null => (value === null ? null : formatValue(value));
