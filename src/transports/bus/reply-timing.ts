import { characterMs, type PortSettings } from '../port-settings.ts';
import type { Exchange } from './exchange.ts';
import { createMeterMemory } from './meter-memory.ts';

const REPLIES_KEPT = 100;
const REPLIES_NEEDED = 20;
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

export const createReplyTiming = (options: TimingOptions): ReplyTiming => new LearnedTiming(options);

/**
 * Computes waits from what is physically needed.
 *
 * A frame that must not be repeated always gets the whole window: its reply is worth more than an early answer.
 */
class LearnedTiming implements ReplyTiming {
  private readonly port: PortSettings;
  /** Of the whole window, what is no character. */
  private readonly allowanceMs: number;
  private readonly marginMs: number;
  private readonly delays = createMeterMemory(newDelays);

  constructor({ port, transitMs, replyDelayMs, marginMs }: TimingOptions) {
    this.port = port;
    this.allowanceMs = replyDelayMs + transitMs + marginMs;
    this.marginMs = marginMs;
  }

  requestMs(exchange: Exchange): number {
    return this.charactersMs(exchange, exchange.bytes.length);
  }

  fullWaitMs(exchange: Exchange): number {
    return this.bothWaysMs(exchange, exchange.longestReplyBytes) + this.allowanceMs;
  }

  waitMs(exchange: Exchange): number {
    const full = this.fullWaitMs(exchange);
    if (!exchange.repeatable) return full;
    const known = this.delays.find(exchange.meter);
    if (known === undefined || known.replies < REPLIES_NEEDED) return full;
    const learned = this.bothWaysMs(exchange, exchange.longestReplyBytes) + SLOWEST_FACTOR * slowestOf(known) + this.marginMs;
    return Math.min(full, learned);
  }

  learn(exchange: Exchange, elapsedMs: number, replyBytes: number): void {
    if (exchange.meter === undefined) return;
    add(this.delays.of(exchange.meter), Math.max(0, elapsedMs - this.bothWaysMs(exchange, replyBytes)));
  }

  private bothWaysMs(exchange: Exchange, replyBytes: number): number {
    return this.charactersMs(exchange, exchange.bytes.length + replyBytes);
  }

  private charactersMs({ port = this.port }: Exchange, count: number): number {
    return count * characterMs(port);
  }
}

/** How long a meter took the last times. */
interface Delays {
  replies: number;
  /**
   * Replies that are the slowest of the last ones, or will be when those before them are forgotten: number and milliseconds of each, the
   * slowest first. What a slower one has followed never counts again, so these are few.
   */
  readonly slowest: number[];
}

const newDelays = (): Delays => ({ replies: 0, slowest: [] });
const slowestOf = ({ slowest }: Delays): number => slowest[1] ?? 0;

function add(delays: Delays, ms: number): void {
  const { slowest } = delays;
  const reply = delays.replies++;
  for (let last = slowest.at(-1); last !== undefined && last <= ms; last = slowest.at(-1)) slowest.length -= 2;
  slowest.push(reply, ms);
  if ((slowest[0] ?? 0) <= reply - REPLIES_KEPT) slowest.splice(0, 2);
}
