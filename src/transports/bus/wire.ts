/**
 * One exchange at a time on the physical line (more where the transport declares it), and the quiet after a time-out:
 *
 *   write ──► wait ──► reply ─────────────────────────────► free
 *              └─────► time-out ──► quiet (listen, drop) ──► free
 *              |<------ the whole window of a reply ----->|
 */
import type { CancelTimer, Clock } from '../../kernel/clock.ts';
import type { FramerEvent } from '../../kernel/framer.ts';
import { assertNever, type Result } from '../../kernel/result.ts';
import { silenceMs } from '../port-settings.ts';
import type { Transport, TransportListener, WriteError } from '../transport.ts';
import { type Alarm, createAlarm } from './alarm.ts';
import { type Attempt, type AttemptOutcome, silenceOf } from './attempt.ts';
import type { OnFrame, Tally } from './counters.ts';
import { createEar } from './ear.ts';
import type { Exchange, ReplyFrame } from './exchange.ts';
import type { Occupancy } from './occupancy.ts';
import type { ReplyTiming } from './reply-timing.ts';

export interface Wire {
  /** Whether one more exchange may be sent now. */
  isFree(): boolean;
  /** Sends once. `isFree` must hold. The end is told in a turn of its own, behind all that was heard with it. */
  attempt(exchange: Exchange, onEnded: (outcome: AttemptOutcome) => void): void;
  /** Ends everything in flight as sent and stops listening. */
  close(): void;
}

interface WireOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly timing: ReplyTiming;
  readonly tally: Tally;
  readonly occupancy: Occupancy;
  readonly onFrame: OnFrame | undefined;
  readonly owner: WireOwner;
}

/** Whose line it is. */
export interface WireOwner {
  /** The quiet is over, or the transport came up: something may be sent again. */
  wireFree(): void;
  wireDown(): void;
}

/** A write that took longer than this moves the wait for its reply. */
const NOTICEABLE_WRITE_MS = 5;

/** What waits for it comes in a turn of its own, in order. */
const NEXT_TURN = Promise.resolve();

export const createWire = (options: WireOptions): Wire => new TimedWire(options);

class TimedWire implements Wire, TransportListener {
  private readonly transport: Transport;
  private readonly clock: Clock;
  private readonly timing: ReplyTiming;
  private readonly tally: Tally;
  private readonly occupancy: Occupancy;
  private readonly onFrame: OnFrame | undefined;
  private readonly owner: WireOwner;
  private readonly ear = createEar();
  private readonly alarm: Alarm;
  private readonly inFlight: Attempt[] = [];
  private lateOf: Attempt | undefined = undefined;
  private heardMs = Number.NEGATIVE_INFINITY;
  private cancelQuiet: CancelTimer | undefined = undefined;
  private readonly unlisten: () => void;

  constructor({ transport, clock, timing, tally, occupancy, onFrame, owner }: WireOptions) {
    this.transport = transport;
    this.clock = clock;
    this.timing = timing;
    this.tally = tally;
    this.occupancy = occupancy;
    this.onFrame = onFrame;
    this.owner = owner;
    this.alarm = createAlarm(clock, () => this.ring());
    this.unlisten = transport.listen(this);
  }

  isFree(): boolean {
    const { transport } = this;
    return this.inFlight.length < transport.concurrent && this.cancelQuiet === undefined && transport.state().state === 'up';
  }

  attempt(exchange: Exchange, onEnded: (outcome: AttemptOutcome) => void): void {
    const startedMs = this.clock.monotonicMs();
    const attempt: Attempt = {
      exchange,
      sentAt: this.clock.now(),
      startedMs,
      written: false,
      noiseBytes: 0,
      dueMs: Number.POSITIVE_INFINITY,
      due: 'write',
      settle: onEnded,
    };
    this.inFlight.push(attempt);
    this.markOccupancy(startedMs);
    const gapLeftMs = silenceMs(exchange.port ?? this.transport.port, exchange.gapCharacters ?? 0) - (startedMs - this.heardMs);
    if (gapLeftMs > 0) this.waitFor(attempt, gapLeftMs, 'write');
    else this.begin(attempt);
  }

  close(): void {
    this.unlisten();
    this.endQuiet();
    this.settleDown();
    this.alarm.close();
  }

  data(chunk: Uint8Array): void {
    this.heardMs = this.clock.monotonicMs();
    this.judgeAll(chunk);
  }

  stray(bytes: Uint8Array): void {
    this.tally.lateReplies += 1;
    this.trace('<', 'noise', bytes);
  }

  up(): void {
    this.owner.wireFree();
  }

  down(): void {
    this.endQuiet();
    this.settleDown();
    this.owner.wireDown();
  }

  private trace(direction: '>' | '<', kind: 'frame' | 'noise', bytes: Uint8Array): void {
    this.onFrame?.({ at: this.clock.now(), direction, kind, bytes });
  }

  private markOccupancy(nowMs: number): void {
    this.occupancy.mark(this.inFlight.length > 0 || this.cancelQuiet !== undefined, nowMs);
  }

  private settle(attempt: Attempt, outcome: AttemptOutcome): void {
    const index = this.inFlight.indexOf(attempt);
    if (index < 0) return;
    this.inFlight.splice(index, 1);
    this.setAlarm();
    this.markOccupancy(this.clock.monotonicMs());
    void NEXT_TURN.then(() => attempt.settle(outcome));
  }

  private settleAll(outcome: AttemptOutcome): void {
    for (const attempt of [...this.inFlight]) this.settle(attempt, outcome);
  }

  private settleDown(): void {
    for (const attempt of [...this.inFlight]) this.settle(attempt, { kind: 'down', sent: attempt.written });
  }

  /** Transaction ids tell late replies apart where several exchanges run together, so only a half-duplex line needs it. */
  private keepQuiet(attempt: Attempt): void {
    const restMs = this.timing.fullWaitMs(attempt.exchange) - (this.clock.monotonicMs() - attempt.startedMs);
    this.lateOf = attempt;
    if (this.transport.concurrent > 1 || restMs <= 0) return;
    this.cancelQuiet = this.clock.after(restMs, () => {
      this.endQuiet();
      this.owner.wireFree();
    });
  }

  private endQuiet(): void {
    this.cancelQuiet?.();
    this.cancelQuiet = undefined;
    this.markOccupancy(this.clock.monotonicMs());
  }

  private setAlarm(): void {
    let firstMs = Number.POSITIVE_INFINITY;
    for (const { dueMs } of this.inFlight) firstMs = Math.min(firstMs, dueMs);
    if (firstMs === Number.POSITIVE_INFINITY) this.alarm.unset();
    else this.alarm.setFor(firstMs);
  }

  private ring(): void {
    const nowMs = this.clock.monotonicMs();
    for (const attempt of [...this.inFlight]) {
      if (attempt.dueMs > nowMs) continue;
      attempt.dueMs = Number.POSITIVE_INFINITY;
      this.actOn(attempt);
    }
    this.setAlarm();
  }

  private actOn(attempt: Attempt): void {
    switch (attempt.due) {
      case 'write':
        this.begin(attempt);
        break;
      case 'end-sent':
        this.settle(attempt, { kind: 'reply', reply: this.replyTo(attempt, new Uint8Array(0)) });
        break;
      case 'end-unanswered':
        // A stalled event loop runs timers before it reads sockets: one more turn, so that a reply that is here already is heard.
        this.clock.after(0, () => this.timeOut(attempt));
        break;
      default:
        assertNever(attempt.due);
    }
  }

  private waitFor(attempt: Attempt, ms: number, due: Attempt['due']): void {
    attempt.dueMs = this.clock.monotonicMs() + ms;
    attempt.due = due;
    this.setAlarm();
  }

  private awaitReply(attempt: Attempt): void {
    const { exchange } = attempt;
    if (exchange.expectsReply) this.waitFor(attempt, this.timing.waitMs(exchange), 'end-unanswered');
    else this.waitFor(attempt, this.timing.requestMs(exchange), 'end-sent');
  }

  private timeOut(attempt: Attempt): void {
    if (!this.inFlight.includes(attempt)) return;
    if (this.inFlight.length === 1) this.judgeAll(undefined);
    if (!this.inFlight.includes(attempt)) return;
    this.tally.timeouts += 1;
    this.keepQuiet(attempt);
    this.settle(attempt, silenceOf(attempt));
  }

  private begin(attempt: Attempt): void {
    attempt.written = true;
    attempt.startedMs = this.clock.monotonicMs();
    this.ear.listenFor(attempt.exchange.createFramer, this.inFlight.length === 1);
    this.tally.framesSent += 1;
    this.trace('>', 'frame', attempt.exchange.bytes);
    this.awaitReply(attempt);
    this.write(attempt);
  }

  /** Most transports have taken the bytes when they return. */
  private write(attempt: Attempt): void {
    const { bytes, port } = attempt.exchange;
    const replyWithinMs = Math.ceil(this.timing.fullWaitMs(attempt.exchange) - this.transport.transitMs);
    try {
      const written = this.transport.write(bytes, port === undefined ? { replyWithinMs } : { replyWithinMs, port });
      if (written instanceof Promise) void this.awaitWritten(attempt, written);
      else this.hearWritten(attempt, written);
    } catch (error) {
      this.settle(attempt, { kind: 'fault', error });
    }
  }

  private async awaitWritten(attempt: Attempt, written: Promise<Result<void, WriteError>>): Promise<void> {
    try {
      this.hearWritten(attempt, await written);
    } catch (error) {
      this.settle(attempt, { kind: 'fault', error });
    }
  }

  private hearWritten(attempt: Attempt, written: Result<void, WriteError>): void {
    if (!written.ok) {
      this.settle(attempt, { kind: 'down', sent: written.error.sent });
      return;
    }
    const nowMs = this.clock.monotonicMs();
    if (nowMs - attempt.startedMs < NOTICEABLE_WRITE_MS || !this.inFlight.includes(attempt)) return;
    attempt.startedMs = nowMs;
    this.awaitReply(attempt);
  }

  /**
   * Framers and `accepts` come with the exchange: where one throws, the exchange ends and the line lives on.
   *
   * @param chunk undefined where nothing more will come
   */
  private judgeAll(chunk: Uint8Array | undefined): void {
    try {
      const events = chunk === undefined ? this.ear.drain() : this.ear.hear(chunk);
      for (const event of events) this.judge(event);
      this.endGarbled();
    } catch (error) {
      this.settleAll({ kind: 'fault', error });
    }
  }

  private judge({ kind, bytes }: FramerEvent): void {
    this.trace('<', kind, bytes);
    if (kind === 'frame') {
      this.offer(bytes);
      return;
    }
    this.tally.noiseBytes += bytes.length;
    for (const attempt of this.inFlight) attempt.noiseBytes += bytes.length;
  }

  /** Garbage as long as the reply was the reply: a read need not wait for another one, nor the line keep quiet for it. */
  private endGarbled(): void {
    const [attempt] = this.inFlight;
    if (attempt === undefined || this.transport.concurrent > 1) return;
    const { repeatable, longestReplyBytes } = attempt.exchange;
    if (attempt.written && repeatable && attempt.noiseBytes >= longestReplyBytes) this.settle(attempt, { kind: 'garbage' });
  }

  private offer(frame: Uint8Array): void {
    for (const attempt of this.inFlight) {
      if (!attempt.written || !attempt.exchange.expectsReply || !attempt.exchange.accepts(frame)) continue;
      this.hearReply(attempt, frame);
      return;
    }
    this.tally.framesRefused += 1;
    if (this.lateOf?.exchange.accepts(frame)) this.hearLate(this.lateOf, frame);
  }

  private hearReply(attempt: Attempt, frame: Uint8Array): void {
    this.tally.framesAccepted += 1;
    this.timing.learn(attempt.exchange, this.heardMs - attempt.startedMs, frame.length);
    this.settle(attempt, { kind: 'reply', reply: this.replyTo(attempt, frame) });
  }

  private replyTo({ sentAt }: Attempt, bytes: Uint8Array): ReplyFrame {
    return { bytes, sentAt, heardAt: this.clock.now(), repeated: false };
  }

  /** Teaches that the meter is slower than it was; the frame itself is dropped. */
  private hearLate(late: Attempt, frame: Uint8Array): void {
    this.tally.lateReplies += 1;
    this.timing.learn(late.exchange, this.heardMs - late.startedMs, frame.length);
    this.lateOf = undefined;
  }
}
