/**
 * Function 1C: relay, alarm and power preservation. Its data before the 33H step:
 *
 *     plaintext, 16 bytes:   PA P0 P1 P2 | C0 C1 C2 C3 | N1 | N2 | ss mm hh DD MM YY
 *     ciphertext, 28 bytes:  98 P0 P1 P2 | C0 C1 C2 C3 | 16 bytes of cipher | 4 bytes of MAC
 *
 * The time is the deadline in the meter's own local time: after it the meter refuses. A normal reply says *accepted*,
 * not *done*: what the relay did is read back from status word 3.
 */
import { AppError } from '../../../src/kernel/app-error.ts';
import type { LocalTime } from '../../../src/kernel/local-time.ts';
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { readLocalTime, writeLocalTime } from '../../shared/calendar.ts';
import { type MessageError, readPassword, writePassword } from '../message.ts';
import { readOperator, writeOperator } from './message.ts';

/** N1 by what it does. `arm` only permits closing: the customer presses the button. */
export const RELAY_CODES = {
  trip: 0x1a,
  arm: 0x1b,
  close: 0x1c,
  'trip-and-restore': 0x1d,
  'trip-and-restore-direct': 0x1e,
  'alarm-on': 0x2a,
  'alarm-off': 0x2b,
  'keep-power-on': 0x3a,
  'keep-power-off': 0x3b,
} as const satisfies Record<string, number>;

export type RelayAction = keyof typeof RELAY_CODES;

const ACTIONS: ReadonlyMap<number, RelayAction> = new Map(
  (Object.keys(RELAY_CODES) as RelayAction[]).map((action) => [RELAY_CODES[action], action]),
);

/** The action behind N1; undefined where nobody gave it one. */
export const relayAction = (code: number): RelayAction | undefined => ACTIONS.get(code);

export interface RelayRequest {
  readonly kind: 'relay';
  readonly action: RelayAction;
  /** `LLPPPPPP`: level, then password. Never for a log. */
  readonly password: string;
  /** 8 digits. */
  readonly operator: string;
  /** N2: the limit time of the actions that restore by themselves, else 0. */
  readonly limit: number;
  /** Valid until, in the meter's local time; null where the bytes are no date. We never send one without. */
  readonly deadline: LocalTime | null;
}

/** A command sealed by an encryption machine; only the meter's ESAM can read it. */
export interface SealedRelayRequest {
  readonly kind: 'sealed-relay';
  readonly password: string;
  readonly operator: string;
  readonly cipher: Uint8Array;
  readonly mac: Uint8Array;
}

const PLAIN_BYTES = 16;
const SEALED_BYTES = 28;
const OPERATOR_AT = 4;
const ACTION_AT = 8;
const LIMIT_AT = 9;
const DEADLINE_AT = 10;
const MAC_AT = 24;
/** The level of what is sealed: ciphertext with a MAC. */
const SEALED_LEVEL = '98';

export function readRelay(data: Uint8Array): Result<RelayRequest | SealedRelayRequest, MessageError> {
  const password = readPassword(data, 0);
  const operator = readOperator(data, OPERATOR_AT);
  if (data.length === SEALED_BYTES) {
    return ok({ kind: 'sealed-relay', password, operator, cipher: data.slice(ACTION_AT, MAC_AT), mac: data.slice(MAC_AT) });
  }
  const action = relayAction(data[ACTION_AT] ?? 0);
  if (data.length !== PLAIN_BYTES) return err({ code: 'bad-data', expected: '16 bytes in plaintext or 28 sealed ones' });
  if (action === undefined) return err({ code: 'bad-data', expected: 'a known N1' });
  const deadline = readLocalTime(data, DEADLINE_AT, 'second') ?? null;
  return ok({ kind: 'relay', action, password, operator, limit: data[LIMIT_AT] ?? 0, deadline });
}

export function writeRelay({ action, password, operator, limit, deadline }: RelayRequest): Uint8Array {
  const data = new Uint8Array(PLAIN_BYTES);
  writePassword(data, 0, password);
  writeOperator(data, OPERATOR_AT, operator);
  data[ACTION_AT] = RELAY_CODES[action];
  data[LIMIT_AT] = limit;
  if (deadline === null || !writeLocalTime(data, DEADLINE_AT, deadline, 'second')) {
    throw new AppError('bad-data', 'a relay command needs a deadline of 2000..2099', { action, deadline });
  }
  return data;
}

/** Writes a command that an encryption machine has sealed, byte for byte as it came. */
export function writeSealedRelay({ password, operator, cipher, mac }: SealedRelayRequest): Uint8Array {
  if (!password.startsWith(SEALED_LEVEL) || cipher.length !== MAC_AT - ACTION_AT || mac.length !== SEALED_BYTES - MAC_AT) {
    throw new AppError('bad-data', 'a sealed relay command has level 98, 16 bytes of cipher and 4 of MAC');
  }
  const data = new Uint8Array(SEALED_BYTES);
  writePassword(data, 0, password);
  writeOperator(data, OPERATOR_AT, operator);
  data.set(cipher, ACTION_AT);
  data.set(mac, MAC_AT);
  return data;
}
