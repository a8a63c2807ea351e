import { fromHex, toHex } from '../../src/kernel/bytes.ts';
import { formatInstant, type Instant } from '../../src/kernel/clock.ts';
import { parseObject } from './json.ts';

export interface Downlink {
  readonly txId: string;
  /** Which of the concentrator's serial ports. */
  readonly port: number;
  readonly bytes: Uint8Array;
  readonly timeoutMs: number;
  /** A broker may hold a message for an absent concentrator: it must not be played after this. */
  readonly expiresAt: Instant;
}

export interface Uplink {
  readonly txId: string;
  readonly port: number;
  readonly bytes: Uint8Array;
  /** How many bytes of this transaction's reply lie before these; undefined where the concentrator doesn't count them. */
  readonly offset: number | undefined;
}

/** `{"txId","port","frameHex","timeoutMs","expiresAt"}` */
export function encodeDownlink({ txId, port, bytes, timeoutMs, expiresAt }: Downlink): string {
  return JSON.stringify({ txId, port, frameHex: toHex(bytes), timeoutMs, expiresAt: formatInstant(expiresAt) });
}

/** `{"txId","port","frameHex"[,"offset"]}`, more fields are fine; undefined where it is anything else. */
export function decodeUplink(payload: string): Uplink | undefined {
  const { txId, port, frameHex, offset } = parseObject(payload) ?? {};
  if (typeof txId !== 'string' || typeof port !== 'number' || typeof frameHex !== 'string' || !isOffset(offset)) return undefined;
  const bytes = fromHex(frameHex);
  return bytes === undefined ? undefined : { txId, port, bytes, offset };
}

const isOffset = (value: unknown): value is number | undefined =>
  value === undefined || (Number.isSafeInteger(value) && Number(value) >= 0);
