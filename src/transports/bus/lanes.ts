import { type BoundedQueue, createBoundedQueue } from '../../kernel/bounded-queue.ts';
import { PRIORITIES, type Priority } from './exchange.ts';
import { earliestDeadline, isJoinable, type Job } from './job.ts';

/** What waits, a bounded lane for each priority: polls that pile up can never refuse a restore its place. */
export interface Lanes {
  readonly length: number;
  lengths(): Record<Priority, number>;
  /** False where its lane is full. */
  add(job: Job): boolean;
  /** The job whose turn it is. */
  take(nowMs: number): Job | undefined;
  /** One that waits, has not been sent, and asks for the same. */
  findJoinable(coalesceKey: string): Job | undefined;
  remove(job: Job): void;
  holds(job: Job): boolean;
  /** Every waiting job that fits, from first to last. */
  filter(fits: (job: Job) => boolean): readonly Job[];
}

type Limits = Readonly<Record<Priority, number>>;

export const createLanes = (limits: Limits, probePatienceMs: number): Lanes => new PriorityLanes(limits, probePatienceMs);

const byArrival = (left: Job, right: Job) => left.order - right.order;
/** Without a deadline both are infinite and their difference is no number: then arrival decides. */
const byDeadline = (left: Job, right: Job) => earliestDeadline(left) - earliestDeadline(right) || byArrival(left, right);

/** Most lines never use most lanes: each is made when something first waits in it. */
class PriorityLanes implements Lanes {
  length = 0;
  private readonly limits: Limits;
  private readonly probePatienceMs: number;
  private readonly lanes: Partial<Record<Priority, BoundedQueue<Job>>> = {};

  constructor(limits: Limits, probePatienceMs: number) {
    this.limits = limits;
    this.probePatienceMs = probePatienceMs;
  }

  lengths(): Record<Priority, number> {
    const lengthOf = (priority: Priority) => this.lanes[priority]?.length ?? 0;
    return {
      restore: lengthOf('restore'),
      trip: lengthOf('trip'),
      'on-demand': lengthOf('on-demand'),
      scheduled: lengthOf('scheduled'),
      'back-fill': lengthOf('back-fill'),
      probe: lengthOf('probe'),
    };
  }

  add(job: Job): boolean {
    const added = this.laneOf(job.priority).add(job);
    if (added) this.length += 1;
    return added;
  }

  take(nowMs: number): Job | undefined {
    if (this.length === 0) return undefined;
    const { restore, trip, 'on-demand': onDemand, scheduled, 'back-fill': backFill, probe } = this.lanes;
    const job =
      restore?.take() ??
      trip?.take() ??
      onDemand?.take() ??
      this.takeOverdueProbe(nowMs) ??
      scheduled?.take() ??
      backFill?.take() ??
      probe?.take();
    if (job !== undefined) this.length -= 1;
    return job;
  }

  findJoinable(coalesceKey: string): Job | undefined {
    if (this.length === 0) return undefined;
    return this.find((job) => job.exchange.coalesceKey === coalesceKey && isJoinable(job));
  }

  remove(job: Job): void {
    if (this.lanes[job.priority]?.remove(job) === true) this.length -= 1;
  }

  holds(job: Job): boolean {
    return this.lanes[job.priority]?.find((candidate) => candidate === job) !== undefined;
  }

  filter(fits: (job: Job) => boolean): readonly Job[] {
    const found: Job[] = [];
    // To find is the only way to look at what waits: note each one that fits and go on behind it.
    this.find((job) => {
      if (fits(job)) found.push(job);
      return false;
    });
    return found;
  }

  private laneOf(priority: Priority): BoundedQueue<Job> {
    const known = this.lanes[priority];
    if (known !== undefined) return known;
    const made = createBoundedQueue(this.limits[priority], priority === 'scheduled' ? byDeadline : byArrival);
    this.lanes[priority] = made;
    return made;
  }

  private find(fits: (job: Job) => boolean): Job | undefined {
    for (const priority of PRIORITIES) {
      const found = this.lanes[priority]?.find(fits);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** A probe of a silent meter that lost its patience goes before scheduled reads; otherwise a full line would never hear a meter return. */
  private takeOverdueProbe(nowMs: number): Job | undefined {
    const { probe } = this.lanes;
    const overdue = probe?.find(({ probeCostMs, queuedMs }) => probeCostMs !== undefined && nowMs - queuedMs >= this.probePatienceMs);
    if (overdue !== undefined) probe?.remove(overdue);
    return overdue;
  }
}
