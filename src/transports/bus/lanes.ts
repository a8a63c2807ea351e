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

const byArrival = (left: Job, right: Job) => left.order - right.order;
/** Without a deadline both are infinite and their difference is no number: then arrival decides. */
const byDeadline = (left: Job, right: Job) => earliestDeadline(left) - earliestDeadline(right) || byArrival(left, right);

export function createLanes(limits: Readonly<Record<Priority, number>>, probePatienceMs: number): Lanes {
  const lane = (priority: Priority): BoundedQueue<Job> =>
    createBoundedQueue(limits[priority], priority === 'scheduled' ? byDeadline : byArrival);
  const lanes: Record<Priority, BoundedQueue<Job>> = {
    restore: lane('restore'),
    trip: lane('trip'),
    'on-demand': lane('on-demand'),
    scheduled: lane('scheduled'),
    'back-fill': lane('back-fill'),
    probe: lane('probe'),
  };

  /** A probe of a silent meter that lost its patience goes before scheduled reads; otherwise a full line would never hear a meter return. */
  function takeOverdueProbe(nowMs: number): Job | undefined {
    const overdue = lanes.probe.find(({ probeCostMs, queuedMs }) => probeCostMs !== undefined && nowMs - queuedMs >= probePatienceMs);
    if (overdue !== undefined) lanes.probe.remove(overdue);
    return overdue;
  }

  return {
    get length() {
      let sum = 0;
      for (const priority of PRIORITIES) sum += lanes[priority].length;
      return sum;
    },
    lengths: () => ({
      restore: lanes.restore.length,
      trip: lanes.trip.length,
      'on-demand': lanes['on-demand'].length,
      scheduled: lanes.scheduled.length,
      'back-fill': lanes['back-fill'].length,
      probe: lanes.probe.length,
    }),
    add: (job) => lanes[job.priority].add(job),
    take(nowMs) {
      return (
        lanes.restore.take() ??
        lanes.trip.take() ??
        lanes['on-demand'].take() ??
        takeOverdueProbe(nowMs) ??
        lanes.scheduled.take() ??
        lanes['back-fill'].take() ??
        lanes.probe.take()
      );
    },
    findJoinable(coalesceKey) {
      const fits = (job: Job) => job.exchange.coalesceKey === coalesceKey && isJoinable(job);
      for (const priority of PRIORITIES) {
        const found = lanes[priority].find(fits);
        if (found !== undefined) return found;
      }
      return undefined;
    },
    remove(job) {
      lanes[job.priority].remove(job);
    },
    holds: (job) => lanes[job.priority].find((candidate) => candidate === job) !== undefined,
    filter(fits) {
      const found: Job[] = [];
      for (const priority of PRIORITIES) {
        // `find` is the queue's only way to look at what waits: note each one that fits and go on behind it.
        lanes[priority].find((job) => {
          if (fits(job)) found.push(job);
          return false;
        });
      }
      return found;
    },
  };
}
