/**
 * A line with many meters on it, as RS-485 has it: every meter hears every frame, the one that is meant answers. Where a
 * wildcard lets several answer at once, their answers collide and nothing that verifies comes back.
 */
import { addressMatches, BROADCAST_ADDRESS, createDlt645Framer, decodeFrame, type Frame, isReply } from '../../protocols/dlt645/index.ts';
import { formatInstant } from '../../src/kernel/clock.ts';
import type { Asked, VirtualMeter } from '../meter/meter.ts';
import { type Answer, type AnswerOptions, answerOf } from './answer.ts';
import { SPOKEN_2007 } from './edition-2007.ts';
import { createSender, type Pacing, type Send, type Sender } from './sender.ts';

export interface SharedLineOptions extends AnswerOptions {
  readonly meters: readonly VirtualMeter[];
  /** Makes answers take the time that they take on a wire; undefined: at once. */
  readonly pacing: Pacing | undefined;
}

export interface SharedLine {
  /** A master takes its place on the line: bytes that it sends go to `hear`, what comes back goes to `send`. */
  connect(send: Send): LineEnd;
}

export interface LineEnd {
  hear(chunk: Uint8Array): void;
  /** Nothing is sent any more. */
  close(): void;
}

/** Behind a gap of this length a meter takes what comes for a new frame. */
const LONGEST_GAP_MS = 500;
/** A high digit pair of an address that is left open. */
const OPEN_PAIR = 'AA';

export function createSharedLine(options: SharedLineOptions): SharedLine {
  const { clock, pacing, log, edition = SPOKEN_2007 } = options;
  const metersFor = createRouting(options.meters);

  function answersTo(frame: Frame): readonly Answer[] {
    const called = metersFor(frame.address);
    if (called.length === 0) {
      log?.write({ at: formatInstant(clock.now()), address: frame.address, ...edition.contentOf(frame), answered: false, relay: null });
    }
    return called.flatMap(({ meter, asked }) => answerOf(meter, asked, frame, options) ?? []);
  }

  function hearFrame(bytes: Uint8Array, sender: Sender): void {
    const frame = decodeFrame(bytes);
    if (!frame.ok || isReply(frame.value.control)) return;
    const [first, ...others] = answersTo(frame.value);
    if (first === undefined) return;
    if (others.length === 0) sender.send(bytes, first.bytes, first.struck);
    else sender.send(bytes, collide([first, ...others]), []);
  }

  return {
    connect(send) {
      const framer = createDlt645Framer();
      const sender = createSender(clock, pacing, send);
      let heardAtMs = clock.monotonicMs();
      return {
        hear(chunk) {
          const nowMs = clock.monotonicMs();
          if (nowMs - heardAtMs > LONGEST_GAP_MS) framer.reset();
          heardAtMs = nowMs;
          for (const { kind, bytes } of framer.push(chunk)) if (kind === 'frame') hearFrame(bytes, sender);
        },
        close: () => sender.close(),
      };
    },
  };
}

interface Called {
  readonly meter: VirtualMeter;
  readonly asked: Asked;
}

/** Who is meant by an address; nobody where it belongs to no meter of this line. */
function createRouting(meters: readonly VirtualMeter[]): (address: string) => readonly Called[] {
  const byAddress = new Map(meters.map((meter): [string, readonly Called[]] => [meter.address, [{ meter, asked: 'own' }]]));
  return (address) => {
    const own = byAddress.get(address);
    if (own !== undefined) return own;
    if (address === BROADCAST_ADDRESS) return meters.map((meter) => ({ meter, asked: 'everybody' }));
    if (!address.startsWith(OPEN_PAIR)) return [];
    return meters.filter((meter) => addressMatches(address, meter.address)).map((meter) => ({ meter, asked: 'wildcard' }));
  };
}

/** Several talk at once: a zero of anyone pulls the line down. */
function collide(answers: readonly Answer[]): Uint8Array {
  const length = Math.max(...answers.map(({ bytes }) => bytes.length));
  const mixed = new Uint8Array(length).fill(0xff);
  for (const { bytes } of answers) {
    for (let index = 0; index < bytes.length; index++) mixed[index] = (mixed[index] ?? 0) & (bytes[index] ?? 0);
  }
  return mixed;
}
