import { AppError } from '../../../src/kernel/app-error.ts';
import type { LocalTime } from '../../../src/kernel/local-time.ts';
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { readLocalTime, writeLocalTime } from '../../shared/calendar.ts';
import { ADDRESS_BYTES, BROADCAST_ADDRESS, writeAddress } from '../link/address.ts';
import { functionOf, isReply } from '../link/control.ts';
import { type EncodeOptions, encodeFrame, type Frame } from '../link/frame.ts';
import { type MessageError, namesOneMeter, readAddressDigits, readPassword, TIME_BYTES, writePassword } from '../message.ts';
import { readSecurity, type SecurityRequest, writeSecurity } from '../security/envelope.ts';
import { type FreezeMoment, readFreezeMoment, writeFreezeMoment } from './freeze.ts';
import { FUNCTION } from './functions.ts';
import { MAINTENANCE_FUNCTION, type MaintenanceRequest, maintenanceKind, readMaintenance, writeMaintenance } from './maintenance.ts';
import * as message from './message.ts';
import { type RelayRequest, readRelay, type SealedRelayRequest, writeRelay, writeSealedRelay } from './relay.ts';

export interface ReadRequest {
  readonly kind: 'read';
  readonly di: string;
  /** Load records only: how many blocks, and from when. */
  readonly blocks?: number;
  readonly from?: LocalTime;
}

export interface ReadNextRequest {
  readonly kind: 'read-next';
  readonly di: string;
  /** 1..255, counting the follow-up frames of one answer. */
  readonly sequence: number;
}

export interface WriteRequest {
  readonly kind: 'write';
  readonly di: string;
  /** `LLPPPPPP`: level, then password. Never for a log. */
  readonly password: string;
  readonly operator: string;
  readonly value: Uint8Array;
}

export type Request =
  | ReadRequest
  | ReadNextRequest
  | { readonly kind: 'read-address' }
  | WriteRequest
  | { readonly kind: 'write-address'; readonly address: string }
  | { readonly kind: 'broadcast-time'; readonly time: LocalTime }
  | { readonly kind: 'freeze'; readonly at: FreezeMoment }
  | RelayRequest
  | SealedRelayRequest
  | MaintenanceRequest
  | SecurityRequest
  /** A function that this codec has no layout for: vendors have their own, it is no error. */
  | { readonly kind: 'other'; readonly function: number; readonly data: Uint8Array };

const BLOCKS_AT = 4;
const FROM_AT = 5;
const READ_BLOCKS_BYTES = 5;
const READ_FROM_BYTES = 10;
const OPERATOR_AT = 8;
const VALUE_AT = 12;

const bad = (expected: string) => err<MessageError>({ code: 'bad-data', expected });

/**
 * Reads a request out of a verified frame.
 *
 * @errors bad-data where the data is not what the function needs; never throws
 * @source DL/T 645-2007, application layer, function codes
 */
export function decodeRequest({ control, data }: Frame): Result<Request, MessageError> {
  if (isReply(control)) return bad('a request');
  switch (control) {
    case FUNCTION.read:
      return decodeRead(data);
    case FUNCTION.readNext:
      if (data.length !== READ_BLOCKS_BYTES) return bad('a DI and a sequence number');
      return ok({ kind: 'read-next', di: message.diAt(data), sequence: data[BLOCKS_AT] ?? 0 });
    case FUNCTION.readAddress:
      return data.length === 0 ? ok({ kind: 'read-address' }) : bad('no data');
    case FUNCTION.write:
      return decodeWrite(data);
    case FUNCTION.writeAddress:
      return decodeWriteAddress(data);
    case FUNCTION.broadcastTime:
      return decodeTime(data);
    case FUNCTION.freeze:
      return decodeFreeze(data);
    case FUNCTION.relay:
      return readRelay(data);
    case FUNCTION.authenticate:
      return readSecurity(data);
    default:
      return decodeOther(functionOf(control), data);
  }
}

function decodeOther(functionCode: number, data: Uint8Array): Result<Request, MessageError> {
  const kind = maintenanceKind(functionCode);
  return kind === undefined ? ok({ kind: 'other', function: functionCode, data }) : readMaintenance(kind, data);
}

function decodeRead(data: Uint8Array): Result<ReadRequest, MessageError> {
  const di = message.diAt(data);
  if (data.length === message.DI_BYTES) return ok({ kind: 'read', di });
  const blocks = data[BLOCKS_AT] ?? 0;
  if (data.length === READ_BLOCKS_BYTES) return ok({ kind: 'read', di, blocks });
  const from = data.length === READ_FROM_BYTES ? readLocalTime(data, FROM_AT, 'minute') : undefined;
  return from === undefined ? bad('a DI, with a block count and a time where wanted') : ok({ kind: 'read', di, blocks, from });
}

function decodeWrite(data: Uint8Array): Result<WriteRequest, MessageError> {
  if (data.length < VALUE_AT) return bad('a DI, a password, an operator and a value');
  const password = readPassword(data, message.DI_BYTES);
  return ok({
    kind: 'write',
    di: message.diAt(data),
    password,
    operator: message.readOperator(data, OPERATOR_AT),
    value: data.slice(VALUE_AT),
  });
}

function decodeWriteAddress(data: Uint8Array): Result<Request, MessageError> {
  const address = data.length === ADDRESS_BYTES ? readAddressDigits(data) : undefined;
  return address === undefined ? bad('six BCD bytes of address') : ok({ kind: 'write-address', address });
}

function decodeTime(data: Uint8Array): Result<Request, MessageError> {
  const time = data.length === TIME_BYTES ? readLocalTime(data, 0, 'second') : undefined;
  return time === undefined ? bad('six bytes of date and time') : ok({ kind: 'broadcast-time', time });
}

function decodeFreeze(data: Uint8Array): Result<Request, MessageError> {
  const at = readFreezeMoment(data);
  return at === undefined ? bad('mm hh DD MM, 99 where any') : ok({ kind: 'freeze', at });
}

/**
 * Encodes a request to a meter.
 *
 * @param address 12 digits; what moves or changes something must name its meter, never a wildcard or everybody. Time,
 *   freeze, read address and write address go further, as the standard has it; nobody gives everybody one address.
 */
export function encodeRequest(address: string, request: Request, options?: EncodeOptions): Uint8Array {
  const control = requestFunction(request);
  if (FOR_ONE_METER.has(control) && !namesOneMeter(address)) {
    throw new AppError('bad-address', 'a relay command or a write names its one meter', { address });
  }
  if (control === FUNCTION.writeAddress && address === BROADCAST_ADDRESS) {
    throw new AppError('bad-address', 'an address is written to one meter, not to everybody', { address });
  }
  return encodeFrame({ address, control, data: requestData(request) }, options);
}

const FOR_ONE_METER: ReadonlySet<number> = new Set([
  FUNCTION.authenticate,
  FUNCTION.write,
  FUNCTION.relay,
  ...Object.values(MAINTENANCE_FUNCTION),
]);

const FUNCTION_OF_KIND = {
  read: FUNCTION.read,
  'read-next': FUNCTION.readNext,
  'read-address': FUNCTION.readAddress,
  write: FUNCTION.write,
  'write-address': FUNCTION.writeAddress,
  'broadcast-time': FUNCTION.broadcastTime,
  freeze: FUNCTION.freeze,
  relay: FUNCTION.relay,
  'sealed-relay': FUNCTION.relay,
  security: FUNCTION.authenticate,
  ...MAINTENANCE_FUNCTION,
} as const satisfies Record<Exclude<Request['kind'], 'other'>, number>;

/** The function code that a request travels under. */
export function requestFunction(request: Request): number {
  return request.kind === 'other' ? request.function : FUNCTION_OF_KIND[request.kind];
}

function requestData(request: Request): Uint8Array {
  switch (request.kind) {
    case 'read':
      return readData(request);
    case 'read-next':
      return withDi(request.di, Uint8Array.of(request.sequence));
    case 'read-address':
      return NO_DATA;
    case 'write':
      return writeData(request);
    case 'write-address': {
      const data = new Uint8Array(ADDRESS_BYTES);
      writeAddress(data, 0, request.address);
      return data;
    }
    case 'broadcast-time':
      return timeData(request.time);
    case 'freeze':
      return writeFreezeMoment(request.at);
    case 'relay':
      return writeRelay(request);
    case 'sealed-relay':
      return writeSealedRelay(request);
    case 'security':
      return writeSecurity(request);
    case 'other':
      return request.data;
    default:
      return writeMaintenance(request);
  }
}

const NO_DATA = new Uint8Array(0);

function readData({ di, blocks, from }: ReadRequest): Uint8Array {
  const data = new Uint8Array(from !== undefined ? READ_FROM_BYTES : blocks !== undefined ? READ_BLOCKS_BYTES : message.DI_BYTES);
  message.writeDi(data, di);
  if (blocks !== undefined) data[BLOCKS_AT] = blocks;
  if (from !== undefined && (blocks === undefined || !writeLocalTime(data, FROM_AT, from, 'minute'))) {
    throw new AppError('bad-data', 'a load record is read as a block count from a time of 2000..2099', { di, blocks, from });
  }
  return data;
}

function withDi(di: string, rest: Uint8Array): Uint8Array {
  const data = new Uint8Array(message.DI_BYTES + rest.length);
  message.writeDi(data, di);
  data.set(rest, message.DI_BYTES);
  return data;
}

function writeData({ di, password, operator, value }: WriteRequest): Uint8Array {
  const data = new Uint8Array(VALUE_AT + value.length);
  message.writeDi(data, di);
  writePassword(data, message.DI_BYTES, password);
  message.writeOperator(data, OPERATOR_AT, operator);
  data.set(value, VALUE_AT);
  return data;
}

function timeData(time: LocalTime): Uint8Array {
  const data = new Uint8Array(TIME_BYTES);
  if (!writeLocalTime(data, 0, time, 'second')) throw new AppError('bad-data', 'a meter clock holds 2000..2099', { time });
  return data;
}
