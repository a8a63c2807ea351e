import { copyOf, joined } from '../../../src/kernel/bytes.ts';
import type { Framer, FramerEvent } from '../../../src/kernel/framer.ts';
import { sum8 } from '../../shared/sum8.ts';
import { HEAD, LENGTH_AT, OVERHEAD, SECOND_HEAD_AT, TAIL, WAKE_UP } from './frame.ts';

/**
 * Cuts a stream into DL/T 645 frames.
 *
 * A frame is what verifies: 68, another 68 seven bytes on, 16 where the length byte says, and the checksum. At the
 * first thing that fails the search goes on one byte behind the failed 68, since a 68 may lie in noise or in data. The
 * outermost frame wins, so the frames found do not depend on how the line cut its chunks, and an image of a frame in
 * another one's data never gets out. The price: behind a false start that promises more bytes than have come, a frame
 * waits, until more bytes settle it or `drain` does.
 */
export interface Dlt645Framer extends Framer {
  /** The line has gone silent and nothing more belongs to what came: decides all bytes that are still undecided. */
  drain(): readonly FramerEvent[];
}

/** FE bytes right before a frame wake the receiver; more than this many are noise. */
const LONGEST_WAKE_UP = 16;
const UNDECIDED = 0;
const NO_FRAME = -1;
const NOTHING = new Uint8Array(0);

export const createDlt645Framer = (): Dlt645Framer => new VerifyingFramer();

/** Room for the undecided rest of one frame and for what a line delivers at once. */
const BUFFER_BYTES = 1024;

class VerifyingFramer implements Dlt645Framer {
  /** Made when a line first cuts a frame; most sockets never do. */
  private buffer: Uint8Array = NOTHING;
  /** Undecided bytes at its front: at most a wake-up and one frame short of its last byte. */
  private filled = 0;

  push(chunk: Uint8Array): readonly FramerEvent[] {
    if (this.filled === 0) return this.scan(chunk, chunk.length, false);
    const end = this.filled + chunk.length;
    if (end > this.buffer.length) return this.scan(joined(this.buffer.subarray(0, this.filled), chunk), end, false);
    this.buffer.set(chunk, this.filled);
    return this.scan(this.buffer, end, false);
  }

  drain(): readonly FramerEvent[] {
    return this.scan(this.buffer, this.filled, true);
  }

  reset(): void {
    this.filled = 0;
  }

  /** Decides what can be decided and keeps the rest. */
  private scan(bytes: Uint8Array, end: number, isFinal: boolean): readonly FramerEvent[] {
    const events: FramerEvent[] = [];
    let reported = 0;
    let at = nextHead(bytes, 0, end);
    while (at < end) {
      const size = frameSize(bytes, at, end);
      if (size === UNDECIDED && !isFinal) break;
      if (size > 0) {
        reportNoise(events, bytes, reported, wakeUpBefore(bytes, reported, at));
        reported = at + size;
        events.push({ kind: 'frame', bytes: copyOf(bytes, at, reported) });
        at = nextHead(bytes, reported, end);
      } else {
        at = nextHead(bytes, at + 1, end);
      }
    }
    const kept = isFinal ? end : wakeUpBefore(bytes, reported, at);
    reportNoise(events, bytes, reported, kept);
    this.keep(bytes, kept, end);
    return events;
  }

  private keep(bytes: Uint8Array, from: number, to: number): void {
    this.filled = to - from;
    if (this.filled === 0) return;
    if (this.buffer.length === 0) this.buffer = new Uint8Array(BUFFER_BYTES);
    if (bytes === this.buffer) bytes.copyWithin(0, from, to);
    else for (let index = from; index < to; index++) this.buffer[index - from] = bytes[index] ?? 0;
  }
}

/** Where the next 68 is; `end` where there is none. */
function nextHead(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] !== HEAD) at++;
  return at;
}

/** The size of the verified frame that starts with the 68 at `at`, else UNDECIDED (bytes are missing) or NO_FRAME. */
function frameSize(bytes: Uint8Array, at: number, end: number): number {
  const available = end - at;
  if (available <= SECOND_HEAD_AT) return UNDECIDED;
  if (bytes[at + SECOND_HEAD_AT] !== HEAD) return NO_FRAME;
  if (available <= LENGTH_AT) return UNDECIDED;
  const size = OVERHEAD + (bytes[at + LENGTH_AT] ?? 0);
  if (available < size) return UNDECIDED;
  const checksumAt = at + size - 2;
  return bytes[checksumAt + 1] === TAIL && bytes[checksumAt] === sum8(bytes, at, checksumAt) ? size : NO_FRAME;
}

/** Where the wake-up bytes begin that end at `end`; `end` where there are none. */
function wakeUpBefore(bytes: Uint8Array, from: number, end: number): number {
  const earliest = Math.max(from, end - LONGEST_WAKE_UP);
  let at = end;
  while (at > earliest && bytes[at - 1] === WAKE_UP) at--;
  return at;
}

function reportNoise(events: FramerEvent[], bytes: Uint8Array, from: number, to: number): void {
  if (to > from) events.push({ kind: 'noise', bytes: copyOf(bytes, from, to) });
}
