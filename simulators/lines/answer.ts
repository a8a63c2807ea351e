import { decodeRequest, ERROR_BIT, encodeReply, type Frame, FUNCTION, functionOf, type Reply } from '../../protocols/dlt645/index.ts';
import { hexPair, hexReversed } from '../../protocols/shared/hex.ts';
import { type Clock, formatInstant } from '../../src/kernel/clock.ts';
import type { Faults, Struck } from '../faults/faults.ts';
import type { FaultKind } from '../faults/faults-file.ts';
import type { FrameLog } from '../frame-log.ts';
import { type Asked, refusal, type VirtualMeter } from '../meter/meter.ts';

export interface Answer {
  readonly bytes: Uint8Array;
  /** What else the line is to do to it. */
  readonly struck: readonly Struck[];
}

export interface AnswerOptions {
  readonly clock: Clock;
  readonly faults: Faults;
  readonly log: FrameLog | undefined;
}

const has = (struck: readonly Struck[], kind: FaultKind) => struck.find((one) => one.kind === kind);

/** One meter hears one request: it acts, the log is written, and the answer (if there is one) is ready to go out. */
export function answerOf(meter: VirtualMeter, asked: Asked, frame: Frame, { clock, faults, log }: AnswerOptions): Answer | undefined {
  const struck = faults.strike(meter.address, classOf(frame));
  const silent = has(struck, 'silence') !== undefined;
  const reply = silent ? undefined : replyOf(meter, asked, frame, has(struck, 'stuckRelay') !== undefined);
  const answered = reply !== undefined && has(struck, 'lostReply') === undefined;
  log?.write({ at: formatInstant(clock.now()), address: meter.address, ...contentOf(frame), answered, relay: meter.relay() });
  if (!answered) return undefined;
  const bytes = encodeReply(bearing(meter.address, has(struck, 'wrongAddress')), reply, { wakeUp: meter.wakeUpBytes });
  corrupt(bytes, meter.wakeUpBytes, has(struck, 'corrupt'));
  return { bytes, struck };
}

/** A function called with data that it cannot use is refused, unless nobody in particular was called. */
function replyOf(meter: VirtualMeter, asked: Asked, frame: Frame, stuck: boolean): Reply | undefined {
  const request = decodeRequest(frame);
  if (request.ok) return meter.answer(request.value, asked, stuck);
  return asked === 'own' ? refusal(functionOf(frame.control), ERROR_BIT.other) : undefined;
}

function classOf({ control }: Frame): 'read' | 'write' | 'relay' | undefined {
  switch (control) {
    case FUNCTION.read:
    case FUNCTION.readNext:
    case FUNCTION.readAddress:
      return 'read';
    case FUNCTION.write:
      return 'write';
    case FUNCTION.relay:
      return 'relay';
    default:
      return undefined;
  }
}

const WITH_DI: ReadonlySet<number> = new Set([FUNCTION.read, FUNCTION.readNext, FUNCTION.write]);
const DI_BYTES = 4;
const PLAIN_RELAY_BYTES = 16;
const CODE_AT = 8;

/** What the log says of a frame's content; `code` even where it is no N1 that this meter knows. */
export function contentOf({ control, data }: Frame): { control: string; di: string | null; code: string | null } {
  return {
    control: hexPair(control),
    di: WITH_DI.has(control) && data.length >= DI_BYTES ? hexReversed(data, 0, DI_BYTES) : null,
    code: control === FUNCTION.relay && data.length === PLAIN_RELAY_BYTES ? hexPair(data[CODE_AT] ?? 0) : null,
  };
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
