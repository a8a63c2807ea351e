import type { CancelTimer, Clock, Instant } from '../../kernel/clock.ts';
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

export const createWaitingRoom = (options: WaitingRoomOptions): WaitingRoom => new LanedRoom(options);

class LanedRoom implements WaitingRoom {
  private readonly clock: Clock;
  private readonly lanes: Lanes;
  private readonly onAbandoned: (job: Job) => void;
  private cancelSweep: CancelTimer | undefined = undefined;

  constructor({ clock, lanes, onAbandoned }: WaitingRoomOptions) {
    this.clock = clock;
    this.lanes = lanes;
    this.onAbandoned = onAbandoned;
  }

  enter(job: Job): boolean {
    const callers = [...job.callers];
    const waiting = this.joinableFor(job);
    if (waiting !== undefined) this.join(waiting, job);
    else if (!this.lanes.add(job)) return false;
    for (const caller of callers) this.watch(waiting ?? job, caller);
    this.sweepLater();
    return true;
  }

  returnTo(job: Job): boolean {
    const nobodyLeft = dismissCallers(job, ({ signal }) => signal?.aborted === true, unsentError(job, 'cancelled'));
    return nobodyLeft || this.lanes.add(job);
  }

  next(): Job | undefined {
    const take = () => this.lanes.take(this.clock.monotonicMs());
    for (let job = take(); job !== undefined; job = take()) {
      if (!this.hasExpiredWhole(job)) return job;
      this.onAbandoned(job);
    }
    return undefined;
  }

  dismissHasty(): void {
    for (const job of this.lanes.filter(() => true)) this.dismiss(job, ({ deadline }) => deadline === undefined, 'line-down');
  }

  close(): void {
    this.cancelSweep?.();
    for (const job of this.lanes.filter(() => true)) this.dismiss(job, () => true, 'line-down');
  }

  private dismiss(job: Job, fits: (caller: Caller) => boolean, code: 'cancelled' | 'command-expired' | 'line-down'): void {
    if (!dismissCallers(job, fits, unsentError(job, code))) return;
    this.lanes.remove(job);
    this.onAbandoned(job);
  }

  private expire(): void {
    const isLate = lateAt(this.clock.now());
    for (const job of this.lanes.filter(({ callers }) => callers.some(isLate))) this.dismiss(job, isLate, 'command-expired');
  }

  /** Answers those of a job who have waited too long; true where that leaves nobody. */
  private hasExpiredWhole(job: Job): boolean {
    const isLate = lateAt(this.clock.now());
    return job.callers.some(isLate) && dismissCallers(job, isLate, unsentError(job, 'command-expired'));
  }

  private sweepLater(): void {
    if (this.cancelSweep !== undefined || this.lanes.length === 0) return;
    this.cancelSweep = this.clock.after(SWEEP_EVERY_MS, () => {
      this.cancelSweep = undefined;
      this.expire();
      this.sweepLater();
    });
  }

  private watch(job: Job, caller: Caller): void {
    const { signal } = caller;
    if (signal === undefined) return;
    const withdraw = () => {
      if (this.lanes.holds(job)) this.dismiss(job, (candidate) => candidate === caller, 'cancelled');
    };
    signal.addEventListener('abort', withdraw, { once: true });
    caller.detach = () => signal.removeEventListener('abort', withdraw);
  }

  /** Moves a waiting job up where the newcomer is more urgent; where that lane is full it stays in its own. */
  private join(waiting: Job, newcomer: Job): void {
    this.lanes.remove(waiting);
    const before = waiting.priority;
    waiting.callers.push(...newcomer.callers);
    waiting.priority = firstOf(before, newcomer.priority);
    if (this.lanes.add(waiting)) return;
    waiting.priority = before;
    this.lanes.add(waiting);
  }

  private joinableFor(job: Job): Job | undefined {
    if (job.exchange.coalesceKey === undefined || !isJoinable(job)) return undefined;
    return this.lanes.findJoinable(job.exchange.coalesceKey);
  }
}

const lateAt = (now: Instant) => (caller: Caller) => hasExpired(caller, now);
const firstOf = (left: Priority, right: Priority): Priority => (PRIORITIES.indexOf(left) <= PRIORITIES.indexOf(right) ? left : right);
