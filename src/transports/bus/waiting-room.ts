import type { CancelTimer, Clock } from '../../kernel/clock.ts';
import { PRIORITIES, type Priority } from './exchange.ts';
import { type Caller, dismissCallers, hasExpired, isJoinable, type Job, unsentError } from './job.ts';
import type { Lanes } from './lanes.ts';

/** Everything that waits for the line: reads that ask for the same wait together, deadlines and withdrawals are kept. */
export interface WaitingRoom {
  /** Adds a job, or its caller to one that asks for the same; false where its lane is full. */
  enter(job: Job): boolean;
  /** Puts a read back for its repeat, unless all have withdrawn; false where its lane has filled meanwhile. */
  returnTo(job: Job): boolean;
  /** The job whose turn it is; callers whose deadline has passed are gone from it. */
  next(): Job | undefined;
  /** The line went down: only callers with a deadline keep waiting. */
  dismissHasty(): void;
  /** Ends everything. */
  close(): void;
}

interface WaitingRoomOptions {
  readonly clock: Clock;
  readonly lanes: Lanes;
  /** The last caller of a waiting job has gone. */
  readonly onAbandoned: (job: Job) => void;
}

/** How often deadlines are looked at beside the turn of each job. */
const SWEEP_EVERY_MS = 1000;

export function createWaitingRoom({ clock, lanes, onAbandoned }: WaitingRoomOptions): WaitingRoom {
  let cancelSweep: CancelTimer | undefined;

  function dismiss(job: Job, fits: (caller: Caller) => boolean, code: 'cancelled' | 'command-expired' | 'line-down'): void {
    if (!dismissCallers(job, fits, unsentError(job, code))) return;
    lanes.remove(job);
    onAbandoned(job);
  }

  const isLate = (caller: Caller) => hasExpired(caller, clock.now());

  function expire(): void {
    for (const job of lanes.filter(({ callers }) => callers.some(isLate))) dismiss(job, isLate, 'command-expired');
  }

  /** Answers those of a job who have waited too long; true where that leaves nobody. */
  const hasExpiredWhole = (job: Job) => job.callers.some(isLate) && dismissCallers(job, isLate, unsentError(job, 'command-expired'));

  function sweepLater(): void {
    if (cancelSweep !== undefined || lanes.length === 0) return;
    cancelSweep = clock.after(SWEEP_EVERY_MS, () => {
      cancelSweep = undefined;
      expire();
      sweepLater();
    });
  }

  function watch(job: Job, caller: Caller): void {
    const { signal } = caller;
    if (signal === undefined) return;
    const withdraw = () => {
      if (lanes.holds(job)) dismiss(job, (candidate) => candidate === caller, 'cancelled');
    };
    signal.addEventListener('abort', withdraw, { once: true });
    caller.detach = () => signal.removeEventListener('abort', withdraw);
  }

  /** Moves a waiting job up where the newcomer is more urgent; where that lane is full it stays in its own. */
  function join(waiting: Job, newcomer: Job): void {
    lanes.remove(waiting);
    const before = waiting.priority;
    waiting.callers.push(...newcomer.callers);
    waiting.priority = firstOf(before, newcomer.priority);
    if (lanes.add(waiting)) return;
    waiting.priority = before;
    lanes.add(waiting);
  }

  const joinableFor = (job: Job) =>
    job.exchange.coalesceKey === undefined || !isJoinable(job) ? undefined : lanes.findJoinable(job.exchange.coalesceKey);

  return {
    enter(job) {
      const callers = [...job.callers];
      const waiting = joinableFor(job);
      if (waiting !== undefined) join(waiting, job);
      else if (!lanes.add(job)) return false;
      for (const caller of callers) watch(waiting ?? job, caller);
      sweepLater();
      return true;
    },
    returnTo(job) {
      const nobodyLeft = dismissCallers(job, ({ signal }) => signal?.aborted === true, unsentError(job, 'cancelled'));
      return nobodyLeft || lanes.add(job);
    },
    next() {
      for (let job = lanes.take(clock.monotonicMs()); job !== undefined; job = lanes.take(clock.monotonicMs())) {
        if (!hasExpiredWhole(job)) return job;
        onAbandoned(job);
      }
      return undefined;
    },
    dismissHasty() {
      for (const job of lanes.filter(() => true)) dismiss(job, ({ deadline }) => deadline === undefined, 'line-down');
    },
    close() {
      cancelSweep?.();
      for (const job of lanes.filter(() => true)) dismiss(job, () => true, 'line-down');
    },
  };
}

const firstOf = (left: Priority, right: Priority): Priority => (PRIORITIES.indexOf(left) <= PRIORITIES.indexOf(right) ? left : right);
