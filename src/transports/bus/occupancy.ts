const BUCKETS = 30;

/** The share of a sliding window in which the line was in use, from two moments: it becomes busy, it becomes free. */
export interface Occupancy {
  mark(busy: boolean, nowMs: number): void;
  /** 0..1 of the window, or of the time since the start where that is shorter. */
  share(nowMs: number): number;
}

export const createOccupancy = (windowMs: number, startedMs: number): Occupancy => new BucketedOccupancy(windowMs, startedMs);

/** Counts into buckets, so its cost does not grow with the rate of exchanges. */
class BucketedOccupancy implements Occupancy {
  private readonly startedMs: number;
  private readonly bucketMs: number;
  private readonly busyIn: number[] = [];
  private newest = 0;
  private busySinceMs: number | undefined = undefined;

  constructor(windowMs: number, startedMs: number) {
    this.startedMs = startedMs;
    this.bucketMs = windowMs / BUCKETS;
  }

  mark(busy: boolean, nowMs: number): void {
    if (this.busySinceMs !== undefined) this.add(this.busySinceMs, nowMs);
    this.busySinceMs = busy ? nowMs : undefined;
  }

  share(nowMs: number): number {
    if (this.busySinceMs !== undefined) this.mark(true, nowMs);
    this.turnTo(this.bucketAt(nowMs));
    const inNewestMs = nowMs - this.startedMs - this.newest * this.bucketMs;
    const coveredMs = Math.min(nowMs - this.startedMs, (BUCKETS - 1) * this.bucketMs + inNewestMs);
    if (coveredMs <= 0) return 0;
    return Math.min(1, this.busyIn.reduce((sum, ms) => sum + ms, 0) / coveredMs);
  }

  private bucketAt(ms: number): number {
    return Math.floor((ms - this.startedMs) / this.bucketMs);
  }

  /** Empties the buckets that the window has left behind. */
  private turnTo(bucket: number): void {
    for (let next = Math.max(this.newest + 1, bucket - BUCKETS + 1); next <= bucket; next++) this.busyIn[next % BUCKETS] = 0;
    this.newest = Math.max(this.newest, bucket);
  }

  private add(fromMs: number, toMs: number): void {
    const last = this.bucketAt(toMs);
    this.turnTo(last);
    const first = Math.max(this.bucketAt(fromMs), last - BUCKETS + 1);
    for (let bucket = first; bucket <= last; bucket++) {
      const begin = this.startedMs + bucket * this.bucketMs;
      const place = bucket % BUCKETS;
      this.busyIn[place] = (this.busyIn[place] ?? 0) + Math.min(toMs, begin + this.bucketMs) - Math.max(fromMs, begin);
    }
  }
}
