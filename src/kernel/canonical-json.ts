/** The same text for the same value, in whatever order its fields were written; fields without a value are left out, as JSON does. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isPlainObject(value)) return JSON.stringify(value) ?? 'null';
  const fields = namesOf(value).sort();
  return `{${fields.map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name])}`).join(',')}}`;
}

const namesOf = (value: Readonly<Record<string, unknown>>): string[] => Object.keys(value).filter((name) => value[name] !== undefined);

/** Whether two values have the same canonical text. */
export function isSameJson(one: unknown, other: unknown): boolean {
  if (!isPlainObject(one) || !isPlainObject(other)) return one === other || canonicalJson(one) === canonicalJson(other);
  const [names, others] = [namesOf(one), namesOf(other)];
  return names.length === others.length && names.every((name) => other[name] !== undefined && isSameJson(one[name], other[name]));
}

/** What JSON calls an object: neither a list nor null. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
