import { OperatorError } from '../src/kernel/app-error.ts';

/** Where simulated meters are to be found. */
export type ListenTarget =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'pty' }
  | { readonly kind: 'mqtt'; readonly broker: string; readonly concentrator: string };

const TCP = /^tcp:\/\/([\w.-]+|\[[\da-fA-F:]+\]):(\d{1,5})$/;
const MQTT = /^(mqtt:\/\/[^/]+)\/([\w.-]{1,64})$/;
const HIGHEST_PORT = 65_535;

/** @errors config-invalid, thrown for the person at the keyboard */
export function parseListenTarget(text: string): ListenTarget {
  if (text === 'pty:') return { kind: 'pty' };
  const [, host, port] = TCP.exec(text) ?? [];
  if (host !== undefined && Number(port) <= HIGHEST_PORT) return { kind: 'tcp', host: host.replaceAll(/[[\]]/g, ''), port: Number(port) };
  const [, broker, concentrator] = MQTT.exec(text) ?? [];
  if (broker !== undefined && concentrator !== undefined) return { kind: 'mqtt', broker, concentrator };
  throw new OperatorError(
    'config-invalid',
    `cannot listen on ${JSON.stringify(text)}; expected tcp://HOST:PORT, pty: or mqtt://HOST:PORT/CONCENTRATOR`,
  );
}
