import { connect, type MqttClient } from 'mqtt';
import type { MqttLinkOptions } from './mqtt-link.ts';

/** Takes one message; true where it is stored and may be acknowledged. Never rejects. */
export type TakeMessage = (topic: string, payload: string) => Promise<boolean>;

export interface MqttInboxOptions extends Omit<MqttLinkOptions, 'clock'> {
  /** Names the session that the broker keeps while nobody is connected; no two gateways at one broker share it. */
  readonly clientId: string;
  readonly topics: readonly string[];
  readonly take: TakeMessage;
  readonly onDown?: (reason: string) => void;
}

/** Messages that are acknowledged when they are stored, each after the one before; what is not acknowledged comes again. */
export interface MqttInbox {
  close(): Promise<void>;
}

const RECONNECT_MS = 1_000;
const CONNECT_LIMIT_MS = 10_000;
const KEEP_ALIVE_SECONDS = 30;
/** How long a broker of MQTT 5 keeps what was not taken; one of 3.1.1 decides by itself. */
const SESSION_SECONDS = 7 * 86_400;
const REFUSED_SUBSCRIPTION = 0x80;

/** A connection of its own, so that a slow disk holds up no frame: nothing is published on it, and its session outlives it. */
export function createMqttInbox(options: MqttInboxOptions): MqttInbox {
  const { url, version, clientId, topics, take, onDown, username, password, caCertificate } = options;
  const client = connect(url, {
    clientId,
    clean: false,
    reconnectPeriod: RECONNECT_MS,
    connectTimeout: CONNECT_LIMIT_MS,
    keepalive: KEEP_ALIVE_SECONDS,
    ...(version === 5 ? { protocolVersion: 5, properties: { sessionExpiryInterval: SESSION_SECONDS } } : { protocolVersion: 4 }),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(caCertificate === undefined ? {} : { ca: caCertificate }),
  });
  let reason = 'the broker closed the connection';
  client.on('error', (error) => {
    reason = error.message || error.name;
  });
  client.on('close', () => onDown?.(reason));
  client.on('connect', () => subscribe(client, topics, onDown));
  // The library acknowledges when this calls back; a connection that ends first leaves the message with the broker.
  client.handleMessage = (packet, acknowledge) => {
    const { stream } = client;
    void take(packet.topic, packet.payload.toString()).then((isTaken) => {
      if (isTaken) acknowledge();
      else stream.destroy();
    });
  };
  return { close: () => client.endAsync(true) };
}

function subscribe(client: MqttClient, topics: readonly string[], onDown: MqttInboxOptions['onDown']): void {
  client.subscribe([...topics], { qos: 1 }, (error, granted = []) => {
    const refused = granted.filter(({ qos }) => qos >= REFUSED_SUBSCRIPTION).map(({ topic }) => topic);
    if (error !== null) onDown?.(`the broker refused ${topics.join(', ')}: ${error.message}`);
    else if (refused.length > 0) onDown?.(`the broker refused ${refused.join(', ')}`);
  });
}
