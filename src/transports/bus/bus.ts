/**
 * The one owner of a physical line: it orders exchanges, times them and judges what comes back; it knows no protocol.
 *
 *   request ──► lanes (by priority) ──► wire (one in flight) ──► reply, or the error that says what is known
 *                  ▲ repeat of a read ──────────┘
 *
 * While the line is down, what has a deadline keeps waiting for the line until then, and what has none fails with
 * `line-down` at once: a person at a screen learns it now, a restore goes out when the line returns.
 */
import type { Clock } from '../../kernel/clock.ts';
import { assertNever, err, ok, type Result } from '../../kernel/result.ts';
import type { Transport, TransportState } from '../transport.ts';
import { createAdmission } from './admission.ts';
import type { AttemptOutcome } from './attempt.ts';
import { type BusCounters, createTally, type OnFrame } from './counters.ts';
import type { Exchange, ExchangeError, Priority, ReplyFrame, RequestOptions } from './exchange.ts';
import { type Caller, type ExchangeResult, type Job, settleCallers } from './job.ts';
import { createLanes } from './lanes.ts';
import { createHealthBook, type MeterHealth } from './meter-health.ts';
import { createOccupancy } from './occupancy.ts';
import { createProbeShare } from './probe-share.ts';
import { createReplyTiming } from './reply-timing.ts';
import { type BusSettings, DEFAULT_BUS_SETTINGS } from './settings.ts';
import { createWaitingRoom } from './waiting-room.ts';
import { createWire } from './wire.ts';

export interface Bus {
  /** Queues one exchange; resolves when it has ended. Rejects only where the exchange's own framer or `accepts` throws. */
  request(exchange: Exchange, options: RequestOptions): Promise<Result<ReplyFrame, ExchangeError>>;
  health(): BusHealth;
  /** Refuses what waits, ends what is in flight as sent, and stops listening; the transport stays as it is. */
  close(): void;
}

export interface BusOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly settings?: Partial<BusSettings>;
  /** Sees every frame and every noise, as for the trace log. */
  readonly onFrame?: OnFrame;
}

/** What an operator sees of a line. */
export interface BusHealth {
  readonly transport: TransportState;
  /** Share of the last minute in which the line was in use or kept quiet, 0..1. */
  readonly occupancy: number;
  readonly queueLength: number;
  readonly waiting: Readonly<Record<Priority, number>>;
  readonly meters: readonly MeterHealth[];
  readonly counters: BusCounters;
}

/** Makes the bus and listens to the transport at once; who made the transport opens and closes it. */
export function createBus({ transport, clock, settings: overrides, onFrame }: BusOptions): Bus {
  const settings: BusSettings = { ...DEFAULT_BUS_SETTINGS, ...overrides };
  const tally = createTally();
  const occupancy = createOccupancy(settings.occupancyWindowMs, clock.monotonicMs());
  const timing = createReplyTiming({ ...settings, port: transport.port, transitMs: transport.transitMs });
  const book = createHealthBook({ clock, ...settings });
  const share = createProbeShare({ share: settings.probeShare, monotonicMs: () => clock.monotonicMs() });
  const admission = createAdmission({ book, share, timing });
  const lanes = createLanes(settings.queueLimits, settings.probePatienceMs);
  const room = createWaitingRoom({ clock, lanes, onAbandoned: (job) => releaseProbe(job, 0) });
  const wire = createWire({ transport, clock, timing, occupancy, tally, onFrame, onFree: pump, onDown: room.dismissHasty });
  let arrivals = 0;
  let closed = false;

  function releaseProbe({ exchange, probeCostMs }: Job, usedMs: number): void {
    if (probeCostMs !== undefined) admission.release(exchange, probeCostMs, usedMs);
  }

  /** What can be answered before anything is judged or queued. */
  function refusalOf({ deadline, signal }: RequestOptions): ExchangeError | undefined {
    if (signal?.aborted) return { code: 'cancelled', sent: false };
    if (deadline !== undefined && deadline <= clock.now()) return { code: 'command-expired', sent: false };
    if (closed || (deadline === undefined && transport.state().state === 'down')) return { code: 'line-down', sent: false };
    return undefined;
  }

  function enter(exchange: Exchange, { priority }: RequestOptions, caller: Caller): void {
    const entry = admission.judge(exchange, priority);
    if (entry.kind === 'leave') {
      caller.resolve(err({ code: 'no-reply', sent: false }));
      return;
    }
    const job: Job = {
      exchange,
      order: arrivals++,
      queuedMs: clock.monotonicMs(),
      priority: entry.kind === 'probe' ? 'probe' : priority,
      callers: [caller],
      repeatsLeft: exchange.repeatable && !book.isSilent(exchange.meter) ? settings.repeats : 0,
      lastFailure: undefined,
      probeCostMs: entry.kind === 'probe' ? entry.costMs : undefined,
    };
    if (lanes.length === 0 && wire.isFree()) run(job);
    else if (room.enter(job)) pump();
    else end(job, 0, err({ code: 'queue-full', sent: false }));
  }

  /** Sends as long as the line takes more. */
  function pump(): void {
    while (lanes.length > 0 && wire.isFree()) {
      const job = room.next();
      if (job === undefined) return;
      const isWorthwhile = job.probeCostMs !== undefined || admission.isStillWorthwhile(job.exchange, job.priority);
      if (isWorthwhile) run(job);
      else end(job, 0, err(job.lastFailure ?? { code: 'no-reply', sent: false }));
    }
  }

  function run(job: Job): void {
    if (job.lastFailure !== undefined) tally.repeats += 1;
    const startedMs = clock.monotonicMs();
    wire.attempt(job.exchange, (outcome) => {
      conclude(job, outcome, clock.monotonicMs() - startedMs);
      pump();
    });
  }

  function conclude(job: Job, outcome: AttemptOutcome, usedMs: number): void {
    const { meter, expectsReply } = job.exchange;
    switch (outcome.kind) {
      case 'reply':
        if (expectsReply) book.answered(meter);
        end(job, usedMs, ok(outcome.reply));
        break;
      case 'silence':
      case 'garbage':
        book.failed(meter);
        repeatOrEnd(job, usedMs, { code: outcome.kind === 'silence' ? 'no-reply' : 'garbled', sent: true });
        break;
      case 'down':
        end(job, usedMs, err({ code: 'line-down', sent: outcome.sent || job.lastFailure !== undefined }));
        break;
      case 'fault':
        releaseProbe(job, usedMs);
        settleCallers(job, ({ reject }) => reject(outcome.error));
        break;
      default:
        assertNever(outcome);
    }
  }

  function repeatOrEnd(job: Job, usedMs: number, failure: ExchangeError): void {
    job.lastFailure = failure;
    const mayRepeat = !closed && job.repeatsLeft > 0 && !book.isSilent(job.exchange.meter);
    job.repeatsLeft -= 1;
    if (!mayRepeat || !room.returnTo(job)) end(job, usedMs, err(failure));
  }

  function end(job: Job, usedMs: number, result: ExchangeResult): void {
    releaseProbe(job, usedMs);
    settleCallers(job, ({ resolve }) => resolve(result));
  }

  return {
    request: (exchange, options) =>
      new Promise((resolve, reject) => {
        const refusal = refusalOf(options);
        if (refusal !== undefined) return resolve(err(refusal));
        enter(exchange, options, { deadline: options.deadline, signal: options.signal, resolve, reject, detach: () => undefined });
      }),
    health: () => ({
      transport: transport.state(),
      occupancy: occupancy.share(clock.monotonicMs()),
      queueLength: lanes.length,
      waiting: lanes.lengths(),
      meters: book.snapshot(),
      counters: { ...tally },
    }),
    close() {
      closed = true;
      room.close();
      wire.close();
    },
  };
}
