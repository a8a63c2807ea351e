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
  const topics = topicsOf(query);
  if (broker !== undefined && concentrator !== undefined && topics !== undefined) {
    return { kind: 'mqtt', broker, concentrator, ...(query === undefined ? {} : { topics }) };
  }
  throw new OperatorError(
    'config-invalid',
    `cannot listen on ${JSON.stringify(text)}; expected tcp://HOST:PORT, pty: or mqtt://HOST:PORT/CONCENTRATOR[?down=TOPIC&up=TOPIC&status=TOPIC&readings=TOPIC]`,
  );
}

/** `down=TOPIC&up=TOPIC&status=TOPIC&readings=TOPIC`, any may be left out; undefined for anything else. */
function topicsOf(query = ''): ConcentratorTopics | undefined {
  const asked = new URLSearchParams(query);
  const topics = {
    down: asked.get('down') ?? DEFAULT_TOPICS.down,
    up: asked.get('up') ?? DEFAULT_TOPICS.up,
    status: asked.get('status') ?? DEFAULT_TOPICS.status,
    readings: asked.get('readings') ?? DEFAULT_TOPICS.readings,
  };
  const isKnown = [...asked.keys()].every((name) => name in DEFAULT_TOPICS);
  return isKnown && Object.values(topics).every((topic) => NAMED_TOPIC.test(topic)) ? topics : undefined;
}
