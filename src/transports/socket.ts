import type { Socket } from 'node:net';
import { err, ok, type Result } from '../kernel/result.ts';
import type { WriteError, Written } from './transport.ts';

/** Address translators forget idle connections within minutes; keep-alive probes find a half-open one. */
export const KEEP_ALIVE_AFTER_MS = 30_000;
/** What a mobile network may add to a reply. */
export const DEFAULT_TCP_TRANSIT_MS = 300;

const NOT_CONNECTED = err<WriteError>({ code: 'line-down', sent: false, reason: 'not connected' });
const WRITTEN = ok(undefined);

/**
 * Writes to the connection of the moment. The system nearly always has the bytes at once; where it does not, the answer comes when it
 * has. A connection that breaks says so by itself.
 */
export function writeTo(socket: Socket | undefined, bytes: Uint8Array): Written {
  if (socket === undefined || !socket.writable) return NOT_CONNECTED;
  // A copy out of the pool costs less than the view that the socket would make of an array.
  socket.write(Buffer.from(bytes));
  return socket.writableLength === 0 ? WRITTEN : writtenOut(socket);
}

/** Nothing at all, written behind what still waits, ends when that has left. */
function writtenOut(socket: Socket): Promise<Result<void, WriteError>> {
  return new Promise((resolve) => {
    socket.write(new Uint8Array(0), (error) => resolve(error ? err({ code: 'line-down', sent: true, reason: error.message }) : WRITTEN));
  });
}
