/**
 * What travels inside the envelope of function 03, before the 33H step, by DI:
 *
 *     070000FF   ask: cipher 8 | random 8 | dispersion factor 8                reply: random 4 | ESAM serial 8
 *     070001FF   ask: minutes 2 | MAC 4                                        reply: nothing
 *     070101FF   ask: amount 4 | count 4 | MAC 4 | customer 6 | MAC 4          reply: nothing; opens the account
 *     070102FF   ask: the same                                                 reply: nothing; recharges the purse
 *     078102FF   ask: nothing                  reply: amount 4 | count 4 | customer 6 | key state 4
 *
 * The lengths and the count (binary, low byte first) are those of several meters' firmware; one of them takes the minutes as BCD
 * and refuses none at all, one calls the amount cents in binary. No capture confirms any of it, so it is believed only: the
 * amount is a whole number of fen in binary, and all of it travels low byte first as in the rest of this protocol; the customer's
 * number is 12 BCD digits, lowest pair first. What a machine has sealed (cipher, random, MAC, serial, factor) is carried in the
 * order of the line: one firmware turns each of these fields round before its ESAM sees it, so a machine may have to as well.
 *
 * Meters may add bytes of their own behind an answer, as some do behind values and blocks: what stands before them is read as
 * without them. A request that is longer or shorter is none.
 */
import { AppError } from '../../../src/kernel/app-error.ts';
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { readBcd, readDigits, writeBcd, writeDigits } from '../../shared/bcd.ts';
import { DI_BYTES } from '../2007/message.ts';
import type { MessageError } from '../message.ts';

export const SECURITY_DI = {
  authenticate: '070000FF',
  validity: '070001FF',
  openAccount: '070101FF',
  recharge: '070102FF',
  status: '078102FF',
} as const;

/** Of identity authentication: a machine proves that it has the key of this meter. */
export interface AuthenticationBody {
  /** 8 bytes. */
  readonly cipher: Uint8Array;
  /** 8 bytes. */
  readonly random: Uint8Array;
  /** 8 bytes by which the meter's key is derived. */
  readonly factor: Uint8Array;
}

/** What the meter answers: with it the machine seals what follows. */
export interface AuthenticationAnswer {
  /** 4 bytes. */
  readonly random: Uint8Array;
  /** 8 bytes. */
  readonly serial: Uint8Array;
}

/** For how long an authentication holds. */
export interface ValidityBody {
  /** 0..9999. */
  readonly minutes: number;
  /** 4 bytes. */
  readonly mac: Uint8Array;
}

/** Of opening an account and of a recharge. */
export interface PurseBody {
  /** Whole fen, below 2³². */
  readonly amountFen: bigint;
  /** How many purchases there are with this one, below 2³². */
  readonly count: number;
  /** 4 bytes, over amount and count. */
  readonly mac: Uint8Array;
  /** 12 digits. */
  readonly customer: string;
  /** 4 bytes, over the customer's number. */
  readonly customerMac: Uint8Array;
}

/** What the ESAM's purse holds. */
export interface PurseStatus {
  readonly amountFen: bigint;
  readonly count: number;
  readonly customer: string;
  /** 4 bytes; what their bits mean is not confirmed. */
  readonly keyState: Uint8Array;
}

const LONG_BYTES = 8;
const WORD_BYTES = 4;
const MINUTES_BYTES = 2;
const CUSTOMER_BYTES = 6;
const COUNT_AT = 4;
const MAC_AT = 8;
const CUSTOMER_AT = 12;
const CUSTOMER_MAC_AT = 18;
const STATUS_CUSTOMER_AT = 8;
const KEY_STATE_AT = 14;
const AUTHENTICATION_BYTES = 24;
const ANSWER_BYTES = 12;
const VALIDITY_BYTES = 6;
const PURSE_BYTES = 22;
const STATUS_BYTES = 18;

/** The longest data of an answer to function 03 that is taken apart here, the DI included. */
export const LONGEST_SECURITY_ANSWER = DI_BYTES + STATUS_BYTES;

const bad = (expected: string) => err<MessageError>({ code: 'bad-data', expected });

/** @errors bad-data where it is not 24 bytes long; never throws */
export function readAuthentication(body: Uint8Array): Result<AuthenticationBody, MessageError> {
  if (body.length !== AUTHENTICATION_BYTES) return bad('24 bytes: cipher, random and dispersion factor');
  return ok({ cipher: body.slice(0, LONG_BYTES), random: body.slice(LONG_BYTES, 2 * LONG_BYTES), factor: body.slice(2 * LONG_BYTES) });
}

export function writeAuthentication({ cipher, random, factor }: AuthenticationBody): Uint8Array {
  return joined(sized(cipher, LONG_BYTES), sized(random, LONG_BYTES), sized(factor, LONG_BYTES));
}

/** @errors bad-data where it is shorter than 12 bytes; never throws */
export function readAuthenticationAnswer(body: Uint8Array): Result<AuthenticationAnswer, MessageError> {
  if (body.length < ANSWER_BYTES) return bad('12 bytes: random and ESAM serial');
  return ok({ random: body.slice(0, WORD_BYTES), serial: body.slice(WORD_BYTES, ANSWER_BYTES) });
}

export function writeAuthenticationAnswer({ random, serial }: AuthenticationAnswer): Uint8Array {
  return joined(sized(random, WORD_BYTES), sized(serial, LONG_BYTES));
}

/** @errors bad-data where the length is wrong or the minutes are no BCD; never throws */
export function readValidity(body: Uint8Array): Result<ValidityBody, MessageError> {
  const minutes = readBcd(body, 0, MINUTES_BYTES);
  if (body.length !== VALIDITY_BYTES || minutes === undefined) return bad('6 bytes: minutes and MAC');
  return ok({ minutes, mac: body.slice(MINUTES_BYTES) });
}

export function writeValidity({ minutes, mac }: ValidityBody): Uint8Array {
  return joined(validityText(minutes), sized(mac, WORD_BYTES));
}

/** What the MAC of a validity is made over, as it travels. */
export function validityText(minutes: number): Uint8Array {
  const text = new Uint8Array(MINUTES_BYTES);
  if (!writeBcd(text, 0, MINUTES_BYTES, minutes)) throw new AppError('bad-data', 'a validity is 0 to 9999 minutes', { minutes });
  return text;
}

/** @errors bad-data where the length is wrong or the customer's number has no digits; never throws */
export function readPurse(body: Uint8Array): Result<PurseBody, MessageError> {
  const customer = readDigits(body, CUSTOMER_AT, CUSTOMER_BYTES);
  if (body.length !== PURSE_BYTES || customer === undefined) return bad('22 bytes: amount, count, MAC, customer and MAC');
  const mac = body.slice(MAC_AT, CUSTOMER_AT);
  return ok({ ...readAmount(body), mac, customer, customerMac: body.slice(CUSTOMER_MAC_AT) });
}

export function writePurse({ amountFen, count, mac, customer, customerMac }: PurseBody): Uint8Array {
  return joined(purseText(amountFen, count), sized(mac, WORD_BYTES), customerText(customer), sized(customerMac, WORD_BYTES));
}

/** What the first MAC of a purse request is made over, as it travels. */
export function purseText(amountFen: bigint, count: number): Uint8Array {
  const text = new Uint8Array(2 * WORD_BYTES);
  const view = new DataView(text.buffer);
  const fits = amountFen === BigInt.asUintN(32, amountFen) && count === count >>> 0;
  if (!fits) throw new AppError('bad-data', 'a purse holds an amount and a count below 2³²', { count });
  view.setUint32(0, Number(amountFen), true);
  view.setUint32(COUNT_AT, count, true);
  return text;
}

/** What the second MAC of a purse request is made over, as it travels. */
export function customerText(customer: string): Uint8Array {
  const text = new Uint8Array(CUSTOMER_BYTES);
  if (!writeDigits(text, 0, CUSTOMER_BYTES, customer)) throw new AppError('bad-data', "a customer's number has 12 digits");
  return text;
}

/** @errors bad-data where it is shorter than 18 bytes or the customer's number has no digits; never throws */
export function readPurseStatus(body: Uint8Array): Result<PurseStatus, MessageError> {
  const customer = readDigits(body, STATUS_CUSTOMER_AT, CUSTOMER_BYTES);
  if (body.length < STATUS_BYTES || customer === undefined) return bad('18 bytes: amount, count, customer and key state');
  return ok({ ...readAmount(body), customer, keyState: body.slice(KEY_STATE_AT, STATUS_BYTES) });
}

export function writePurseStatus({ amountFen, count, customer, keyState }: PurseStatus): Uint8Array {
  return joined(purseText(amountFen, count), customerText(customer), sized(keyState, WORD_BYTES));
}

function readAmount(body: Uint8Array): Pick<PurseBody, 'amountFen' | 'count'> {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  return { amountFen: BigInt(view.getUint32(0, true)), count: view.getUint32(COUNT_AT, true) };
}

function sized(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length !== length) throw new AppError('bad-data', 'a field of a security body has a fixed length', { length });
  return bytes;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
