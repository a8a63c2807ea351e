/**
 * Cuts a stream into Modbus frames. A frame ends by its length, never by silence: converters and networks cut and glue
 * as they like.
 *
 *     RTU reply     5 + byte count for reads, 8 for writes, 5 for exceptions
 *     RTU request   8 for reads and single writes, 9 + byte count for multiple writes
 *     TCP           6 + the length field
 *
 * RTU has no byte that marks a beginning: at each byte the function says how long a frame would be, and the CRC decides.
 * What fails makes the search go on one byte further. The outermost frame wins, so the frames found do not depend on how
 * the line cut its chunks; behind a false start that promises more bytes than have come a frame waits, until more bytes
 * settle it or `drain` does. Without a CRC a TCP stream is only as sound as its length fields: what cannot be a header
 * is noise.
 */
import { copyOf, joined } from '../../src/kernel/bytes.ts';
import type { CreateFramer, Framer, FramerEvent } from '../../src/kernel/framer.ts';
import { hasCrc, LONGEST_RTU_FRAME } from './rtu.ts';
import { LONGEST_TCP_LENGTH, SHORTEST_TCP_LENGTH, TCP_OVERHEAD, tcpLengthAt } from './tcp.ts';

/** Bytes are missing to decide. */
const UNDECIDED = 0;
const NO_FRAME = -1;

/** The size of the frame that starts at `at`, UNDECIDED or NO_FRAME. Never looks at `end` and behind. */
type Measure = (bytes: Uint8Array, at: number, end: number) => number;

/** What a unit hears: requests, whatever their unit. */
export const createRtuRequestFramer: CreateFramer = () => createFramer((bytes, at, end) => verified(bytes, at, end, requestSize));

/**
 * What a master hears: replies of any unit, and the echo of its own request where the line gives one, which would else
 * be measured as a reply. The echo of a single write is also what the meter answers; only reading back tells them apart.
 */
export const createRtuReplyFramer = (request?: Uint8Array): Framer =>
  createFramer((bytes, at, end) => {
    const echo = request === undefined ? NO_FRAME : echoSize(request, bytes, at, end);
    return echo === NO_FRAME ? verified(bytes, at, end, replySize) : echo;
  });

export const createTcpFramer: CreateFramer = () => createFramer(tcpSize);

const createFramer = (measure: Measure): Framer => new MeasuringFramer(measure);

const NOTHING = new Uint8Array(0);

class MeasuringFramer implements Framer {
  private readonly measure: Measure;
  /** Bytes that are undecided: less than the longest frame. */
  private rest: Uint8Array = NOTHING;

  constructor(measure: Measure) {
    this.measure = measure;
  }

  push(chunk: Uint8Array): readonly FramerEvent[] {
    return this.scan(this.rest.length === 0 ? chunk : joined(this.rest, chunk), false);
  }

  drain(): readonly FramerEvent[] {
    return this.scan(this.rest, true);
  }

  reset(): void {
    this.rest = NOTHING;
  }

  private scan(bytes: Uint8Array, isFinal: boolean): readonly FramerEvent[] {
    const events: FramerEvent[] = [];
    const end = bytes.length;
    let reported = 0;
    let at = 0;
    while (at < end) {
      const size = this.measure(bytes, at, end);
      if (size === UNDECIDED && !isFinal) break;
      if (size > 0) {
        if (at > reported) events.push({ kind: 'noise', bytes: copyOf(bytes, reported, at) });
        events.push({ kind: 'frame', bytes: copyOf(bytes, at, at + size) });
        at += size;
        reported = at;
      } else at += 1;
    }
    if (at > reported) events.push({ kind: 'noise', bytes: copyOf(bytes, reported, at) });
    this.rest = at < end ? copyOf(bytes, at, end) : NOTHING;
    return events;
  }
}

function verified(bytes: Uint8Array, at: number, end: number, sizeOf: Measure): number {
  const size = sizeOf(bytes, at, end);
  if (size <= 0) return size;
  if (end - at < size) return UNDECIDED;
  return hasCrc(bytes, at, size) ? size : NO_FRAME;
}

/** Unit, address and count before the byte count of a multiple write. */
const WRITE_COUNT_AT = 6;
const REFUSED = 0x80;

function requestSize(bytes: Uint8Array, at: number, end: number): number {
  if (end - at < 2) return UNDECIDED;
  const code = bytes[at + 1] ?? 0;
  if (code >= 0x01 && code <= 0x06) return 8;
  if (code !== 0x0f && code !== 0x10) return NO_FRAME;
  if (end - at <= WRITE_COUNT_AT) return UNDECIDED;
  return bounded(9 + (bytes[at + WRITE_COUNT_AT] ?? 0));
}

function replySize(bytes: Uint8Array, at: number, end: number): number {
  if (end - at < 2) return UNDECIDED;
  const code = bytes[at + 1] ?? 0;
  const answered = code & ~REFUSED;
  const isRead = answered >= 0x01 && answered <= 0x04;
  const isWrite = answered === 0x05 || answered === 0x06 || answered === 0x0f || answered === 0x10;
  if (!isRead && !isWrite) return NO_FRAME;
  if (code !== answered) return 5;
  if (isWrite) return 8;
  if (end - at < 3) return UNDECIDED;
  const count = bytes[at + 2] ?? 0;
  if (count === 0 || (answered >= 0x03 && count % 2 !== 0)) return NO_FRAME;
  return bounded(5 + count);
}

const bounded = (size: number): number => (size > LONGEST_RTU_FRAME ? NO_FRAME : size);

/** The size of the request where its bytes come back; UNDECIDED while all that came fits it. */
function echoSize(request: Uint8Array, bytes: Uint8Array, at: number, end: number): number {
  const length = Math.min(request.length, end - at);
  for (let index = 0; index < length; index++) if (bytes[at + index] !== request[index]) return NO_FRAME;
  return length === request.length ? length : UNDECIDED;
}

function tcpSize(bytes: Uint8Array, at: number, end: number): number {
  const available = end - at;
  if ((available > 2 && bytes[at + 2] !== 0) || (available > 3 && bytes[at + 3] !== 0)) return NO_FRAME;
  if (available > 4 && bytes[at + 4] !== 0) return NO_FRAME;
  if (available < TCP_OVERHEAD - 1) return UNDECIDED;
  const length = tcpLengthAt(bytes, at);
  if (length < SHORTEST_TCP_LENGTH || length > LONGEST_TCP_LENGTH) return NO_FRAME;
  return available < TCP_OVERHEAD - 1 + length ? UNDECIDED : TCP_OVERHEAD - 1 + length;
}
