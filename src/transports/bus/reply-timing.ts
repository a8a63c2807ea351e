import { characterMs, type PortSettings } from '../port-settings.ts';
import type { Exchange } from './exchange.ts';
import { createMeterMemory } from './meter-memory.ts';

const SAMPLES_KEPT = 100;
const SAMPLES_NEEDED = 20;
/** The learned delay never goes below this multiple of the slowest sample. */
const SLOWEST_FACTOR = 1.5;

export interface ReplyTiming {
  /** What the bytes of the request take on the line. */
  requestMs(exchange: Exchange): number;
  /** The whole window in which a reply may come: characters both ways + the standard's delay + the transit + margin. */
  fullWaitMs(exchange: Exchange): number;
  /** How long to wait before calling it silence; shorter than the window once the meter is known to be quick. */
  waitMs(exchange: Exchange): number;
  /** Remembers how long the meter took, in time or late. */
  learn(exchange: Exchange, elapsedMs: number, replyBytes: number): void;
}

interface TimingOptions {
  readonly port: PortSettings;
  readonly transitMs: number;
  readonly replyDelayMs: number;
  readonly marginMs: number;
}

/**
 * Computes waits from what is physically needed.
 *
 * A frame that must not be repeated always gets the whole window: its reply is worth more than an early answer.
 */
export function createReplyTiming({ port, transitMs, replyDelayMs, marginMs }: TimingOptions): ReplyTiming {
  const delays = createMeterMemory<Delays>(() => ({ samples: [], next: 0, slowest: 0 }));
  const charactersMs = (exchange: Exchange, count: number) => count * characterMs(exchange.port ?? port);
  const bothWaysMs = (exchange: Exchange, replyBytes: number) => charactersMs(exchange, exchange.bytes.length + replyBytes);
  const fullWaitMs = (exchange: Exchange) => bothWaysMs(exchange, exchange.longestReplyBytes) + replyDelayMs + transitMs + marginMs;

  return {
    requestMs: (exchange) => charactersMs(exchange, exchange.bytes.length),
    fullWaitMs,
    waitMs(exchange) {
      const full = fullWaitMs(exchange);
      const known = delays.find(exchange.meter);
      if (!exchange.repeatable || known === undefined || known.samples.length < SAMPLES_NEEDED) return full;
      const learned = bothWaysMs(exchange, exchange.longestReplyBytes) + SLOWEST_FACTOR * known.slowest + marginMs;
      return Math.min(full, learned);
    },
    learn(exchange, elapsedMs, replyBytes) {
      if (exchange.meter === undefined) return;
      add(delays.of(exchange.meter), Math.max(0, elapsedMs - bothWaysMs(exchange, replyBytes)));
    },
  };
}

/** How long a meter took the last times, the oldest at `next` once there are enough. */
interface Delays {
  readonly samples: number[];
  next: number;
  slowest: number;
}

function add(delays: Delays, ms: number): void {
  const { samples, next } = delays;
  const forgotten = samples[next] ?? 0;
  samples[next] = ms;
  delays.next = (next + 1) % SAMPLES_KEPT;
  if (ms >= delays.slowest) delays.slowest = ms;
  else if (forgotten === delays.slowest) delays.slowest = Math.max(...samples);
}
