/** Meters that a bus remembers something about; past it the one that was added first is forgotten. */
const METERS_KEPT = 4096;

/** A bounded map from meter to what is remembered of it. */
export interface MeterMemory<T> {
  find(meter: string | undefined): T | undefined;
  /** What is remembered, made new where there is nothing yet. */
  of(meter: string): T;
  entries(): Iterable<[string, T]>;
}

export function createMeterMemory<T>(make: () => T): MeterMemory<T> {
  const known = new Map<string, T>();
  return {
    find: (meter) => (meter === undefined ? undefined : known.get(meter)),
    of(meter) {
      const found = known.get(meter);
      if (found !== undefined) return found;
      const made = make();
      known.set(meter, made);
      if (known.size > METERS_KEPT) forgetFirst(known);
      return made;
    },
    entries: () => known.entries(),
  };
}

function forgetFirst(known: Map<string, unknown>): void {
  for (const meter of known.keys()) {
    known.delete(meter);
    return;
  }
}
