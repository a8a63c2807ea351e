import type { Socket } from 'node:net';
import { err, ok, type Result } from '../kernel/result.ts';
import type { WriteError } from './transport.ts';

/** Address translators forget idle connections within minutes; keep-alive probes find a half-open one. */
export const KEEP_ALIVE_AFTER_MS = 30_000;
/** What a mobile network may add to a reply. */
export const DEFAULT_TCP_TRANSIT_MS = 300;

/** Writes to the connection of the moment; resolves when the system has the bytes. */
export function writeTo(socket: Socket | undefined, bytes: Uint8Array): Promise<Result<void, WriteError>> {
  if (socket === undefined || !socket.writable) return Promise.resolve(err({ code: 'line-down', sent: false, reason: 'not connected' }));
  return new Promise((resolve) => {
    socket.write(bytes, (error) => resolve(error ? err({ code: 'line-down', sent: true, reason: error.message }) : ok(undefined)));
  });
}
