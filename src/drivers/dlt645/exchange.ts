import {
  addressMatches,
  createDlt645Framer,
  decodeFrame,
  decodeReply,
  encodeRequest,
  functionOf,
  isReply,
  OVERHEAD,
  type Reply,
  type Request,
  requestFunction,
} from '../../../protocols/dlt645/index.ts';
import type { Exchange } from '../../transports/bus/exchange.ts';

/** Wake-up bytes that we send, and that a meter may send before its reply. */
const WAKE_UP = 4;

export interface ExchangePlan {
  readonly meter: string;
  readonly address: string;
  readonly request: Request;
  /** Longest data of the answer, the DI included. */
  readonly longestData: number;
  /** Reads only. */
  readonly repeatable: boolean;
  /** Reads of one kind that wait together are sent once; a read-back never is. */
  readonly coalesceKey?: string;
}

/** A DL/T 645 request as the bus sends it: it takes for its answer only this meter's reply to this function and DI. */
export function exchangeOf({ meter, address, request, longestData, repeatable, coalesceKey }: ExchangePlan): Exchange {
  return {
    meter,
    bytes: encodeRequest(address, request, { wakeUp: WAKE_UP }),
    createFramer: createDlt645Framer,
    accepts: (bytes) => replyOf(bytes, address, request) !== undefined,
    longestReplyBytes: WAKE_UP + OVERHEAD + longestData,
    repeatable,
    expectsReply: true,
    ...(coalesceKey === undefined ? {} : { coalesceKey }),
  };
}

/** The reply in a frame, where it answers the request; undefined for echoes, other meters, late replies and damaged data. */
export function replyOf(bytes: Uint8Array, address: string, request: Request): Reply | undefined {
  const frame = decodeFrame(bytes);
  if (!frame.ok || !isReply(frame.value.control)) return undefined;
  if (functionOf(frame.value.control) !== requestFunction(request) || !addressMatches(address, frame.value.address)) return undefined;
  const reply = decodeReply(frame.value);
  return reply.ok && answers(reply.value, request) ? reply.value : undefined;
}

/** A refusal carries no DI; every other answer to a read names the one that was asked for. */
function answers(reply: Reply, request: Request): boolean {
  if (reply.kind === 'refused') return true;
  if (request.kind === 'read') return reply.kind === 'read' && reply.di === request.di;
  if (request.kind === 'read-next') return reply.kind === 'read-next' && reply.di === request.di && reply.sequence === request.sequence;
  if (request.kind === 'security') return reply.kind === 'security' && reply.di === request.di;
  return true;
}
