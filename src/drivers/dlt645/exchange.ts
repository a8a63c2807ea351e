import {
  addressMatches,
  createDlt645Framer,
  decodeFrame,
  type Frame,
  functionOf,
  isReply,
  OVERHEAD,
} from '../../../protocols/dlt645/index.ts';
import type { Asking, MeterFailure } from '../../core/ports/meter-gateway.ts';
import { err, type Result } from '../../kernel/result.ts';
import type { Bus } from '../../transports/bus/bus.ts';
import type { Exchange, ReplyFrame } from '../../transports/bus/exchange.ts';
import type { DriverMeter } from '../driver.ts';
import { foreignAnswer } from './foreign-answer.ts';

/** Wake-up bytes that we send, and that a meter may send before its reply. */
export const WAKE_UP = 4;

/** A request to one meter, and how its answer is known. */
export interface LineRequest<Reply> {
  readonly bytes: Uint8Array;
  /** The reply in a frame, where it answers the request; undefined for echoes, other meters, late replies and damaged data. */
  readonly replyIn: (frame: Uint8Array) => Reply | undefined;
}

/** The bus asks whether a frame is the reply, then the driver what it says: it is decoded once. */
export function decodedOnce<Reply>(decode: (frame: Uint8Array) => Reply | undefined): LineRequest<Reply>['replyIn'] {
  let last: Uint8Array | undefined;
  let reply: Reply | undefined;
  return (frame) => {
    if (frame !== last) {
      last = frame;
      reply = decode(frame);
    }
    return reply;
  };
}

export interface ExchangePlan {
  /** Without an id where nobody in particular is asked. */
  readonly meter: { readonly id: string | undefined } & Pick<DriverMeter, 'port'>;
  readonly request: LineRequest<unknown>;
  /** Longest data of the answer, the DI included. */
  readonly longestData: number;
  /** Reads only. */
  readonly repeatable: boolean;
  /** Reads of one kind that wait together are sent once; a read-back never is. */
  readonly coalesceKey?: string;
}

/**
 * A DL/T 645 request as the bus sends it: it takes for its answer only this meter's reply to this function and DI.
 *
 * @param onForeign told of every other frame
 */
export function exchangeOf(
  { meter, request, longestData, repeatable, coalesceKey }: ExchangePlan,
  onForeign?: (frame: Uint8Array) => void,
): Exchange {
  return {
    meter: meter.id,
    bytes: request.bytes,
    createFramer: createDlt645Framer,
    accepts(frame) {
      if (request.replyIn(frame) !== undefined) return true;
      onForeign?.(frame);
      return false;
    },
    longestReplyBytes: WAKE_UP + OVERHEAD + longestData,
    repeatable,
    expectsReply: true,
    ...(meter.port === undefined ? {} : { port: meter.port }),
    ...(coalesceKey === undefined ? {} : { coalesceKey }),
  };
}

/** Asks over the bus; where no answer came but other frames did, the failure says which. */
export async function ask(bus: Bus, plan: ExchangePlan, asking: Asking): Promise<Result<ReplyFrame, MeterFailure>> {
  let foreign: Uint8Array | undefined;
  const exchange = exchangeOf(plan, (frame) => {
    foreign = frame;
  });
  const outcome = await bus.request(exchange, asking);
  if (outcome.ok || outcome.error.code !== 'no-reply' || foreign === undefined) return outcome;
  const protocolError = foreignAnswer(exchange.bytes, foreign);
  return protocolError === undefined ? outcome : err({ ...outcome.error, protocolError });
}

/** The frame of this meter's reply to this function; undefined where the bytes are something else. */
export function replyFrame(bytes: Uint8Array, address: string, functionCode: number): Frame | undefined {
  const frame = decodeFrame(bytes);
  if (!frame.ok || !isReply(frame.value.control)) return undefined;
  const isAnswer = functionOf(frame.value.control) === functionCode && addressMatches(address, frame.value.address);
  return isAnswer ? frame.value : undefined;
}
