import { DEFAULT_TOPICS, isPlainTopic, type TopicTemplates } from '../../protocols/concentrator/index.ts';
import { OperatorError } from '../kernel/app-error.ts';
import { DEFAULT_PORT_SETTINGS, type PortSettings } from '../transports/port-settings.ts';

/** Where the one meter of a field tool is reached. */
export type LinkTarget =
  | { readonly kind: 'serial'; readonly path: string; readonly port: PortSettings }
  | { readonly kind: 'tcp'; readonly host: string; readonly portNumber: number }
  | {
      readonly kind: 'mqtt';
      readonly broker: string;
      readonly concentrator: string;
      readonly portNumber: number;
      readonly topics: Pick<TopicTemplates, 'down' | 'up'>;
    };

const EXPECTED = 'serial:PATH?baud=9600&parity=even, tcp://HOST:PORT, rtu+tcp://HOST:PORT or mqtt://HOST:PORT/CONCENTRATOR';
const TCP = /^(?:rtu\+)?tcp:\/\/(?:\[([\da-fA-F:]+)\]|([\w.-]+)):(\d{1,5})$/;
const MQTT = /^(mqtts?:\/\/(?:\[[\da-fA-F:]+\]|[\w.-]+):\d{1,5})\/([\w.-]{1,64})$/;
const HIGHEST_TCP_PORT = 65_535;
const HIGHEST_CONCENTRATOR_PORT = 255;
const FASTEST_BAUD = 4_000_000;
const DATA_BITS = { '7': 7, '8': 8 } as const;
const PARITIES = { none: 'none', even: 'even', odd: 'odd' } as const;
const STOP_BITS = { '1': 1, '2': 2 } as const;

/**
 * Reads `--link`. `rtu+tcp` is the same bytes on the same socket as `tcp`; the protocol says how they are framed.
 *
 * @errors bad-request, thrown for the person at the keyboard: says which part is wrong and what was expected
 */
export function parseLinkTarget(text: string): LinkTarget {
  const [place = '', query = ''] = text.split(/\?(.*)/s);
  const asked = optionsOf(query);
  if (place.startsWith('serial:') && place !== 'serial:') {
    onlyKnown(asked, ['baud', 'parity', 'dataBits', 'stopBits']);
    return { kind: 'serial', path: place.slice('serial:'.length), port: portSettingsOf(asked) };
  }
  const [, ipv6, name, tcpPort] = TCP.exec(place) ?? [];
  const host = ipv6 ?? name;
  if (host !== undefined && isPort(tcpPort)) {
    onlyKnown(asked, []);
    return { kind: 'tcp', host, portNumber: Number(tcpPort) };
  }
  const [, broker, concentrator] = MQTT.exec(place) ?? [];
  if (broker !== undefined && concentrator !== undefined && isPort(/\d+$/.exec(broker)?.[0])) {
    onlyKnown(asked, ['down', 'up', 'port']);
    const portNumber = wholeOf(asked, 'port', 1, HIGHEST_CONCENTRATOR_PORT);
    const topics = { down: topicOf(asked, 'down'), up: topicOf(asked, 'up') };
    return { kind: 'mqtt', broker, concentrator, portNumber, topics };
  }
  throw new OperatorError('bad-request', `--link is ${text}; expected ${EXPECTED}`, { link: text });
}

const isPort = (digits: string | undefined) => Number(digits) >= 1 && Number(digits) <= HIGHEST_TCP_PORT;

/** A plus is itself, as in a topic. */
const optionsOf = (query: string): ReadonlyMap<string, string> => new Map(new URLSearchParams(query.replaceAll('+', '%2B')));

function onlyKnown(asked: ReadonlyMap<string, string>, known: readonly string[]): void {
  for (const name of asked.keys()) {
    const expected = known.length === 0 ? 'nothing after the address' : `one of ${known.join(', ')}`;
    if (!known.includes(name)) throw wrong(name, asked.get(name), `${expected}; there is no such option`);
  }
}

function portSettingsOf(asked: ReadonlyMap<string, string>): PortSettings {
  return {
    baudRate: wholeOf(asked, 'baud', DEFAULT_PORT_SETTINGS.baudRate, FASTEST_BAUD),
    parity: choiceOf(asked, 'parity', PARITIES, DEFAULT_PORT_SETTINGS.parity),
    dataBits: choiceOf(asked, 'dataBits', DATA_BITS, DEFAULT_PORT_SETTINGS.dataBits),
    stopBits: choiceOf(asked, 'stopBits', STOP_BITS, DEFAULT_PORT_SETTINGS.stopBits),
  };
}

function wholeOf(asked: ReadonlyMap<string, string>, name: string, fallback: number, highest: number): number {
  const text = asked.get(name);
  if (text === undefined) return fallback;
  if (!/^\d{1,7}$/.test(text) || Number(text) < 1 || Number(text) > highest) throw wrong(name, text, `a whole number from 1 to ${highest}`);
  return Number(text);
}

function choiceOf<T>(asked: ReadonlyMap<string, string>, name: string, choices: Readonly<Record<string, T>>, fallback: T): T {
  const text = asked.get(name);
  if (text === undefined) return fallback;
  const choice = Object.hasOwn(choices, text) ? choices[text] : undefined;
  if (choice === undefined) throw wrong(name, text, `one of ${Object.keys(choices).join(', ')}`);
  return choice;
}

function topicOf(asked: ReadonlyMap<string, string>, name: 'down' | 'up'): string {
  const topic = asked.get(name) ?? DEFAULT_TOPICS[name];
  if (!isPlainTopic(topic)) throw wrong(name, topic, 'one topic, without blanks and the wildcards + and #');
  return topic;
}

const wrong = (name: string, value: string | undefined, expected: string) =>
  new OperatorError('bad-request', `--link has ${name}=${value ?? ''}; expected ${expected}`, { option: name });
