/**
 * One exchange at a time on the physical line (more where the transport declares it), and the quiet after a time-out:
 *
 *   write ──► wait ──► reply ─────────────────────────────► free
 *              └─────► time-out ──► quiet (listen, drop) ──► free
 *              |<------ the whole window of a reply ----->|
 */
import type { CancelTimer, Clock } from '../../kernel/clock.ts';
import type { FramerEvent } from '../../kernel/framer.ts';
import { silenceMs } from '../port-settings.ts';
import type { Transport } from '../transport.ts';
import { createAlarm } from './alarm.ts';
import { type Attempt, type AttemptOutcome, silenceOf } from './attempt.ts';
import type { OnFrame, Tally } from './counters.ts';
import { createEar } from './ear.ts';
import type { Exchange } from './exchange.ts';
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
  readonly occupancy: Occupancy;
  readonly tally: Tally;
  readonly onFrame: OnFrame | undefined;
  /** The quiet is over, or the transport came up: something may be sent again. */
  readonly onFree: () => void;
  readonly onDown: () => void;
}

/** A write that took longer than this moves the wait for its reply. */
const NOTICEABLE_WRITE_MS = 5;

export function createWire({ transport, clock, timing, occupancy, tally, onFrame, onFree, onDown }: WireOptions): Wire {
  const ear = createEar();
  const inFlight = new Set<Attempt>();
  let lateOf: Attempt | undefined;
  let heardMs = Number.NEGATIVE_INFINITY;
  let cancelQuiet: CancelTimer | undefined;
  const alarm = createAlarm(clock, ring);

  const trace = (direction: '>' | '<', kind: 'frame' | 'noise', bytes: Uint8Array) =>
    onFrame?.({ at: clock.now(), direction, kind, bytes });
  const markOccupancy = () => occupancy.mark(inFlight.size > 0 || cancelQuiet !== undefined, clock.monotonicMs());

  function settle(attempt: Attempt, outcome: AttemptOutcome): void {
    if (!inFlight.delete(attempt)) return;
    setAlarm();
    markOccupancy();
    queueMicrotask(() => attempt.settle(outcome));
  }

  function settleAll(outcome: AttemptOutcome): void {
    for (const attempt of [...inFlight]) settle(attempt, outcome);
  }

  function settleDown(): void {
    for (const attempt of [...inFlight]) settle(attempt, { kind: 'down', sent: attempt.written });
  }

  /** Transaction ids tell late replies apart where several exchanges run together, so only a half-duplex line needs it. */
  function keepQuiet(attempt: Attempt): void {
    const restMs = timing.fullWaitMs(attempt.exchange) - (clock.monotonicMs() - attempt.startedMs);
    lateOf = attempt;
    if (transport.concurrent > 1 || restMs <= 0) return;
    cancelQuiet = clock.after(restMs, () => {
      endQuiet();
      onFree();
    });
  }

  function endQuiet(): void {
    cancelQuiet?.();
    cancelQuiet = undefined;
    markOccupancy();
  }

  function setAlarm(): void {
    let firstMs = Number.POSITIVE_INFINITY;
    for (const { dueMs } of inFlight) firstMs = Math.min(firstMs, dueMs);
    if (firstMs === Number.POSITIVE_INFINITY) alarm.unset();
    else alarm.setFor(firstMs);
  }

  function ring(): void {
    const nowMs = clock.monotonicMs();
    for (const attempt of [...inFlight]) {
      if (attempt.dueMs > nowMs) continue;
      attempt.dueMs = Number.POSITIVE_INFINITY;
      attempt.due();
    }
    setAlarm();
  }

  function waitFor(attempt: Attempt, ms: number, due: () => void): void {
    attempt.dueMs = clock.monotonicMs() + ms;
    attempt.due = due;
    setAlarm();
  }

  function awaitReply(attempt: Attempt): void {
    const { exchange } = attempt;
    if (exchange.expectsReply) waitFor(attempt, timing.waitMs(exchange), () => onWaited(attempt));
    else waitFor(attempt, timing.requestMs(exchange), () => settle(attempt, { kind: 'reply', reply: emptyReply(attempt) }));
  }

  /** A stalled event loop runs timers before it reads sockets: one more turn, so that a reply that is here already is heard. */
  function onWaited(attempt: Attempt): void {
    clock.after(0, () => timeOut(attempt));
  }

  function timeOut(attempt: Attempt): void {
    if (!inFlight.has(attempt)) return;
    if (inFlight.size === 1) judgeAll(ear.drain);
    if (!inFlight.has(attempt)) return;
    tally.timeouts += 1;
    keepQuiet(attempt);
    settle(attempt, silenceOf(attempt));
  }

  const emptyReply = ({ sentAt }: Attempt) => ({ bytes: new Uint8Array(0), sentAt, heardAt: clock.now() });

  function begin(attempt: Attempt): void {
    attempt.written = true;
    attempt.startedMs = clock.monotonicMs();
    ear.listenFor(attempt.exchange.createFramer, inFlight.size === 1);
    tally.framesSent += 1;
    trace('>', 'frame', attempt.exchange.bytes);
    awaitReply(attempt);
    write(attempt).catch((error: unknown) => settle(attempt, { kind: 'fault', error }));
  }

  async function write(attempt: Attempt): Promise<void> {
    const { exchange, startedMs } = attempt;
    const replyWithinMs = Math.ceil(timing.fullWaitMs(exchange) - transport.transitMs);
    const written = await transport.write(exchange.bytes, {
      replyWithinMs,
      ...(exchange.port === undefined ? {} : { port: exchange.port }),
    });
    if (!written.ok) return settle(attempt, { kind: 'down', sent: written.error.sent });
    const nowMs = clock.monotonicMs();
    if (!inFlight.has(attempt) || nowMs - startedMs < NOTICEABLE_WRITE_MS) return;
    attempt.startedMs = nowMs;
    awaitReply(attempt);
  }

  /** Framers and `accepts` come with the exchange: where one throws, the exchange ends and the line lives on. */
  function judgeAll(listen: () => readonly FramerEvent[]): void {
    try {
      for (const event of listen()) judge(event);
      endGarbled();
    } catch (error) {
      settleAll({ kind: 'fault', error });
    }
  }

  function judge({ kind, bytes }: FramerEvent): void {
    trace('<', kind, bytes);
    if (kind === 'frame') {
      offer(bytes);
      return;
    }
    tally.noiseBytes += bytes.length;
    for (const attempt of inFlight) attempt.noiseBytes += bytes.length;
  }

  /** Garbage as long as the reply was the reply: a read need not wait for another one, nor the line keep quiet for it. */
  function endGarbled(): void {
    if (transport.concurrent > 1) return;
    for (const attempt of inFlight) {
      const { repeatable, longestReplyBytes } = attempt.exchange;
      if (attempt.written && repeatable && attempt.noiseBytes >= longestReplyBytes) settle(attempt, { kind: 'garbage' });
    }
  }

  function offer(frame: Uint8Array): void {
    for (const attempt of inFlight) {
      if (!attempt.written || !attempt.exchange.expectsReply || !attempt.exchange.accepts(frame)) continue;
      hearReply(attempt, frame);
      return;
    }
    tally.framesRefused += 1;
    if (lateOf?.exchange.accepts(frame)) hearLate(lateOf, frame);
  }

  function hearReply(attempt: Attempt, frame: Uint8Array): void {
    const { exchange, sentAt, startedMs } = attempt;
    tally.framesAccepted += 1;
    timing.learn(exchange, clock.monotonicMs() - startedMs, frame.length);
    settle(attempt, { kind: 'reply', reply: { bytes: frame, sentAt, heardAt: clock.now() } });
  }

  /** Teaches that the meter is slower than it was; the frame itself is dropped. */
  function hearLate(late: Attempt, frame: Uint8Array): void {
    tally.lateReplies += 1;
    timing.learn(late.exchange, clock.monotonicMs() - late.startedMs, frame.length);
    lateOf = undefined;
  }

  const unlisten = transport.listen({
    data(chunk) {
      heardMs = clock.monotonicMs();
      judgeAll(() => ear.hear(chunk));
    },
    stray(bytes) {
      tally.lateReplies += 1;
      trace('<', 'noise', bytes);
    },
    up: onFree,
    down() {
      endQuiet();
      settleDown();
      onDown();
    },
  });

  return {
    isFree: () => transport.state().state === 'up' && cancelQuiet === undefined && inFlight.size < transport.concurrent,
    attempt(exchange, onEnded) {
      const startedMs = clock.monotonicMs();
      const attempt: Attempt = {
        exchange,
        sentAt: clock.now(),
        startedMs,
        written: false,
        noiseBytes: 0,
        dueMs: Number.POSITIVE_INFINITY,
        due: () => undefined,
        settle: onEnded,
      };
      inFlight.add(attempt);
      markOccupancy();
      const gapLeftMs = silenceMs(exchange.port ?? transport.port, exchange.gapCharacters ?? 0) - (startedMs - heardMs);
      if (gapLeftMs > 0) waitFor(attempt, gapLeftMs, () => begin(attempt));
      else begin(attempt);
    },
    close() {
      unlisten();
      endQuiet();
      settleDown();
      alarm.close();
    },
  };
}
