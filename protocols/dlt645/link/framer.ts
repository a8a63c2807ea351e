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
/** Room for the undecided rest of one frame and for what a line delivers at once; a longer chunk goes through in pieces. */
const BUFFER_BYTES = 1024;
const UNDECIDED = 0;
const NO_FRAME = -1;

export function createDlt645Framer(): Dlt645Framer {
  const buffer = new Uint8Array(BUFFER_BYTES);
  /** Bytes in the buffer; between two chunks at most a wake-up and one frame short of its last byte. */
  let filled = 0;

  /** Decides what can be decided and moves the rest to the front. */
  function scan(events: FramerEvent[], isFinal: boolean): void {
    let reported = 0;
    let at = nextHead(buffer, 0, filled);
    while (at < filled) {
      const size = frameSize(buffer, at, filled);
      if (size === UNDECIDED && !isFinal) break;
      if (size > 0) {
        reportNoise(events, buffer, reported, wakeUpBefore(buffer, reported, at));
        reported = at + size;
        events.push({ kind: 'frame', bytes: buffer.slice(at, reported) });
        at = nextHead(buffer, reported, filled);
      } else {
        at = nextHead(buffer, at + 1, filled);
      }
    }
    const kept = isFinal ? filled : wakeUpBefore(buffer, reported, at);
    reportNoise(events, buffer, reported, kept);
    if (kept < filled) buffer.copyWithin(0, kept, filled);
    filled -= kept;
  }

  function take(events: FramerEvent[], piece: Uint8Array): void {
    buffer.set(piece, filled);
    filled += piece.length;
    scan(events, false);
  }

  return {
    push(chunk) {
      const events: FramerEvent[] = [];
      let taken = 0;
      while (chunk.length - taken > BUFFER_BYTES - filled) {
        const room = BUFFER_BYTES - filled;
        take(events, chunk.subarray(taken, taken + room));
        taken += room;
      }
      take(events, taken === 0 ? chunk : chunk.subarray(taken));
      return events;
    },
    drain() {
      const events: FramerEvent[] = [];
      scan(events, true);
      return events;
    },
    reset() {
      filled = 0;
    },
  };
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
  if (to > from) events.push({ kind: 'noise', bytes: bytes.slice(from, to) });
}
