/**
 * The DL/T 645 data link frame, the same in both years:
 *
 *     [FE …]  68  A0 A1 A2 A3 A4 A5  68  C  L  DATA[L]  CS  16
 *
 * A0 holds the last two digits of the address; every DATA byte travels plus 33H; CS is the sum of all bytes from the
 * first 68 to the last DATA byte as they travel.
 */
import { AppError } from '../../../src/kernel/app-error.ts';
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { sum8 } from '../../shared/sum8.ts';
import { addressAt, writeAddress } from './address.ts';

export const HEAD = 0x68;
export const TAIL = 0x16;
export const WAKE_UP = 0xfe;
const OFFSET = 0x33;

export const SECOND_HEAD_AT = 7;
export const LENGTH_AT = 9;
const CONTROL_AT = 8;
const DATA_AT = 10;
/** Bytes of a frame besides its data. */
export const OVERHEAD = 12;
export const LONGEST_DATA = 255;
export const LONGEST_FRAME = OVERHEAD + LONGEST_DATA;

export interface Frame {
  /** 12 upper-case hex digits, most significant first: BCD, or AA in pairs that are left open. */
  readonly address: string;
  readonly control: number;
  /** With the 33H offset removed. */
  readonly data: Uint8Array;
}

export interface FrameError {
  readonly code: 'bad-length' | 'bad-delimiter' | 'bad-checksum';
}

const BAD_LENGTH = err<FrameError>({ code: 'bad-length' });
const BAD_DELIMITER = err<FrameError>({ code: 'bad-delimiter' });
const BAD_CHECKSUM = err<FrameError>({ code: 'bad-checksum' });

/**
 * Decodes one whole frame.
 *
 * @param bytes one frame, wake-up bytes (FE) already stripped
 * @returns address as 12 digits, most significant first; data with the 33H offset removed
 * @errors bad-length, bad-delimiter, bad-checksum; never throws
 * @source DL/T 645-2007, data link layer, frame format
 */
export function decodeFrame(bytes: Uint8Array): Result<Frame, FrameError> {
  const size = bytes.length;
  if (size < OVERHEAD) return BAD_LENGTH;
  if (bytes[0] !== HEAD || bytes[SECOND_HEAD_AT] !== HEAD || bytes[size - 1] !== TAIL) return BAD_DELIMITER;
  if (bytes[LENGTH_AT] !== size - OVERHEAD) return BAD_LENGTH;
  if (bytes[size - 2] !== sum8(bytes, 0, size - 2)) return BAD_CHECKSUM;
  const data = new Uint8Array(size - OVERHEAD);
  for (let index = 0; index < data.length; index++) data[index] = (bytes[DATA_AT + index] ?? 0) - OFFSET;
  return ok({ address: addressAt(bytes, 1), control: bytes[CONTROL_AT] ?? 0, data });
}

export interface EncodeOptions {
  /** FE bytes sent before the frame, to wake a receiver up; a standard master sends 4. */
  readonly wakeUp?: number;
}

/** Encodes one frame; an address that is not 12 hex digits or data past 255 bytes is a broken promise of the caller. */
export function encodeFrame({ address, control, data }: Frame, { wakeUp = 0 }: EncodeOptions = {}): Uint8Array {
  if (data.length > LONGEST_DATA) throw new AppError('bad-data', 'a DL/T 645 frame holds at most 255 data bytes', { length: data.length });
  const bytes = new Uint8Array(wakeUp + OVERHEAD + data.length);
  for (let index = 0; index < wakeUp; index++) bytes[index] = WAKE_UP;
  bytes[wakeUp] = HEAD;
  writeAddress(bytes, wakeUp + 1, address);
  bytes[wakeUp + SECOND_HEAD_AT] = HEAD;
  bytes[wakeUp + CONTROL_AT] = control;
  bytes[wakeUp + LENGTH_AT] = data.length;
  for (let index = 0; index < data.length; index++) bytes[wakeUp + DATA_AT + index] = (data[index] ?? 0) + OFFSET;
  const end = wakeUp + DATA_AT + data.length;
  bytes[end] = sum8(bytes, wakeUp, end);
  bytes[end + 1] = TAIL;
  return bytes;
}
