import type { LineConfig } from '../config/load.ts';
import { AppError } from '../kernel/app-error.ts';

/** How a gateway reaches what a simulator listens on: `tcp://HOST:PORT`, `pty:PATH` or `mqtt://HOST:PORT/CONCENTRATOR`. */
export function lineOf(listening: string): LineConfig['transport'] {
  const [, host, port] = /^tcp:\/\/([^/]+):(\d+)$/.exec(listening) ?? [];
  if (host !== undefined) return { type: 'tcp', host: host.replaceAll(/[[\]]/g, ''), port: Number(port) };
  const [, path] = /^pty:(.+)$/.exec(listening) ?? [];
  if (path !== undefined) return { type: 'serial', path };
  const [, concentrator] = /^mqtt:\/\/[^/]+\/(.+)$/.exec(listening) ?? [];
  if (concentrator !== undefined) return { type: 'mqtt', concentrator };
  throw new AppError('invariant-violated', 'a simulator listens on something that no line leads to', { listening });
}
