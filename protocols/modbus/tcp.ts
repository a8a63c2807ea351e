/** The frame of Modbus TCP: `transaction(2) 0000 length(2) unit PDU`; the length counts unit and PDU. */
import { err, ok, type Result } from '../../src/kernel/result.ts';
import type { Frame } from './rtu.ts';

export interface TcpFrame extends Frame {
  /** 0..65535; a reply repeats that of its request. */
  readonly transaction: number;
}

export const LENGTH_AT = 4;
const UNIT_AT = 6;
/** Bytes of a frame besides its PDU. */
export const TCP_OVERHEAD = 7;
/** Unit and the longest PDU of 253 bytes. */
export const LONGEST_TCP_LENGTH = 254;
/** Unit, function and one byte more. */
export const SHORTEST_TCP_LENGTH = 3;

/**
 * Decodes one whole frame.
 *
 * @errors bad-length, bad-delimiter (the protocol is not 0); never throws
 * @source MODBUS Messaging on TCP/IP V1.0b, 3.1.3
 */
export function decodeTcp(bytes: Uint8Array): Result<TcpFrame, { readonly code: 'bad-length' | 'bad-delimiter' }> {
  const length = tcpLengthAt(bytes, 0);
  if (bytes.length < TCP_OVERHEAD) return err({ code: 'bad-length' });
  if (bytes[2] !== 0 || bytes[3] !== 0) return err({ code: 'bad-delimiter' });
  if (length < SHORTEST_TCP_LENGTH || length > LONGEST_TCP_LENGTH || bytes.length !== UNIT_AT + length) return err({ code: 'bad-length' });
  return ok({ transaction: ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0), unit: bytes[UNIT_AT] ?? 0, pdu: bytes.slice(TCP_OVERHEAD) });
}

export function encodeTcp({ transaction, unit, pdu }: TcpFrame): Uint8Array {
  const bytes = new Uint8Array(TCP_OVERHEAD + pdu.length);
  bytes[0] = transaction >> 8;
  bytes[1] = transaction & 0xff;
  bytes[LENGTH_AT] = (pdu.length + 1) >> 8;
  bytes[LENGTH_AT + 1] = (pdu.length + 1) & 0xff;
  bytes[UNIT_AT] = unit;
  bytes.set(pdu, TCP_OVERHEAD);
  return bytes;
}

/** What the length field of the frame at `at` says. */
export const tcpLengthAt = (bytes: Uint8Array, at: number): number =>
  ((bytes[at + LENGTH_AT] ?? 0) << 8) | (bytes[at + LENGTH_AT + 1] ?? 0);
