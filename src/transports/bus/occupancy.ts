const BUCKETS = 60;

/** The share of a sliding window in which the line was in use, from two moments: it becomes busy, it becomes free. */
export interface Occupancy {
  mark(busy: boolean, nowMs: number): void;
  /** 0..1 of the window, or of the time since the start where that is shorter. */
  share(nowMs: number): number;
}

/** Counts into sixty buckets, so its cost does not grow with the rate of exchanges. */
export function createOccupancy(windowMs: number, startedMs: number): Occupancy {
  const bucketMs = windowMs / BUCKETS;
  const busyIn = new Float64Array(BUCKETS);
  const bucketAt = (ms: number) => Math.floor((ms - startedMs) / bucketMs);
  let newest = 0;
  let busySinceMs: number | undefined;

  /** Empties the buckets that the window has left behind. */
  function turnTo(bucket: number): void {
    for (let next = Math.max(newest + 1, bucket - BUCKETS + 1); next <= bucket; next++) busyIn[next % BUCKETS] = 0;
    newest = Math.max(newest, bucket);
  }

  function add(fromMs: number, toMs: number): void {
    const last = bucketAt(toMs);
    turnTo(last);
    const first = Math.max(bucketAt(fromMs), last - BUCKETS + 1);
    for (let bucket = first; bucket <= last; bucket++) {
      const begin = startedMs + bucket * bucketMs;
      const place = bucket % BUCKETS;
      busyIn[place] = (busyIn[place] ?? 0) + Math.min(toMs, begin + bucketMs) - Math.max(fromMs, begin);
    }
  }

  return {
    mark(busy, nowMs) {
      if (busySinceMs !== undefined) add(busySinceMs, nowMs);
      busySinceMs = busy ? nowMs : undefined;
    },
    share(nowMs) {
      if (busySinceMs !== undefined) this.mark(true, nowMs);
      turnTo(bucketAt(nowMs));
      const inNewestMs = nowMs - startedMs - newest * bucketMs;
      const coveredMs = Math.min(nowMs - startedMs, (BUCKETS - 1) * bucketMs + inNewestMs);
      if (coveredMs <= 0) return 0;
      return Math.min(1, busyIn.reduce((sum, ms) => sum + ms, 0) / coveredMs);
    },
  };
}
