import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { abnormalControl, functionOf, hasMore, isAbnormal, isReply, replyControl } from '../link/control.ts';
import { type EncodeOptions, encodeFrame, type Frame } from '../link/frame.ts';
import type { MessageError } from '../message.ts';
import { FUNCTION_1997 } from './functions.ts';
import { DI_BYTES, diAt, withDi } from './message.ts';

/** The answer to 01, 02 or 03. */
export interface DataReply1997 {
  readonly kind: 'read' | 'read-next' | 'reread';
  readonly di: string;
  /** What follows the DI. */
  readonly value: Uint8Array;
  /** More follows: ask on with read-next. */
  readonly more: boolean;
}

/** The meter said no. */
export interface Refusal1997 {
  readonly kind: 'refused';
  readonly function: number;
  /** The ERR byte; see `errorTexts1997`. */
  readonly error: number;
}

export type Reply1997 =
  | DataReply1997
  | Refusal1997
  /** A write or another change was accepted; `data` is mostly empty. */
  | { readonly kind: 'accepted'; readonly function: number; readonly data: Uint8Array }
  | { readonly kind: 'other'; readonly function: number; readonly data: Uint8Array; readonly more: boolean };

const DATA_FUNCTION = {
  read: FUNCTION_1997.read,
  'read-next': FUNCTION_1997.readNext,
  reread: FUNCTION_1997.reread,
} as const satisfies Record<DataReply1997['kind'], number>;

const DATA_KINDS: ReadonlyMap<number, DataReply1997['kind']> = new Map([
  [DATA_FUNCTION.read, 'read'],
  [DATA_FUNCTION['read-next'], 'read-next'],
  [DATA_FUNCTION.reread, 'reread'],
]);

const ACCEPTING: ReadonlySet<number> = new Set([
  FUNCTION_1997.write,
  FUNCTION_1997.writeAddress,
  FUNCTION_1997.changeSpeed,
  FUNCTION_1997.changePassword,
  FUNCTION_1997.clearDemand,
]);

const bad = (expected: string) => err<MessageError>({ code: 'bad-data', expected });

/**
 * Reads a reply out of a verified frame.
 *
 * @errors bad-data where the data is not what the function needs; never throws
 * @source DL/T 645-1997, application layer, function codes
 */
export function decodeReply1997({ control, data }: Frame): Result<Reply1997, MessageError> {
  if (!isReply(control)) return bad('a reply');
  const functionCode = functionOf(control);
  if (isAbnormal(control)) {
    const [error] = data;
    return error === undefined || data.length > 1 ? bad('one byte of error') : ok({ kind: 'refused', function: functionCode, error });
  }
  const more = hasMore(control);
  const kind = DATA_KINDS.get(functionCode);
  if (kind !== undefined)
    return data.length < DI_BYTES ? bad('a DI and its value') : ok({ kind, di: diAt(data), value: data.slice(DI_BYTES), more });
  if (ACCEPTING.has(functionCode)) return ok({ kind: 'accepted', function: functionCode, data });
  return ok({ kind: 'other', function: functionCode, data, more });
}

/** Encodes what a meter answers; the simulator's half of the codec. */
export function encodeReply1997(address: string, reply: Reply1997, options?: EncodeOptions): Uint8Array {
  return encodeFrame({ address, ...replyParts(reply) }, options);
}

function replyParts(reply: Reply1997): { control: number; data: Uint8Array } {
  switch (reply.kind) {
    case 'read':
    case 'read-next':
    case 'reread':
      return { control: replyControl(DATA_FUNCTION[reply.kind], reply.more), data: withDi(reply.di, reply.value) };
    case 'accepted':
      return { control: replyControl(reply.function), data: reply.data };
    case 'refused':
      return { control: abnormalControl(reply.function), data: Uint8Array.of(reply.error) };
    case 'other':
      return { control: replyControl(reply.function, reply.more), data: reply.data };
  }
}
