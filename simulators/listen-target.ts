import { OperatorError } from '../src/kernel/app-error.ts';
import { type ConcentratorTopics, DEFAULT_TOPICS } from './lines/serve-mqtt-concentrator.ts';

/** Where simulated meters are to be found. */
export type ListenTarget =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'pty' }
  | { readonly kind: 'mqtt'; readonly broker: string; readonly concentrator: string; readonly topics?: ConcentratorTopics };

const TCP = /^(?:rtu\+)?tcp:\/\/([\w.-]+|\[[\da-fA-F:]+\]):(\d{1,5})$/;
const MQTT = /^(mqtt:\/\/[^/]+)\/([\w.-]{1,64})(?:\?(.*))?$/;
const NAMED_TOPIC = /^[^+#\s]+$/;
const HIGHEST_PORT = 65_535;

/** @errors config-invalid, thrown for the person at the keyboard */
export function parseListenTarget(text: string): ListenTarget {
  if (text === 'pty:') return { kind: 'pty' };
  const [, host, port] = TCP.exec(text) ?? [];
  if (host !== undefined && Number(port) <= HIGHEST_PORT) return { kind: 'tcp', host: host.replaceAll(/[[\]]/g, ''), port: Number(port) };
  const [, broker, concentrator, query] = MQTT.exec(text) ?? [];
  if (broker !== undefined && concentrator !== undefined)
    return { kind: 'mqtt', broker, concentrator, ...(query === undefined ? {} : { topics: topicsOf(query) }) };
  throw new OperatorError(
    'config-invalid',
    `cannot listen on ${JSON.stringify(text)}; expected tcp://HOST:PORT, pty: or mqtt://HOST:PORT/CONCENTRATOR[?down=TOPIC&up=TOPIC&status=TOPIC&readings=TOPIC]`,
  );
}

/** `down=TOPIC&up=TOPIC&status=TOPIC&readings=TOPIC`, any may be left out; a plus is itself. */
function topicsOf(query: string): ConcentratorTopics {
  const asked = Object.fromEntries(new URLSearchParams(query.replaceAll('+', '%2B')));
  for (const [name, topic] of Object.entries(asked)) {
    if (!Object.hasOwn(DEFAULT_TOPICS, name)) throw wrong(name, topic, `one of ${Object.keys(DEFAULT_TOPICS).join(', ')}`);
    if (!NAMED_TOPIC.test(topic)) throw wrong(name, topic, 'one topic, without blanks and the wildcards + and #');
  }
  return { ...DEFAULT_TOPICS, ...asked };
}

const wrong = (name: string, value: string, expected: string) =>
  new OperatorError('config-invalid', `cannot listen with ${name}=${value}; expected ${expected}`);
