/** What becomes due at moments of its own, the earliest first; of equals, the one that was added first. */
export interface DueQueue<T> {
  /** When the earliest is due; undefined where nothing waits. */
  firstMs(): number | undefined;
  add(item: T, dueMs: number): void;
  take(): T | undefined;
}

interface Due<T> {
  readonly item: T;
  readonly dueMs: number;
  readonly order: number;
}

export const createDueQueue = <T>(): DueQueue<T> => new Heap<T>();

/** A heap of four branches: ten thousand meters are seven steps deep, and one of them never moves the others. */
const BRANCHES = 4;

class Heap<T> implements DueQueue<T> {
  private readonly all: Due<T>[] = [];
  private added = 0;

  firstMs(): number | undefined {
    return this.all[0]?.dueMs;
  }

  add(item: T, dueMs: number): void {
    const due = { item, dueMs, order: this.added++ };
    let place = this.all.length;
    while (place > 0) {
      const above = Math.floor((place - 1) / BRANCHES);
      const parent = this.all[above];
      if (parent === undefined || isBefore(parent, due)) break;
      this.all[place] = parent;
      place = above;
    }
    this.all[place] = due;
  }

  take(): T | undefined {
    const [first] = this.all;
    const last = this.all.pop();
    if (last !== undefined && this.all.length > 0) this.sink(last);
    return first?.item;
  }

  /** From the top down to where nothing below is due before it. */
  private sink(due: Due<T>): void {
    let place = 0;
    for (let below = this.firstBelow(place); below !== undefined; below = this.firstBelow(place)) {
      const child = this.all[below];
      if (child === undefined || isBefore(due, child)) break;
      this.all[place] = child;
      place = below;
    }
    this.all[place] = due;
  }

  private firstBelow(place: number): number | undefined {
    let first: number | undefined;
    const from = place * BRANCHES + 1;
    for (let index = from; index < Math.min(from + BRANCHES, this.all.length); index++)
      if (first === undefined || isBefore(this.all[index], this.all[first])) first = index;
    return first;
  }
}

function isBefore(left: Due<unknown> | undefined, right: Due<unknown> | undefined): boolean {
  if (left === undefined || right === undefined) return left !== undefined;
  return left.dueMs < right.dueMs || (left.dueMs === right.dueMs && left.order < right.order);
}
