/** One frame told in plain words and numbers: what `feikong decode` prints. */

import { toHex } from '../../src/kernel/bytes.ts';
import { err, ok, type Result } from '../../src/kernel/result.ts';
import { decodeReply, decodeRequest, type Reply, type Request } from './pdu.ts';
import { decodeRtu, type Frame } from './rtu.ts';
import { decodeTcp, type TcpFrame } from './tcp.ts';

export type ModbusProtocol = 'modbus-rtu' | 'modbus-tcp';
export type Direction = 'request' | 'reply';

export interface ModbusDescription {
  readonly frame: {
    readonly transaction?: number;
    readonly unit: number;
    readonly function: number;
    readonly kind: string;
    readonly address?: number;
    readonly quantity?: number;
    readonly value?: number;
    /** The registers' bytes in upper-case hex. */
    readonly data?: string;
    readonly exception?: number;
  };
}

export interface DescribeError {
  readonly code: 'bad-length' | 'bad-checksum' | 'bad-delimiter' | 'bad-data';
}

type Told = Omit<ModbusDescription['frame'], 'transaction' | 'unit'>;

/**
 * Describes one frame. A frame that fits both ways is taken as a request unless `direction` says otherwise.
 *
 * @errors bad-length, bad-delimiter, bad-checksum; bad-data where it fits neither way, or not the one that was said
 */
export function describeModbus(
  protocol: ModbusProtocol,
  bytes: Uint8Array,
  direction?: Direction,
): Result<ModbusDescription, DescribeError> {
  const frame: Result<Frame | TcpFrame, DescribeError> = protocol === 'modbus-rtu' ? decodeRtu(bytes) : decodeTcp(bytes);
  if (!frame.ok) return frame;
  const told = tell(frame.value.pdu, direction);
  if (told === undefined) return err({ code: 'bad-data' });
  const { unit } = frame.value;
  return ok({ frame: 'transaction' in frame.value ? { transaction: frame.value.transaction, unit, ...told } : { unit, ...told } });
}

function tell(pdu: Uint8Array, direction: Direction | undefined): Told | undefined {
  if (direction !== 'reply') {
    const request = decodeRequest(pdu);
    if (request.ok) return tellRequest(request.value);
    if (direction === 'request') return undefined;
  }
  const reply = decodeReply(pdu);
  return reply.ok ? tellReply(reply.value) : undefined;
}

function tellRequest(request: Request): Told {
  const { function: code, address } = request;
  switch (request.kind) {
    case 'read':
      return { function: code, kind: 'read request', address, quantity: request.quantity };
    case 'write-one':
      return { function: code, kind: 'write single', address, value: request.value };
    case 'write-many':
      return { function: code, kind: 'write multiple request', address, quantity: request.quantity, data: toHex(request.data) };
  }
}

function tellReply(reply: Reply): Told {
  const { function: code } = reply;
  switch (reply.kind) {
    case 'read':
      return { function: code, kind: 'read response', data: toHex(reply.data) };
    case 'write-one':
      return { function: code, kind: 'write single', address: reply.address, value: reply.value };
    case 'write-many':
      return { function: code, kind: 'write multiple response', address: reply.address, quantity: reply.quantity };
    case 'exception':
      return { function: code, kind: 'exception', exception: reply.exception };
  }
}
