import { parseObject } from './json.ts';

export type ConcentratorStatus = 'online' | 'offline';

/** `{"status":"online"}` or the bare word, as a concentrator says it and as its last will does; undefined for anything else. */
export function decodeStatus(payload: string): ConcentratorStatus | undefined {
  const word = parseObject(payload)?.status ?? payload.trim();
  return word === 'online' || word === 'offline' ? word : undefined;
}
