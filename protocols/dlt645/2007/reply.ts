import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { ADDRESS_BYTES, addressAt, writeAddress } from '../link/address.ts';
import { abnormalControl, functionOf, hasMore, isAbnormal, isReply, replyControl } from '../link/control.ts';
import { type EncodeOptions, encodeFrame, type Frame } from '../link/frame.ts';
import type { MessageError } from '../message.ts';
import { FUNCTION } from './functions.ts';
import { DI_BYTES, diAt, writeDi } from './message.ts';

export interface ReadReply {
  readonly kind: 'read';
  readonly di: string;
  /** What follows the DI. */
  readonly value: Uint8Array;
  /** More follows: ask on with read-next. */
  readonly more: boolean;
}

export interface ReadNextReply {
  readonly kind: 'read-next';
  readonly di: string;
  /** What follows the DI, the sequence number stripped. */
  readonly value: Uint8Array;
  readonly sequence: number;
  readonly more: boolean;
}

/** The meter said no. */
export interface Refusal {
  readonly kind: 'refused';
  readonly function: number;
  /** The ERR byte, or the SERR / error word of two bytes; see `errorTexts`; 0 where the meter gives no reason. */
  readonly error: number;
  readonly errorBytes: number;
}

export type Reply =
  | ReadReply
  | ReadNextReply
  | { readonly kind: 'read-address'; readonly address: string }
  /** Of security authentication: the body as the ESAM made it. */
  | { readonly kind: 'security'; readonly di: string; readonly body: Uint8Array }
  /** A write, freeze, relay … request was accepted, which is not yet "done"; `data` is mostly empty. */
  | { readonly kind: 'accepted'; readonly function: number; readonly data: Uint8Array }
  | Refusal
  | { readonly kind: 'other'; readonly function: number; readonly data: Uint8Array; readonly more: boolean };

const ACCEPTING: ReadonlySet<number> = new Set([
  FUNCTION.write,
  FUNCTION.writeAddress,
  FUNCTION.freeze,
  FUNCTION.changeSpeed,
  FUNCTION.changePassword,
  FUNCTION.clearDemand,
  FUNCTION.clearMeter,
  FUNCTION.clearEvents,
  FUNCTION.relay,
  FUNCTION.multiFunctionOutput,
]);

const bad = (expected: string) => err<MessageError>({ code: 'bad-data', expected });

/**
 * Reads a reply out of a verified frame.
 *
 * @errors bad-data where the data is not what the function needs; never throws
 * @source DL/T 645-2007, application layer, function codes
 */
export function decodeReply({ control, data }: Frame): Result<Reply, MessageError> {
  if (!isReply(control)) return bad('a reply');
  const functionCode = functionOf(control);
  if (isAbnormal(control)) return decodeRefusal(functionCode, data);
  const more = hasMore(control);
  switch (functionCode) {
    case FUNCTION.read:
      if (data.length < DI_BYTES) return bad('a DI and its value');
      return ok({ kind: 'read', di: diAt(data), value: data.slice(DI_BYTES), more });
    case FUNCTION.readNext:
      if (data.length <= DI_BYTES) return bad('a DI, its value and a sequence number');
      return ok({ kind: 'read-next', di: diAt(data), value: data.slice(DI_BYTES, -1), sequence: data.at(-1) ?? 0, more });
    case FUNCTION.readAddress:
      if (data.length !== ADDRESS_BYTES) return bad('six bytes of address');
      return ok({ kind: 'read-address', address: addressAt(data, 0) });
    case FUNCTION.authenticate:
      if (data.length < DI_BYTES) return bad('a DI and its body');
      return ok({ kind: 'security', di: diAt(data), body: data.slice(DI_BYTES) });
    default:
      if (ACCEPTING.has(functionCode)) return ok({ kind: 'accepted', function: functionCode, data });
      return ok({ kind: 'other', function: functionCode, data, more });
  }
}

function decodeRefusal(functionCode: number, data: Uint8Array): Result<Refusal, MessageError> {
  const [low = 0, high = 0] = data;
  if (data.length > 2) return bad('at most two bytes of error');
  return ok({ kind: 'refused', function: functionCode, error: high * 256 + low, errorBytes: data.length });
}

/** Encodes what a meter answers; the simulator's half of the codec. */
export function encodeReply(address: string, reply: Reply, options?: EncodeOptions): Uint8Array {
  return encodeFrame({ address, ...replyParts(reply) }, options);
}

function replyParts(reply: Reply): { control: number; data: Uint8Array } {
  switch (reply.kind) {
    case 'read':
      return { control: replyControl(FUNCTION.read, reply.more), data: withDi(reply.di, reply.value) };
    case 'read-next':
      return {
        control: replyControl(FUNCTION.readNext, reply.more),
        data: withDi(reply.di, Uint8Array.of(...reply.value, reply.sequence)),
      };
    case 'read-address': {
      const data = new Uint8Array(ADDRESS_BYTES);
      writeAddress(data, 0, reply.address);
      return { control: replyControl(FUNCTION.readAddress), data };
    }
    case 'security':
      return { control: replyControl(FUNCTION.authenticate), data: withDi(reply.di, reply.body) };
    case 'accepted':
      return { control: replyControl(reply.function), data: reply.data };
    case 'refused':
      return { control: abnormalControl(reply.function), data: Uint8Array.of(reply.error, reply.error >> 8).subarray(0, reply.errorBytes) };
    case 'other':
      return { control: replyControl(reply.function, reply.more), data: reply.data };
  }
}

function withDi(di: string, value: Uint8Array): Uint8Array {
  const data = new Uint8Array(DI_BYTES + value.length);
  writeDi(data, di);
  data.set(value, DI_BYTES);
  return data;
}
