/**
 * Remembers what a pure function answered, up to a bound; past it the answer that was found first is forgotten.
 *
 * @param limit most answers that are kept
 */
export function memoized<T, Key = string>(limit: number, compute: (key: Key) => T): (key: Key) => T {
  const known = new Map<Key, T>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined || known.has(key)) return found as T;
    const made = compute(key);
    if (known.size >= limit) forgetFirst(known);
    known.set(key, made);
    return made;
  };
}

function forgetFirst<Key>(known: Map<Key, unknown>): void {
  for (const key of known.keys()) {
    known.delete(key);
    return;
  }
}
