/** A virtual meter that speaks DL/T 645-1997: the works of the other year behind the words of this one, without a relay command. */
import { ERROR_BIT_1997, FUNCTION_1997, type Reply1997, type Request1997, requestFunction1997 } from '../../protocols/dlt645/index.ts';
import { layOut1997, sourceOf1997 } from './items-1997.ts';
import type { Asked, VirtualMeter } from './meter.ts';

export interface Meter1997 {
  /** Obeys a request; undefined where a meter says nothing. */
  answer(request: Request1997, asked: Asked): Reply1997 | undefined;
}

/** Small frames, so that a block of a total and four tariffs already takes two. */
const FRAME_BYTES = 16;
/** 1997 knows no operator; the works note one. */
const NOBODY = '00000000';

type DataReply = Extract<Reply1997, { kind: 'read' | 'read-next' | 'reread' }>;

/** The answer that a meter is in the middle of. */
interface Place {
  readonly di: string;
  /** What has not been sent yet. */
  readonly rest: Uint8Array;
  /** What was sent last. */
  readonly last: DataReply;
}

export function createMeter1997(meter: VirtualMeter): Meter1997 {
  let place: Place | undefined;

  function send(kind: DataReply['kind'], di: string, value: Uint8Array): DataReply {
    const rest = value.subarray(FRAME_BYTES);
    const last: DataReply = { kind, di, value: value.subarray(0, FRAME_BYTES), more: rest.length > 0 };
    place = { di, rest, last };
    return last;
  }

  function answerRead(di: string): Reply1997 {
    place = undefined;
    const source = sourceOf1997(di);
    const reply = source === undefined ? undefined : meter.answer({ kind: 'read', di: source.di }, 'own');
    return reply?.kind === 'read' ? send('read', di, layOut1997(reply.value, source?.cut)) : refusal(FUNCTION_1997.read);
  }

  /** Every call moves on: a part that was lost on the way does not come again. */
  function answerNext(di: string): Reply1997 {
    if (place === undefined || place.di !== di || place.rest.length === 0) return refusal(FUNCTION_1997.readNext);
    return send('read-next', di, place.rest);
  }

  function answerAgain(di: string | undefined): Reply1997 {
    if (place === undefined || (di !== undefined && place.di !== di)) return refusal(FUNCTION_1997.reread);
    return { ...place.last, kind: 'reread' };
  }

  function answerWrite(request: Extract<Request1997, { kind: 'write' }>): Reply1997 {
    const source = sourceOf1997(request.di);
    if (source === undefined) return refusal(FUNCTION_1997.write);
    const reply = meter.answer({ ...request, di: source.di, operator: NOBODY }, 'own');
    if (reply?.kind === 'accepted') return { kind: 'accepted', function: FUNCTION_1997.write, data: reply.data };
    // Other error, unknown DI and wrong password have the same bits in both years.
    return refusal(FUNCTION_1997.write, reply?.kind === 'refused' ? reply.error : ERROR_BIT_1997.illegalData);
  }

  return {
    answer(request, asked) {
      if (request.kind === 'broadcast-time') {
        meter.answer(request, asked);
        return undefined;
      }
      if (asked === 'everybody') return undefined;
      switch (request.kind) {
        case 'read':
          return answerRead(request.di);
        case 'read-next':
          return answerNext(request.di);
        case 'reread':
          return answerAgain(request.di);
        case 'write':
          return asked === 'own' ? answerWrite(request) : undefined;
        default:
          return asked === 'own' ? refusal(requestFunction1997(request), ERROR_BIT_1997.illegalData) : undefined;
      }
    },
  };
}

const refusal = (functionCode: number, error: number = ERROR_BIT_1997.noSuchData): Reply1997 => ({
  kind: 'refused',
  function: functionCode,
  error,
});
