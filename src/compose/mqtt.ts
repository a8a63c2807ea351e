import type { Config } from '../config/load.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { type BrokerEvent, createEmbeddedBroker, type EmbeddedBroker } from '../transports/embedded-broker.ts';
import { createMqttInbox, type TakeMessage } from '../transports/mqtt-inbox.ts';
import { createMqttLink, type MqttLink } from '../transports/mqtt-link.ts';
import { readTls } from './tls-files.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The broker of all concentrators, and the one connection to it. */
export interface Mqtt {
  /** The broker inside this process, where none is configured. */
  readonly embeddedBroker: EmbeddedBroker | undefined;
  readonly link: MqttLink;
  close(): Promise<void>;
}

/** What becomes of an envelope that a concentrator pushes; true: acknowledge it. */
export type TakeEnvelope = (concentrator: string, payload: string) => Promise<boolean>;

interface MqttDeps {
  readonly config: Pick<Config, 'mqtt'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly environment: Environment;
  readonly takeEnvelope: TakeEnvelope;
}

// biome-ignore format: a table, one event a line
const SAYINGS: Readonly<Record<BrokerEvent['kind'], string>> = {
  'login-refused': 'a login at the embedded broker was refused: unknown user or wrong password',
  'publish-refused': 'a concentrator published on a topic that is not its own, and was cut off',
  'subscribe-refused': 'a concentrator asked for a topic that is not its own, and was refused',
  'accept-failed': 'the system could not accept a connection to the embedded broker',
};

/** Starts a broker where none is configured; undefined where no line needs one. */
export async function openMqtt(deps: MqttDeps): Promise<Mqtt | undefined> {
  const {
    config: { mqtt },
    clock,
    logger,
  } = deps;
  if (mqtt.concentrators.length === 0) return undefined;
  if (mqtt.url !== undefined) return joinBroker(mqtt.url, deps);
  const tls = readTls(mqtt.tls, 'mqtt.tls');
  const embeddedBroker = await createEmbeddedBroker({
    clock,
    host: mqtt.listen.host,
    portNumber: mqtt.listen.port,
    accounts: mqtt.concentrators.flatMap(({ id, password, mayPublish, maySubscribe }) =>
      password === undefined ? [] : [{ username: id, password, mayPublish, maySubscribe }],
    ),
    onEvent: (event) => say(logger, event),
    inbox: inboxOf(deps),
    ...(tls === undefined ? {} : { tls }),
  });
  return { embeddedBroker, link: embeddedBroker.link, close: () => embeddedBroker.close() };
}

function joinBroker(url: string, deps: MqttDeps): Mqtt {
  const { version, clientId } = deps.config.mqtt;
  const login = loginOf(deps.environment);
  const inbox = inboxOf(deps);
  const box =
    clientId === undefined || inbox.topics.length === 0
      ? undefined
      : createMqttInbox({
          url,
          version,
          clientId,
          ...login,
          ...inbox,
          onDown: (reason) => deps.logger.warn({ reason }, 'nothing that concentrators push is heard; it is tried again'),
        });
  return {
    embeddedBroker: undefined,
    link: createMqttLink({ url, version, clock: deps.clock, ...login }),
    close: async () => box?.close(),
  };
}

/** The topics on which concentrators push, and who takes what comes there. */
function inboxOf({ config: { mqtt }, takeEnvelope }: MqttDeps): { readonly topics: readonly string[]; readonly take: TakeMessage } {
  const owners = new Map(mqtt.concentrators.flatMap(({ id, readingsTopics }) => readingsTopics.map((topic) => [topic, id] as const)));
  return { topics: [...owners.keys()], take: async (topic, payload) => takeEnvelope(owners.get(topic) ?? '', payload) };
}

/** Anybody can knock: only each doubling of the count is said. */
function say(logger: Logger, { kind, ...facts }: BrokerEvent): void {
  if ((facts.count & (facts.count - 1)) === 0) logger.warn(facts, SAYINGS[kind]);
}

interface LinkDeps extends Pick<MqttDeps, 'clock' | 'environment'> {
  readonly url: string;
}

/** A connection to a broker of others. */
export const mqttLinkOf = ({ url, clock, environment }: LinkDeps): MqttLink => createMqttLink({ url, clock, ...loginOf(environment) });

/** At the broker of others: FEIKONG_MQTT_USERNAME and FEIKONG_MQTT_PASSWORD. */
function loginOf({ FEIKONG_MQTT_USERNAME: username, FEIKONG_MQTT_PASSWORD: password }: Environment) {
  return { ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }) };
}
