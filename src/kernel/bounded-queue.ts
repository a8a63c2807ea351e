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

export function createBoundedQueue<T>(limit: number, compare: (left: T, right: T) => number): BoundedQueue<T> {
  const waiting: T[] = [];
  return {
    get length() {
      return waiting.length;
    },
    add(item) {
      if (waiting.length >= limit) return false;
      waiting.splice(placeFor(waiting, item, compare), 0, item);
      return true;
    },
    take: () => waiting.shift(),
    find: (fits) => waiting.find(fits),
    remove(item) {
      const index = waiting.indexOf(item);
      if (index < 0) return false;
      waiting.splice(index, 1);
      return true;
    },
  };
}

/** Behind every item that sorts before or equal, so that equals keep their order of arrival. */
function placeFor<T>(sorted: readonly T[], item: T, compare: (left: T, right: T) => number): number {
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
