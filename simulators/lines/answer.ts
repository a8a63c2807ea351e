import type { Frame } from '../../protocols/dlt645/index.ts';
import { type Clock, formatInstant } from '../../src/kernel/clock.ts';
import type { Faults, Struck } from '../faults/faults.ts';
import type { FaultKind } from '../faults/faults-file.ts';
import type { FrameLog } from '../frame-log.ts';
import type { Asked, VirtualMeter } from '../meter/meter.ts';
import type { SpokenEdition } from './edition.ts';
import { SPOKEN_2007 } from './edition-2007.ts';

export interface Answer {
  readonly bytes: Uint8Array;
  /** What else the line is to do to it. */
  readonly struck: readonly Struck[];
}

export interface AnswerOptions {
  readonly clock: Clock;
  readonly faults: Faults;
  readonly log: FrameLog | undefined;
  /** What the meters speak; 2007 where nothing is said. */
  readonly edition?: SpokenEdition;
}

const has = (struck: readonly Struck[], kind: FaultKind) => struck.find((one) => one.kind === kind);

/** One meter hears one request: it acts, the log is written, and the answer (if there is one) is ready to go out. */
export function answerOf(meter: VirtualMeter, asked: Asked, frame: Frame, options: AnswerOptions): Answer | undefined {
  const { clock, faults, log, edition = SPOKEN_2007 } = options;
  const content = edition.contentOf(frame);
  const struck = faults.strike(meter.address, edition.classOf(frame), content.di);
  const silent = has(struck, 'silence') !== undefined;
  const encode = silent ? undefined : edition.answer(meter, asked, frame, has(struck, 'stuckRelay') !== undefined);
  const answered = encode !== undefined && has(struck, 'lostReply') === undefined;
  log?.write({ at: formatInstant(clock.now()), address: meter.address, ...content, answered, relay: meter.relay() });
  if (!answered) return undefined;
  const bytes = encode(bearing(meter.address, has(struck, 'wrongAddress')), meter.wakeUpBytes);
  corrupt(bytes, meter.wakeUpBytes, has(struck, 'corrupt'));
  return { bytes, struck };
}

/** The address, or one that differs from it in one digit. */
function bearing(address: string, wrong: Struck | undefined): string {
  if (wrong === undefined) return address;
  const at = wrong.draw % address.length;
  const digit = (Number(address[at]) + 1 + (wrong.draw % 9)) % 10;
  return address.slice(0, at) + String(digit) + address.slice(at + 1);
}

/** Changes one byte behind the wake-up to something else. */
function corrupt(bytes: Uint8Array, from: number, fault: Struck | undefined): void {
  if (fault === undefined) return;
  const at = from + (fault.draw % (bytes.length - from));
  bytes[at] = (bytes[at] ?? 0) ^ (1 + (fault.draw % 255));
}
