import type { Instant } from '../../kernel/clock.ts';
import { err, type Result } from '../../kernel/result.ts';
import type { Exchange, ExchangeError, Priority, ReplyFrame } from './exchange.ts';

export type ExchangeResult = Result<ReplyFrame, ExchangeError>;

/** Somebody who waits for the end of a job; several where reads coalesced. */
export interface Caller {
  readonly deadline: Instant | undefined;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (result: ExchangeResult) => void;
  /** For a broken promise in the code that came with the exchange, as a framer that throws. */
  readonly reject: (error: unknown) => void;
  /** Takes the abort listener off its signal, where there is one. */
  detach: (() => void) | undefined;
}

/** One exchange on its way through a bus. */
export interface Job {
  readonly exchange: Exchange;
  /** Order of arrival; a repeat keeps it. */
  readonly order: number;
  readonly queuedMs: number;
  priority: Priority;
  callers: Caller[];
  repeatsLeft: number;
  /** How the last attempt failed; undefined while nothing of it was written. */
  lastFailure: ExchangeError | undefined;
  /** Where it probes a silent meter: what was paid for that. */
  probeCostMs: number | undefined;
}

export const hasExpired = ({ deadline }: Caller, now: Instant) => deadline !== undefined && deadline <= now;

/** Only reads that were never sent may be shared, and never the paid probe of a silent meter. */
export const isJoinable = (job: Job) => job.lastFailure === undefined && job.probeCostMs === undefined && job.exchange.repeatable;

export function earliestDeadline({ callers }: Job): number {
  return callers.reduce((earliest, { deadline }) => Math.min(earliest, deadline ?? Number.POSITIVE_INFINITY), Number.POSITIVE_INFINITY);
}

/** The error of a job that ends while it waits: what the last attempt said, where there was one. */
export const unsentError = (job: Job, code: 'cancelled' | 'command-expired' | 'line-down' | 'queue-full'): ExchangeError =>
  job.lastFailure ?? { code, sent: false };

export function settleCallers(job: Job, settle: (caller: Caller) => void): void {
  const { callers } = job;
  job.callers = [];
  for (const caller of callers) {
    caller.detach?.();
    settle(caller);
  }
}

/** Ends the callers that fit and keeps the others; true when nobody is left. */
export function dismissCallers(job: Job, fits: (caller: Caller) => boolean, error: ExchangeError): boolean {
  const leaving = job.callers.filter(fits);
  job.callers = job.callers.filter((caller) => !fits(caller));
  for (const caller of leaving) {
    caller.detach?.();
    caller.resolve(err(error));
  }
  return job.callers.length === 0;
}
