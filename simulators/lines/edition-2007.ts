import { decodeRequest, ERROR_BIT, encodeReply, type Frame, FUNCTION, functionOf, type Reply } from '../../protocols/dlt645/index.ts';
import { hexPair, hexReversed } from '../../protocols/shared/hex.ts';
import type { FrameClass } from '../faults/faults.ts';
import type { Asked, VirtualMeter } from '../meter/meter.ts';
import { refusal } from '../meter/outcome.ts';
import type { FrameContent, SpokenEdition } from './edition.ts';

export const SPOKEN_2007: SpokenEdition = {
  classOf,
  contentOf,
  answer(meter, asked, frame, stuck) {
    const reply = replyOf(meter, asked, frame, stuck);
    return reply === undefined ? undefined : (address, wakeUp) => encodeReply(address, reply, { wakeUp });
  },
};

/** A function called with data that it cannot use is refused, unless nobody in particular was called. */
function replyOf(meter: VirtualMeter, asked: Asked, frame: Frame, stuck: boolean): Reply | undefined {
  const request = decodeRequest(frame);
  if (request.ok) return meter.answer(request.value, asked, stuck);
  return asked === 'own' ? refusal(functionOf(frame.control), ERROR_BIT.other) : undefined;
}

function classOf({ control }: Frame): FrameClass {
  switch (control) {
    case FUNCTION.read:
    case FUNCTION.readNext:
    case FUNCTION.readAddress:
      return 'read';
    case FUNCTION.write:
      return 'write';
    case FUNCTION.relay:
      return 'relay';
    case FUNCTION.authenticate:
      return 'security';
    default:
      return undefined;
  }
}

const WITH_DI: ReadonlySet<number> = new Set([FUNCTION.read, FUNCTION.readNext, FUNCTION.write, FUNCTION.authenticate]);
const DI_BYTES = 4;
const PLAIN_RELAY_BYTES = 16;
const CODE_AT = 8;

function contentOf({ control, data }: Frame): FrameContent {
  return {
    control: hexPair(control),
    di: WITH_DI.has(control) && data.length >= DI_BYTES ? hexReversed(data, 0, DI_BYTES) : null,
    code: control === FUNCTION.relay && data.length === PLAIN_RELAY_BYTES ? hexPair(data[CODE_AT] ?? 0) : null,
  };
}
