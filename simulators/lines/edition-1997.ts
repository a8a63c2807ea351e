import {
  decodeRequest1997,
  ERROR_BIT_1997,
  encodeReply1997,
  type Frame,
  FUNCTION_1997,
  functionOf,
  type Reply1997,
} from '../../protocols/dlt645/index.ts';
import { hexPair, hexReversed } from '../../protocols/shared/hex.ts';
import { createMeter1997, type Meter1997 } from '../meter/meter-1997.ts';
import type { SpokenEdition } from './edition.ts';

const READS: ReadonlySet<number> = new Set([FUNCTION_1997.read, FUNCTION_1997.readNext, FUNCTION_1997.reread]);
const DI_BYTES = 2;

/** The meters of a line as they speak 1997. Each remembers which answer it is in the middle of. */
export function createSpoken1997(): SpokenEdition {
  const speakers = new Map<string, Meter1997>();
  return {
    classOf({ control }) {
      if (READS.has(control)) return 'read';
      return control === FUNCTION_1997.write ? 'write' : undefined;
    },
    contentOf({ control, data }) {
      const namesDi = (READS.has(control) || control === FUNCTION_1997.write) && data.length >= DI_BYTES;
      return { control: hexPair(control), di: namesDi ? hexReversed(data, 0, DI_BYTES) : null, code: null };
    },
    answer(meter, asked, frame) {
      const speaker = speakers.get(meter.address) ?? createMeter1997(meter);
      speakers.set(meter.address, speaker);
      const request = decodeRequest1997(frame);
      const reply = request.ok ? speaker.answer(request.value, asked) : misunderstood(frame, asked === 'own');
      return reply === undefined ? undefined : (address, wakeUp) => encodeReply1997(address, reply, { wakeUp });
    },
  };
}

/** A function called with data that it cannot use is refused, unless nobody in particular was called. */
function misunderstood({ control }: Frame, isOwn: boolean): Reply1997 | undefined {
  return isOwn ? { kind: 'refused', function: functionOf(control), error: ERROR_BIT_1997.illegalData } : undefined;
}
