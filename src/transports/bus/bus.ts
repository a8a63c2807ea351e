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
import { type Admission, createAdmission } from './admission.ts';
import type { AttemptOutcome } from './attempt.ts';
import { type BusCounters, createTally, type OnFrame } from './counters.ts';
import type { Exchange, ExchangeError, Priority, ReplyFrame, RequestOptions } from './exchange.ts';
import { type Caller, type ExchangeResult, type Job, settleCallers } from './job.ts';
import { createLanes, type Lanes } from './lanes.ts';
import { createHealthBook, type HealthBook, type MeterHealth } from './meter-health.ts';
import { createOccupancy, type Occupancy } from './occupancy.ts';
import { createProbeShare } from './probe-share.ts';
import { createReplyTiming } from './reply-timing.ts';
import { type BusSettings, DEFAULT_BUS_SETTINGS } from './settings.ts';
import { createWaitingRoom, type WaitingRoom } from './waiting-room.ts';
import { createWire, type Wire, type WireOwner } from './wire.ts';

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
export const createBus = (options: BusOptions): Bus => new LineBus(options);

class LineBus implements Bus, WireOwner {
  private readonly transport: Transport;
  private readonly clock: Clock;
  private readonly settings: BusSettings;
  private readonly tally = createTally();
  private readonly occupancy: Occupancy;
  private readonly book: HealthBook;
  private readonly admission: Admission;
  private readonly lanes: Lanes;
  private readonly room: WaitingRoom;
  private readonly wire: Wire;
  private arrivals = 0;
  private closed = false;

  constructor({ transport, clock, settings, onFrame }: BusOptions) {
    const effective: BusSettings = settings === undefined ? DEFAULT_BUS_SETTINGS : { ...DEFAULT_BUS_SETTINGS, ...settings };
    const { occupancyWindowMs, replyDelayMs, marginMs, probeShare, queueLimits, probePatienceMs } = effective;
    this.transport = transport;
    this.clock = clock;
    this.settings = effective;
    this.occupancy = createOccupancy(occupancyWindowMs, clock.monotonicMs());
    this.book = createHealthBook({ clock, bounds: effective });
    const timing = createReplyTiming({ replyDelayMs, marginMs, port: transport.port, transitMs: transport.transitMs });
    this.admission = createAdmission({ book: this.book, share: createProbeShare({ share: probeShare, clock }), timing });
    this.lanes = createLanes(queueLimits, probePatienceMs);
    this.room = createWaitingRoom({ clock, lanes: this.lanes, onAbandoned: (job) => this.releaseProbe(job, 0) });
    this.wire = createWire({ transport, clock, timing, tally: this.tally, occupancy: this.occupancy, onFrame, owner: this });
  }

  request(exchange: Exchange, options: RequestOptions): Promise<ExchangeResult> {
    return new Promise((resolve, reject) => {
      const refusal = this.refusalOf(options);
      if (refusal !== undefined) resolve(err(refusal));
      else this.enter(exchange, options, { deadline: options.deadline, signal: options.signal, resolve, reject, detach: undefined });
    });
  }

  health(): BusHealth {
    return {
      transport: this.transport.state(),
      occupancy: this.occupancy.share(this.clock.monotonicMs()),
      queueLength: this.lanes.length,
      waiting: this.lanes.lengths(),
      meters: this.book.snapshot(),
      counters: { ...this.tally },
    };
  }

  close(): void {
    this.closed = true;
    this.room.close();
    this.wire.close();
  }

  wireDown(): void {
    this.room.dismissHasty();
  }

  /** Sends as long as the line takes more. */
  wireFree(): void {
    while (this.lanes.length > 0 && this.wire.isFree()) {
      const job = this.room.next();
      if (job === undefined) return;
      const isWorthwhile = job.probeCostMs !== undefined || this.admission.isStillWorthwhile(job.exchange, job.priority);
      if (isWorthwhile) this.run(job);
      else this.end(job, 0, err(job.lastFailure ?? { code: 'no-reply', sent: false }));
    }
  }

  /** What can be answered before anything is judged or queued. */
  private refusalOf({ deadline, signal }: RequestOptions): ExchangeError | undefined {
    if (signal?.aborted) return { code: 'cancelled', sent: false };
    if (deadline !== undefined && deadline <= this.clock.now()) return { code: 'command-expired', sent: false };
    if (this.closed || (deadline === undefined && this.transport.state().state === 'down')) return { code: 'line-down', sent: false };
    return undefined;
  }

  private enter(exchange: Exchange, { priority }: RequestOptions, caller: Caller): void {
    const entry = this.admission.judge(exchange, priority);
    if (entry.kind === 'leave') {
      caller.resolve(err({ code: 'no-reply', sent: false }));
      return;
    }
    const job: Job = {
      exchange,
      order: this.arrivals++,
      queuedMs: this.clock.monotonicMs(),
      priority: entry.kind === 'probe' ? 'probe' : priority,
      callers: [caller],
      repeatsLeft: exchange.repeatable && !this.book.isSilent(exchange.meter) ? this.settings.repeats : 0,
      lastFailure: undefined,
      probeCostMs: entry.kind === 'probe' ? entry.costMs : undefined,
    };
    if (this.lanes.length === 0 && this.wire.isFree()) this.run(job);
    else if (this.room.enter(job)) this.wireFree();
    else this.end(job, 0, err({ code: 'queue-full', sent: false }));
  }

  private run(job: Job): void {
    if (job.lastFailure !== undefined) this.tally.repeats += 1;
    const startedMs = this.clock.monotonicMs();
    this.wire.attempt(job.exchange, (outcome) => {
      this.conclude(job, outcome, this.clock.monotonicMs() - startedMs);
      this.wireFree();
    });
  }

  private conclude(job: Job, outcome: AttemptOutcome, usedMs: number): void {
    const { meter, expectsReply } = job.exchange;
    switch (outcome.kind) {
      case 'reply':
        if (expectsReply) this.book.answered(meter);
        this.end(job, usedMs, ok(job.lastFailure === undefined ? outcome.reply : { ...outcome.reply, repeated: true }));
        break;
      case 'silence':
      case 'garbage':
        this.book.failed(meter);
        this.repeatOrEnd(job, usedMs, { code: outcome.kind === 'silence' ? 'no-reply' : 'garbled', sent: true });
        break;
      case 'down':
        this.end(job, usedMs, err({ code: 'line-down', sent: outcome.sent || job.lastFailure !== undefined }));
        break;
      case 'fault':
        this.releaseProbe(job, usedMs);
        settleCallers(job, ({ reject }) => reject(outcome.error));
        break;
      default:
        assertNever(outcome);
    }
  }

  private repeatOrEnd(job: Job, usedMs: number, failure: ExchangeError): void {
    job.lastFailure = failure;
    const mayRepeat = !this.closed && job.repeatsLeft > 0 && !this.book.isSilent(job.exchange.meter);
    job.repeatsLeft -= 1;
    if (!mayRepeat || !this.room.returnTo(job)) this.end(job, usedMs, err(failure));
  }

  private end(job: Job, usedMs: number, result: ExchangeResult): void {
    this.releaseProbe(job, usedMs);
    settleCallers(job, ({ resolve }) => resolve(result));
  }

  private releaseProbe({ exchange, probeCostMs }: Job, usedMs: number): void {
    if (probeCostMs !== undefined) this.admission.release(exchange, probeCostMs, usedMs);
  }
}
