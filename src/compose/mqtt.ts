import type { Config } from '../config/load.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { type BrokerEvent, createEmbeddedBroker, type EmbeddedBroker } from '../transports/embedded-broker.ts';
import { createMqttLink, type MqttLink, type MqttVersion } from '../transports/mqtt-link.ts';
import { readTls } from './tls-files.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The broker of all concentrators, and the one connection to it. */
export interface Mqtt {
  /** The broker inside this process, where none is configured. */
  readonly embeddedBroker: EmbeddedBroker | undefined;
  readonly link: MqttLink;
  close(): Promise<void>;
}

interface MqttDeps {
  readonly config: Pick<Config, 'mqtt'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly environment: Environment;
}

// biome-ignore format: a table, one event a line
const SAYINGS: Readonly<Record<BrokerEvent['kind'], string>> = {
  'login-refused': 'a login at the embedded broker was refused: unknown user or wrong password',
  'publish-refused': 'a concentrator published on a topic that is not its own, and was cut off',
  'subscribe-refused': 'a concentrator asked for a topic that is not its own, and was refused',
  'accept-failed': 'the system could not accept a connection to the embedded broker',
};

/** Starts a broker where none is configured; undefined where no line needs one. */
export async function openMqtt({ config: { mqtt }, clock, logger, environment }: MqttDeps): Promise<Mqtt | undefined> {
  if (mqtt.concentrators.length === 0) return undefined;
  if (mqtt.url !== undefined)
    return {
      embeddedBroker: undefined,
      link: mqttLinkOf({ url: mqtt.url, version: mqtt.version, clock, environment }),
      close: async () => undefined,
    };
  const tls = readTls(mqtt.tls, 'mqtt.tls');
  const embeddedBroker = await createEmbeddedBroker({
    host: mqtt.listen.host,
    portNumber: mqtt.listen.port,
    accounts: mqtt.concentrators.flatMap(({ id, password, mayPublish, maySubscribe }) =>
      password === undefined ? [] : [{ username: id, password, mayPublish, maySubscribe }],
    ),
    onEvent: (event) => say(logger, event),
    ...(tls === undefined ? {} : { tls }),
  });
  return { embeddedBroker, link: createMqttLink({ ...embeddedBroker.own, clock }), close: embeddedBroker.close };
}

/** Anybody can knock: only each doubling of the count is said. */
function say(logger: Logger, { kind, ...facts }: BrokerEvent): void {
  if ((facts.count & (facts.count - 1)) === 0) logger.warn(facts, SAYINGS[kind]);
}

interface LinkDeps extends Pick<MqttDeps, 'clock' | 'environment'> {
  readonly url: string;
  readonly version: MqttVersion;
}

/** A connection to a broker of others; user and password come from FEIKONG_MQTT_USERNAME and FEIKONG_MQTT_PASSWORD. */
export function mqttLinkOf({ url, version, clock, environment }: LinkDeps): MqttLink {
  const username = environment.FEIKONG_MQTT_USERNAME;
  const password = environment.FEIKONG_MQTT_PASSWORD;
  return createMqttLink({
    url,
    version,
    clock,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  });
}
