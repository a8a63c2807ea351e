/**
 * Requests of DL/T 645-1997. Their data before the 33H step:
 *
 *     01 read              DI0 DI1
 *     02 read next         DI0 DI1                               what follows; there is no sequence number
 *     03 re-read           nothing, or DI0 DI1                   the last answer once more
 *     04 write             DI0 DI1 | PA P0 P1 P2 | value         there is no operator code
 *     08 broadcast time    ss mm hh DD MM YY
 *     0A write address     A0..A5
 *     0C change speed      Z                                     one bit
 *     0F change password   PA P0 P1 P2 old | PA P0 P1 P2 new
 *     10 clear demand      PA P0 P1 P2
 *
 * Of 0F and 10 no capture and no text of the standard was at hand: they are those of 2007 without DI and operator.
 */
import { AppError } from '../../../src/kernel/app-error.ts';
import type { LocalTime } from '../../../src/kernel/local-time.ts';
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { readLocalTime, writeLocalTime } from '../../shared/calendar.ts';
import { ADDRESS_BYTES, writeAddress } from '../link/address.ts';
import { isReply } from '../link/control.ts';
import { type EncodeOptions, encodeFrame, type Frame } from '../link/frame.ts';
import {
  type MessageError,
  namesOneMeter,
  PASSWORD_BYTES,
  readAddressDigits,
  readPassword,
  TIME_BYTES,
  writePassword,
} from '../message.ts';
import { FUNCTION_1997 } from './functions.ts';
import { DI_BYTES, diAt, withDi } from './message.ts';

export type ReadRequest1997 =
  | { readonly kind: 'read' | 'read-next'; readonly di: string }
  /** Some meters want to hear the DI again. */
  | { readonly kind: 'reread'; readonly di?: string };

export interface WriteRequest1997 {
  readonly kind: 'write';
  readonly di: string;
  /** `LLPPPPPP`: level, then password. Never for a log. */
  readonly password: string;
  readonly value: Uint8Array;
}

export type Request1997 =
  | ReadRequest1997
  | WriteRequest1997
  | { readonly kind: 'broadcast-time'; readonly time: LocalTime }
  | { readonly kind: 'write-address'; readonly address: string }
  /** Z as it travels: one bit. Which speed a bit stands for in this edition was not confirmed. */
  | { readonly kind: 'change-speed'; readonly speedBit: number }
  /** Both passwords as `LLPPPPPP`. Never for a log. */
  | { readonly kind: 'change-password'; readonly password: string; readonly newPassword: string }
  | { readonly kind: 'clear-demand'; readonly password: string }
  /** A function that this codec has no layout for: vendors have their own, it is no error. `function` is the whole control byte. */
  | { readonly kind: 'other'; readonly function: number; readonly data: Uint8Array };

const VALUE_AT = DI_BYTES + PASSWORD_BYTES;
const PASSWORDS_BYTES = 2 * PASSWORD_BYTES;

const bad = (expected: string) => err<MessageError>({ code: 'bad-data', expected });

/**
 * Reads a request out of a verified frame.
 *
 * @errors bad-data where the data is not what the function needs; never throws
 * @source DL/T 645-1997, application layer, function codes
 */
export function decodeRequest1997({ control, data }: Frame): Decoded {
  if (isReply(control)) return bad('a request');
  return READERS.get(control)?.(data) ?? ok({ kind: 'other', function: control, data });
}

type Decoded = Result<Request1997, MessageError>;

/** How the data of a function is read. */
const READERS: ReadonlyMap<number, (data: Uint8Array) => Decoded> = new Map<number, (data: Uint8Array) => Decoded>([
  [FUNCTION_1997.read, (data) => (data.length === DI_BYTES ? ok({ kind: 'read', di: diAt(data) }) : bad('a DI'))],
  [FUNCTION_1997.readNext, (data) => (data.length === DI_BYTES ? ok({ kind: 'read-next', di: diAt(data) }) : bad('a DI'))],
  [FUNCTION_1997.reread, decodeReread],
  [FUNCTION_1997.write, decodeWrite],
  [FUNCTION_1997.broadcastTime, decodeTime],
  [FUNCTION_1997.writeAddress, decodeWriteAddress],
  [FUNCTION_1997.changeSpeed, decodeChangeSpeed],
  [FUNCTION_1997.changePassword, decodeChangePassword],
  [FUNCTION_1997.clearDemand, decodeClearDemand],
]);

function decodeReread(data: Uint8Array): Decoded {
  if (data.length === 0) return ok({ kind: 'reread' });
  return data.length === DI_BYTES ? ok({ kind: 'reread', di: diAt(data) }) : bad('a DI or nothing');
}

function decodeWrite(data: Uint8Array): Decoded {
  if (data.length < VALUE_AT) return bad('a DI, a password and a value');
  return ok({ kind: 'write', di: diAt(data), password: readPassword(data, DI_BYTES), value: data.slice(VALUE_AT) });
}

function decodeTime(data: Uint8Array): Decoded {
  const time = data.length === TIME_BYTES ? readLocalTime(data, 0, 'second') : undefined;
  return time === undefined ? bad('six bytes of date and time') : ok({ kind: 'broadcast-time', time });
}

function decodeWriteAddress(data: Uint8Array): Decoded {
  const address = data.length === ADDRESS_BYTES ? readAddressDigits(data) : undefined;
  return address === undefined ? bad('six BCD bytes of address') : ok({ kind: 'write-address', address });
}

function decodeChangeSpeed(data: Uint8Array): Decoded {
  const [speedBit = 0] = data;
  return data.length === 1 && isOneBit(speedBit) ? ok({ kind: 'change-speed', speedBit }) : bad('one byte with one bit of speed');
}

function decodeChangePassword(data: Uint8Array): Decoded {
  if (data.length !== PASSWORDS_BYTES) return bad('two passwords');
  return ok({ kind: 'change-password', password: readPassword(data, 0), newPassword: readPassword(data, PASSWORD_BYTES) });
}

function decodeClearDemand(data: Uint8Array): Decoded {
  return data.length === PASSWORD_BYTES ? ok({ kind: 'clear-demand', password: readPassword(data, 0) }) : bad('a password');
}

const isOneBit = (byte: number): boolean => byte > 0 && byte <= 0x80 && (byte & (byte - 1)) === 0;

const FUNCTION_OF_KIND = {
  read: FUNCTION_1997.read,
  'read-next': FUNCTION_1997.readNext,
  reread: FUNCTION_1997.reread,
  write: FUNCTION_1997.write,
  'broadcast-time': FUNCTION_1997.broadcastTime,
  'write-address': FUNCTION_1997.writeAddress,
  'change-speed': FUNCTION_1997.changeSpeed,
  'change-password': FUNCTION_1997.changePassword,
  'clear-demand': FUNCTION_1997.clearDemand,
} as const satisfies Record<Exclude<Request1997['kind'], 'other'>, number>;

/** Reading changes nothing, and time is for everybody. A function that we do not know may do anything. */
const FOR_ANYBODY: ReadonlySet<Request1997['kind']> = new Set(['read', 'read-next', 'reread', 'broadcast-time']);

/** The function code that a request travels under. */
export function requestFunction1997(request: Request1997): number {
  return request.kind === 'other' ? request.function : FUNCTION_OF_KIND[request.kind];
}

/**
 * Encodes a request to a meter.
 *
 * @param address 12 digits; what changes something must name its one meter, never a wildcard or everybody
 */
export function encodeRequest1997(address: string, request: Request1997, options?: EncodeOptions): Uint8Array {
  if (!FOR_ANYBODY.has(request.kind) && !namesOneMeter(address)) {
    throw new AppError('bad-address', 'what changes a meter names its one meter', { address });
  }
  return encodeFrame({ address, control: requestFunction1997(request), data: requestData(request) }, options);
}

const NO_DATA = new Uint8Array(0);

function requestData(request: Request1997): Uint8Array {
  switch (request.kind) {
    case 'read':
    case 'read-next':
      return withDi(request.di, NO_DATA);
    case 'reread':
      return request.di === undefined ? NO_DATA : withDi(request.di, NO_DATA);
    case 'write':
      return withDi(request.di, joined(passwordData(request.password), request.value));
    case 'broadcast-time':
      return timeData(request.time);
    case 'write-address': {
      const data = new Uint8Array(ADDRESS_BYTES);
      writeAddress(data, 0, request.address);
      return data;
    }
    case 'change-speed':
      if (!isOneBit(request.speedBit)) throw new AppError('bad-data', 'a speed is one bit', { speedBit: request.speedBit });
      return Uint8Array.of(request.speedBit);
    case 'change-password':
      return joined(passwordData(request.password), passwordData(request.newPassword));
    case 'clear-demand':
      return passwordData(request.password);
    case 'other':
      return request.data;
  }
}

function passwordData(password: string): Uint8Array {
  const data = new Uint8Array(PASSWORD_BYTES);
  writePassword(data, 0, password);
  return data;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  return Uint8Array.of(...first, ...second);
}

function timeData(time: LocalTime): Uint8Array {
  const data = new Uint8Array(TIME_BYTES);
  if (!writeLocalTime(data, 0, time, 'second')) throw new AppError('bad-data', 'a meter clock holds 2000..2099', { time });
  return data;
}
