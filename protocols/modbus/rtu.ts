/** The frame of a serial line, `unit PDU CRC-low CRC-high`, also where a converter carries it over TCP. */
import { err, ok, type Result } from '../../src/kernel/result.ts';
import { crc16 } from './crc16.ts';

/** One PDU to or from one unit, without its carrier. */
export interface Frame {
  readonly unit: number;
  readonly pdu: Uint8Array;
}

/** Bytes of a frame besides its PDU. */
export const RTU_OVERHEAD = 3;
const SHORTEST = RTU_OVERHEAD + 2;
export const LONGEST_RTU_FRAME = 256;
/** Characters of silence before a frame. @source MODBUS over Serial Line V1.02, 2.5.1.1 */
export const RTU_GAP_CHARACTERS = 3.5;

/**
 * Decodes one whole frame.
 *
 * @errors bad-length, bad-checksum; never throws
 * @source MODBUS over Serial Line V1.02, 2.5.1
 */
export function decodeRtu(bytes: Uint8Array): Result<Frame, { readonly code: 'bad-length' | 'bad-checksum' }> {
  if (bytes.length < SHORTEST || bytes.length > LONGEST_RTU_FRAME) return err({ code: 'bad-length' });
  if (!hasCrc(bytes, 0, bytes.length)) return err({ code: 'bad-checksum' });
  return ok({ unit: bytes[0] ?? 0, pdu: bytes.slice(1, -2) });
}

export function encodeRtu({ unit, pdu }: Frame): Uint8Array {
  const bytes = new Uint8Array(RTU_OVERHEAD + pdu.length);
  bytes[0] = unit;
  bytes.set(pdu, 1);
  const crc = crc16(bytes, 0, bytes.length - 2);
  bytes[bytes.length - 2] = crc & 0xff;
  bytes[bytes.length - 1] = crc >> 8;
  return bytes;
}

/** Whether the last two of `size` bytes are the CRC of those before them. */
export function hasCrc(bytes: Uint8Array, at: number, size: number): boolean {
  const crcAt = at + size - 2;
  return crc16(bytes, at, crcAt) === ((bytes[crcAt] ?? 0) | ((bytes[crcAt + 1] ?? 0) << 8));
}
