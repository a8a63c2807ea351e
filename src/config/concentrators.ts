/** What the lines and the secrets file say together of the broker and of each concentrator behind it. */
import { resolve } from 'node:path';
import { DEFAULT_TOPICS, isPlainTopic, topicOf } from '../../protocols/concentrator/index.ts';
import { isLoopback, type ListenAddress, parseListenAddress } from './listen-address.ts';
import type { Wrong } from './read-yaml.ts';
import type { ConfigFile } from './schema.ts';

/** A concentrator and the topics that it may use. */
export interface Concentrator {
  readonly id: string;
  readonly mayPublish: readonly string[];
  readonly maySubscribe: readonly string[];
  /** Where it pushes readings that are taken. */
  readonly readingsTopics: readonly string[];
  /** Its login at the embedded broker; undefined where nobody has to log in. */
  readonly password: string | undefined;
}

export interface Mqtt {
  /** Of an external broker. */
  readonly url: string | undefined;
  readonly version: ConfigFile['mqtt']['version'];
  /** Of the embedded one. */
  readonly listen: ListenAddress;
  readonly tls: ConfigFile['mqtt']['tls'];
  /** Names us at an external one. */
  readonly clientId: string | undefined;
  readonly concentrators: readonly Concentrator[];
}

type MqttLine = ConfigFile['lines'][number]['transport'];

/** Each topic of a concentrator: the key that names it, what it is by default, and who speaks there. */
const TOPICS = [
  { key: 'downTopic', template: DEFAULT_TOPICS.down, speaker: 'head-end' },
  { key: 'upTopic', template: DEFAULT_TOPICS.up, speaker: 'concentrator' },
  { key: 'statusTopic', template: DEFAULT_TOPICS.status, speaker: 'concentrator' },
  { key: 'readingsTopic', template: DEFAULT_TOPICS.readings, speaker: 'concentrator' },
] as const;

export function mqttOf(raw: ConfigFile, passwords: Readonly<Record<string, string>>, folder: string, wrong: Wrong): Mqtt {
  const { url, version, clientId, listen, tls } = raw.mqtt;
  if (url !== undefined && !URL.canParse(url)) throw wrong('mqtt.url', url, 'a URL, as mqtt://broker.example:1883');
  const address = parseListenAddress(listen);
  if (address === undefined) throw wrong('mqtt.listen', listen, 'HOST:PORT, as 127.0.0.1:1883');
  const concentrators = concentratorsOf(raw, passwords, wrong);
  if (url !== undefined && clientId === undefined && concentrators.some(({ readingsTopics }) => readingsTopics.length > 0))
    throw wrong(
      'mqtt.clientId',
      clientId,
      'a name of ours at your broker: with it the broker keeps what concentrators push while we are away',
    );
  if (url === undefined && concentrators.length > 0) checkEmbedded(raw, address, concentrators, wrong);
  return {
    url,
    version,
    clientId,
    listen: address,
    tls: tls === undefined ? undefined : { certFile: resolve(folder, tls.certFile), keyFile: resolve(folder, tls.keyFile) },
    concentrators,
  };
}

function checkEmbedded(raw: ConfigFile, { host }: ListenAddress, concentrators: readonly Concentrator[], wrong: Wrong): void {
  const { version, listen, tls } = raw.mqtt;
  if (version === 5) throw wrong('mqtt.version', version, '3.1.1, or mqtt.url with a broker of yours: the embedded one speaks no other');
  const isOpen = !isLoopback(host);
  const open = concentrators.find(({ password }) => password === undefined);
  if (open !== undefined && (isOpen || concentrators.some(({ password }) => password !== undefined))) {
    const index = raw.lines.findIndex(({ transport }) => transport.type === 'mqtt' && transport.concentrator === open.id);
    const why = isOpen ? `the embedded broker is open to the network at ${listen}` : 'others have one, so nobody gets in without';
    throw wrong(
      `lines[${index}].transport.concentrator`,
      open.id,
      `a password for it in concentratorPasswords of secretsFile: line ${raw.lines[index]?.id} needs it, since ${why}`,
    );
  }
  if (isOpen && tls === undefined)
    throw wrong(
      'mqtt.listen',
      listen,
      'a loopback address, or mqtt.tls beside it: passwords and relay frames must not cross a network in clear',
    );
}

interface Rights {
  readonly publish: Set<string>;
  readonly subscribe: Set<string>;
  readonly readings: Set<string>;
}

function concentratorsOf(raw: ConfigFile, passwords: Readonly<Record<string, string>>, wrong: Wrong): readonly Concentrator[] {
  const owners = new Map<string, string>();
  const rights = new Map<string, Rights>();
  for (const [index, { transport }] of raw.lines.entries()) {
    if (transport.type !== 'mqtt' || transport.concentrator === undefined) continue;
    const id = transport.concentrator;
    const own = rights.get(id) ?? { publish: new Set(), subscribe: new Set(), readings: new Set() };
    rights.set(id, own);
    for (const { key, template, speaker } of TOPICS) {
      const topic = topicFrom(transport, key, template, `lines[${index}].transport.${key}`, wrong);
      const use = `${key} of ${id}`;
      const owner = owners.get(topic) ?? use;
      if (owner !== use) throw wrong(`lines[${index}].transport.${key}`, topic, `a topic of its own: it is the ${owner}`);
      owners.set(topic, use);
      (speaker === 'concentrator' ? own.publish : own.subscribe).add(topic);
      if (key === 'readingsTopic' && transport.readingsTopic !== undefined) own.readings.add(topic);
    }
  }
  return [...rights].map(([id, { publish, subscribe, readings }]) => ({
    id,
    mayPublish: [...publish],
    maySubscribe: [...subscribe],
    readingsTopics: [...readings],
    password: passwords[id],
  }));
}

function topicFrom(transport: MqttLine, key: (typeof TOPICS)[number]['key'], template: string, path: string, wrong: Wrong): string {
  const topic = topicOf(transport[key] ?? template, transport.concentrator ?? '');
  if (!isPlainTopic(topic))
    throw wrong(path, transport[key], 'one topic of at most 256 characters, without blanks and the wildcards + and #');
  return topic;
}
