/**
 * Remembers what a pure function answered, up to a bound; past it the answer that was found first is forgotten.
 *
 * @param limit most answers that are kept
 */
export function memoized<T>(limit: number, compute: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined || known.has(key)) return found as T;
    const made = compute(key);
    if (known.size >= limit) forgetFirst(known);
    known.set(key, made);
    return made;
  };
}

function forgetFirst(known: Map<string, unknown>): void {
  for (const key of known.keys()) {
    known.delete(key);
    return;
  }
}
