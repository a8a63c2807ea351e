/** Meters that a bus remembers something about; past it the one that was added first is forgotten. */
const METERS_KEPT = 4096;

/** A bounded map from meter to what is remembered of it. */
export interface MeterMemory<T> {
  find(meter: string | undefined): T | undefined;
  /** What is remembered, made new where there is nothing yet. */
  of(meter: string): T;
  entries(): Iterable<readonly [string, T]>;
}

export const createMeterMemory = <T>(make: () => T): MeterMemory<T> => new KeptMeters(make);

/** A line often leads to one meter only: its first one needs no map. */
class KeptMeters<T> implements MeterMemory<T> {
  private readonly make: () => T;
  private first: string | undefined = undefined;
  private ofFirst: T | undefined = undefined;
  private others: Map<string, T> | undefined = undefined;

  constructor(make: () => T) {
    this.make = make;
  }

  find(meter: string | undefined): T | undefined {
    if (meter === undefined) return undefined;
    return meter === this.first ? this.ofFirst : this.others?.get(meter);
  }

  of(meter: string): T {
    return this.find(meter) ?? this.add(meter, this.make());
  }

  *entries(): Iterable<readonly [string, T]> {
    if (this.first !== undefined && this.ofFirst !== undefined) yield [this.first, this.ofFirst];
    if (this.others !== undefined) yield* this.others;
  }

  private add(meter: string, made: T): T {
    if (this.first === undefined) {
      this.first = meter;
      this.ofFirst = made;
      return made;
    }
    this.others ??= new Map();
    this.others.set(meter, made);
    if (this.others.size >= METERS_KEPT) this.forgetFirst(this.others);
    return made;
  }

  private forgetFirst(others: Map<string, T>): void {
    for (const [meter, remembered] of others) {
      this.first = meter;
      this.ofFirst = remembered;
      others.delete(meter);
      return;
    }
  }
}
