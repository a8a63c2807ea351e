/**
 * A queue by priority, first in first out within one, with an upper bound: a full queue refuses, it never drops.
 * What `compare` sorts first leaves first; equals leave in their order of arrival.
 */
export interface BoundedQueue<T> {
  readonly length: number;
  /** False when the queue is full: nothing was added. */
  add(item: T): boolean;
  /** Takes the next item out; undefined when empty. */
  take(): T | undefined;
  /** The first waiting item that fits; it stays in the queue. */
  find(fits: (item: T) => boolean): T | undefined;
  /** Takes one item out before its turn. */
  remove(item: T): boolean;
}

type Compare<T> = (left: T, right: T) => number;

export const createBoundedQueue = <T>(limit: number, compare: Compare<T>): BoundedQueue<T> => new SortedQueue(limit, compare);

class SortedQueue<T> implements BoundedQueue<T> {
  private readonly waiting: T[] = [];
  private readonly limit: number;
  private readonly compare: Compare<T>;

  constructor(limit: number, compare: Compare<T>) {
    this.limit = limit;
    this.compare = compare;
  }

  get length(): number {
    return this.waiting.length;
  }

  add(item: T): boolean {
    if (this.waiting.length >= this.limit) return false;
    this.waiting.splice(placeFor(this.waiting, item, this.compare), 0, item);
    return true;
  }

  take(): T | undefined {
    return this.waiting.shift();
  }

  find(fits: (item: T) => boolean): T | undefined {
    return this.waiting.find(fits);
  }

  remove(item: T): boolean {
    const index = this.waiting.indexOf(item);
    if (index < 0) return false;
    this.waiting.splice(index, 1);
    return true;
  }
}

/** Behind every item that sorts before or equal, so that equals keep their order of arrival. */
function placeFor<T>(sorted: readonly T[], item: T, compare: Compare<T>): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const candidate = sorted[middle] as T;
    if (compare(candidate, item) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
