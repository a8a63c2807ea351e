import { fromHex, toHex } from '../kernel/bytes.ts';
import { formatInstant, type Instant } from '../kernel/clock.ts';

/** The topics of one concentrator; `{concentrator}` stands for its name. Every maker has its own, so they are configuration. */
export interface TopicTemplates {
  readonly down: string;
  readonly up: string;
}

export const DEFAULT_TOPICS: TopicTemplates = {
  down: 'feikong/v1/concentrators/{concentrator}/down',
  up: 'feikong/v1/concentrators/{concentrator}/up',
};

export const topicOf = (template: string, concentrator: string) => template.replaceAll('{concentrator}', concentrator);

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
}

/** `{"txId","port","frameHex","timeoutMs","expiresAt"}` */
export function encodeDownlink({ txId, port, bytes, timeoutMs, expiresAt }: Downlink): string {
  return JSON.stringify({ txId, port, frameHex: toHex(bytes), timeoutMs, expiresAt: formatInstant(expiresAt) });
}

/** `{"txId","port","frameHex"}`, more fields are fine; undefined where it is anything else. */
export function decodeUplink(payload: string): Uplink | undefined {
  const message = parseObject(payload);
  const { txId, port, frameHex } = message ?? {};
  if (typeof txId !== 'string' || typeof port !== 'number' || typeof frameHex !== 'string') return undefined;
  const bytes = fromHex(frameHex);
  return bytes === undefined ? undefined : { txId, port, bytes };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
