import { securityErrorTexts } from '../security/refusal.ts';
import { FUNCTION } from './functions.ts';
import type { Refusal } from './reply.ts';

/** Bits of the ERR byte of a refusal. */
export const ERROR_BIT = {
  other: 0x01,
  noSuchData: 0x02,
  password: 0x04,
  speed: 0x08,
  seasons: 0x10,
  daySlots: 0x20,
  tariffs: 0x40,
} as const;

const TEXTS: readonly (readonly [bit: number, text: string])[] = [
  [ERROR_BIT.other, 'other error'],
  [ERROR_BIT.noSuchData, 'no requested data'],
  [ERROR_BIT.password, 'wrong password or not authorised'],
  [ERROR_BIT.speed, 'speed cannot be changed'],
  [ERROR_BIT.seasons, 'too many seasons'],
  [ERROR_BIT.daySlots, 'too many day slots'],
  [ERROR_BIT.tariffs, 'too many tariffs'],
];

/** What the meter says is wrong, one text for each bit. */
export function errorTexts(error: number): readonly string[] {
  return TEXTS.filter(([bit]) => (error & bit) !== 0).map(([, text]) => text);
}

/**
 * The two bytes with which some meters refuse a relay command, from the lowest bit on. One meter's firmware is the only
 * source of them: they are told to people; the password bit lies where the ERR byte has it.
 */
const RELAY_WORD: readonly string[] = [
  'remote control is suspended',
  'wrong MAC',
  'wrong password or not authorised',
  'identity authentication has expired',
  'deadline has passed',
  'trip failed: power is kept',
  'trip with restore failed: power is kept',
  'time until the restore is not valid',
  'restore failed: tripped',
];

/** The one bit of that word on which something rests: the order was refused unread, and a new session may be begun for another. */
export const RELAY_AUTHENTICATION_EXPIRED = 0x0008;

/** What a refusal says is wrong, by the function that was refused and the length of its error. */
export function refusalTexts({ function: functionCode, error, errorBytes }: Omit<Refusal, 'kind'>): readonly string[] {
  if (functionCode === FUNCTION.authenticate) return securityErrorTexts(error);
  if (functionCode === FUNCTION.relay && errorBytes === 2) return bitTexts(RELAY_WORD, error);
  return errorTexts(error);
}

function bitTexts(texts: readonly string[], error: number): readonly string[] {
  return texts.filter((_, bit) => ((error >> bit) & 1) !== 0);
}
