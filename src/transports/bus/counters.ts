import type { Instant } from '../../kernel/clock.ts';

/** What has passed over a line since the bus was made. */
export interface BusCounters {
  readonly framesSent: number;
  readonly framesAccepted: number;
  /** Whole frames that answered nobody: echoes, other addresses, late replies. */
  readonly framesRefused: number;
  /** Replies to an exchange that had already timed out. */
  readonly lateReplies: number;
  readonly noiseBytes: number;
  readonly timeouts: number;
  readonly repeats: number;
}

export type Tally = { -readonly [name in keyof BusCounters]: number };

export const createTally = (): Tally => ({
  framesSent: 0,
  framesAccepted: 0,
  framesRefused: 0,
  lateReplies: 0,
  noiseBytes: 0,
  timeouts: 0,
  repeats: 0,
});

/** One frame or piece of noise as it passed, for the trace log. */
export interface FrameTrace {
  readonly at: Instant;
  readonly direction: '>' | '<';
  readonly kind: 'frame' | 'noise';
  readonly bytes: Uint8Array;
}

export type OnFrame = (trace: FrameTrace) => void;
