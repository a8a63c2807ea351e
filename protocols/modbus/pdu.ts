/**
 * The protocol data unit, the same on every carrier. Numbers travel high byte first.
 *
 *     function           request                                  reply
 *     01 02 03 04 read   FC address(2) quantity(2)                FC bytes(1) data
 *     05 06 write one    FC address(2) value(2)                   the same bytes
 *     0F 10 write many   FC address(2) quantity(2) bytes(1) data  FC address(2) quantity(2)
 *     any, refused                                                FC+80 exception(1)
 */
import { AppError } from '../../src/kernel/app-error.ts';
import { err, ok, type Result } from '../../src/kernel/result.ts';

export const FUNCTION = {
  readCoils: 0x01,
  readDiscreteInputs: 0x02,
  readHoldingRegisters: 0x03,
  readInputRegisters: 0x04,
  writeCoil: 0x05,
  writeRegister: 0x06,
  writeCoils: 0x0f,
  writeRegisters: 0x10,
} as const;

export type ReadFunction = 0x01 | 0x02 | 0x03 | 0x04;
export type WriteOneFunction = 0x05 | 0x06;
export type WriteManyFunction = 0x0f | 0x10;

/** Addresses are those of the PDU: the first register is 0. */
export interface ReadRequest {
  readonly kind: 'read';
  readonly function: ReadFunction;
  readonly address: number;
  readonly quantity: number;
}

/** A coil's value is FF00 (on) or 0000 (off). */
export interface WriteOne {
  readonly kind: 'write-one';
  readonly function: WriteOneFunction;
  readonly address: number;
  readonly value: number;
}

export interface WriteManyRequest {
  readonly kind: 'write-many';
  readonly function: WriteManyFunction;
  readonly address: number;
  readonly quantity: number;
  readonly data: Uint8Array;
}

export type Request = ReadRequest | WriteOne | WriteManyRequest;

export type Reply =
  | { readonly kind: 'read'; readonly function: ReadFunction; readonly data: Uint8Array }
  | WriteOne
  | { readonly kind: 'write-many'; readonly function: WriteManyFunction; readonly address: number; readonly quantity: number }
  | { readonly kind: 'exception'; readonly function: number; readonly exception: number };

/** @source MODBUS Application Protocol V1.1b3, 7 */
export const EXCEPTION = {
  illegalFunction: 1,
  illegalAddress: 2,
  illegalValue: 3,
  /** While it was attempted. */
  deviceFailure: 4,
  /** It is still being done. */
  acknowledge: 5,
  /** The gateway has sent the request on and heard nothing. */
  targetSilent: 11,
} as const;

/** The function or its length is none of the table's, or a count goes past the standard's bounds. */
export interface PduError {
  readonly code: 'bad-data';
}

/** @source MODBUS Application Protocol V1.1b3, 6.1 to 6.12 */
export const MOST_REGISTERS_READ = 125;
export const MOST_REGISTERS_WRITTEN = 123;
const MOST_COILS_READ = 2000;
const MOST_COILS_WRITTEN = 1968;
const REFUSED = 0x80;
const LAST_ADDRESS = 0xffff;
const COIL_ON = 0xff00;
const HEAD_BYTES = 5;

const BAD_DATA = err<PduError>({ code: 'bad-data' });

/** @errors bad-data; never throws */
export function decodeRequest(pdu: Uint8Array): Result<Request, PduError> {
  const code = pdu[0] ?? 0;
  if (pdu.length < HEAD_BYTES) return BAD_DATA;
  const address = wordAt(pdu, 1);
  const second = wordAt(pdu, 3);
  if (isRead(code)) {
    const request: ReadRequest = { kind: 'read', function: code, address, quantity: second };
    return pdu.length === HEAD_BYTES && fits(request) ? ok(request) : BAD_DATA;
  }
  if (isWriteOne(code)) return decodeWriteOne(code, pdu);
  if (!isWriteMany(code) || pdu.length !== HEAD_BYTES + 1 + (pdu[HEAD_BYTES] ?? 0)) return BAD_DATA;
  const request: WriteManyRequest = { kind: 'write-many', function: code, address, quantity: second, data: pdu.slice(HEAD_BYTES + 1) };
  return fits(request) ? ok(request) : BAD_DATA;
}

/** @errors bad-data; never throws */
export function decodeReply(pdu: Uint8Array): Result<Reply, PduError> {
  const [code = 0, second] = pdu;
  if ((code & REFUSED) !== 0)
    return pdu.length === 2 && second !== undefined ? ok({ kind: 'exception', function: code - REFUSED, exception: second }) : BAD_DATA;
  if (isRead(code)) {
    if (second === undefined || second === 0 || pdu.length !== 2 + second) return BAD_DATA;
    if (!countsCoils(code) && (second % 2 !== 0 || second > MOST_REGISTERS_READ * 2)) return BAD_DATA;
    if (countsCoils(code) && second > MOST_COILS_READ / 8) return BAD_DATA;
    return ok({ kind: 'read', function: code, data: pdu.slice(2) });
  }
  if (isWriteOne(code)) return decodeWriteOne(code, pdu);
  if (!isWriteMany(code) || pdu.length !== HEAD_BYTES) return BAD_DATA;
  const quantity = wordAt(pdu, 3);
  if (quantity === 0 || quantity > mostWritten(code)) return BAD_DATA;
  return ok({ kind: 'write-many', function: code, address: wordAt(pdu, 1), quantity });
}

function decodeWriteOne(code: WriteOneFunction, pdu: Uint8Array): Result<WriteOne, PduError> {
  const request: WriteOne = { kind: 'write-one', function: code, address: wordAt(pdu, 1), value: wordAt(pdu, 3) };
  return pdu.length === HEAD_BYTES && fits(request) ? ok(request) : BAD_DATA;
}

/** A request that the standard does not allow is a broken promise of the caller. */
export function encodeRequest(request: Request): Uint8Array {
  if (!fits(request)) throw new AppError('bad-data', 'a Modbus request past the bounds of its function', { ...request });
  switch (request.kind) {
    case 'read':
      return head(request.function, request.address, request.quantity);
    case 'write-one':
      return head(request.function, request.address, request.value);
    case 'write-many':
      return Uint8Array.of(...head(request.function, request.address, request.quantity), request.data.length, ...request.data);
  }
}

export function encodeReply(reply: Reply): Uint8Array {
  switch (reply.kind) {
    case 'read':
      return Uint8Array.of(reply.function, reply.data.length, ...reply.data);
    case 'write-one':
      return head(reply.function, reply.address, reply.value);
    case 'write-many':
      return head(reply.function, reply.address, reply.quantity);
    case 'exception':
      return Uint8Array.of(reply.function | REFUSED, reply.exception);
  }
}

/** How many data bytes answer a read. */
export const readDataBytes = ({ function: code, quantity }: Pick<ReadRequest, 'function' | 'quantity'>): number =>
  countsCoils(code) ? Math.ceil(quantity / 8) : quantity * 2;

/**
 * Whether a reply answers a request: the function and all that the reply repeats of it. The reply to a read repeats
 * neither address nor quantity, only the number of bytes.
 */
export function answers(reply: Reply, request: Request): boolean {
  if (reply.function !== request.function) return false;
  if (reply.kind === 'exception') return true;
  if (reply.kind === 'read') return request.kind === 'read' && reply.data.length === readDataBytes(request);
  if (request.kind === 'read' || reply.address !== request.address) return false;
  if (reply.kind === 'write-one') return request.kind === 'write-one' && reply.value === request.value;
  return request.kind === 'write-many' && reply.quantity === request.quantity;
}

function fits(request: Request): boolean {
  if (request.address < 0 || request.address > LAST_ADDRESS) return false;
  if (request.kind === 'write-one') {
    if (request.function === FUNCTION.writeCoil) return request.value === 0 || request.value === COIL_ON;
    return request.value >= 0 && request.value <= LAST_ADDRESS;
  }
  const { quantity } = request;
  if (quantity < 1 || request.address + quantity > LAST_ADDRESS + 1) return false;
  if (request.kind === 'read') return quantity <= (countsCoils(request.function) ? MOST_COILS_READ : MOST_REGISTERS_READ);
  const bytes = request.function === FUNCTION.writeCoils ? Math.ceil(quantity / 8) : quantity * 2;
  return quantity <= mostWritten(request.function) && request.data.length === bytes;
}

const mostWritten = (code: WriteManyFunction) => (code === FUNCTION.writeCoils ? MOST_COILS_WRITTEN : MOST_REGISTERS_WRITTEN);
const countsCoils = (code: ReadFunction) => code === FUNCTION.readCoils || code === FUNCTION.readDiscreteInputs;
const isRead = (code: number): code is ReadFunction => code >= FUNCTION.readCoils && code <= FUNCTION.readInputRegisters;
const isWriteOne = (code: number): code is WriteOneFunction => code === FUNCTION.writeCoil || code === FUNCTION.writeRegister;
const isWriteMany = (code: number): code is WriteManyFunction => code === FUNCTION.writeCoils || code === FUNCTION.writeRegisters;

const wordAt = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
const head = (code: number, first: number, second: number) => Uint8Array.of(code, first >> 8, first & 0xff, second >> 8, second & 0xff);
