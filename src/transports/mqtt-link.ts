import { randomBytes } from 'node:crypto';
import { Socket } from 'node:net';
import { connect, type MqttClient } from 'mqtt';
import type { Clock } from '../kernel/clock.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import { createRedialer } from './redialer.ts';
import type { TransportState, WriteError } from './transport.ts';

export type MqttVersion = '3.1.1' | 5;

export interface MqttLinkOptions {
  /** As `mqtt://10.0.0.7:1883` or `mqtts://…`. */
  readonly url: string;
  readonly clock: Clock;
  /** What the broker speaks; 3.1.1 where nothing is said. */
  readonly version?: MqttVersion;
  readonly username?: string;
  readonly password?: string;
  readonly caCertificate?: string;
}

/** One who listens to a topic. */
export interface Watcher {
  readonly topic: string;
  message(payload: string): void;
  /** The subscription stands: from now on nothing is missed. */
  up(): void;
  down(reason: string): void;
}

/** One connection to a broker, shared by all lines behind it. It is there as long as somebody watches. */
export interface MqttLink {
  readonly url: string;
  state(): TransportState;
  /** Connects with the first watcher; the answer ends the watch, and the connection with the last one. */
  watch(watcher: Watcher): () => Promise<void>;
  /** QoS 1; resolves when the broker has it. A broker that speaks MQTT 5 drops it where nobody has taken it in time. */
  publish(topic: string, payload: string, options: { readonly expiresInMs: number }): Promise<Result<void, WriteError>>;
}

const CONNECT_LIMIT_MS = 10_000;
const KEEP_ALIVE_SECONDS = 30;

/**
 * Each connection is a new client with a new name and a clean session: what was published and not acknowledged when
 * the old one broke must not be sent again by a library, since it may be the frame of a relay.
 */
export function createMqttLink({ url, clock, version = '3.1.1', username, password, caCertificate }: MqttLinkOptions): MqttLink {
  const watchers = new Set<Watcher>();
  let current: MqttClient | undefined;

  const redialer = createRedialer({
    clock,
    listener: {
      down(reason) {
        for (const watcher of watchers) watcher.down(reason);
      },
    },
    dial(events) {
      const client = connect(url, {
        protocolVersion: version === 5 ? 5 : 4,
        clean: true,
        clientId: `feikong-${randomBytes(8).toString('hex')}`,
        reconnectPeriod: 0,
        resubscribe: false,
        queueQoSZero: false,
        keepalive: KEEP_ALIVE_SECONDS,
        connectTimeout: CONNECT_LIMIT_MS,
        ...(username === undefined ? {} : { username }),
        ...(password === undefined ? {} : { password }),
        ...(caCertificate === undefined ? {} : { ca: caCertificate }),
      });
      let reason = 'the broker closed the connection';
      client.on('connect', () => {
        sendAtOnce(client);
        current = client;
        events.up();
        for (const watcher of watchers) subscribe(client, watcher);
      });
      client.on('message', (topic, payload) => {
        if (current === client) spread(topic, payload.toString());
      });
      client.on('error', (error) => {
        reason = error.message || error.name;
      });
      client.on('close', () => events.down(reason));
      return async () => {
        if (current === client) current = undefined;
        await client.endAsync(true);
      };
    },
  });

  function subscribe(client: MqttClient, watcher: Watcher): void {
    client.subscribe(watcher.topic, { qos: 1 }, (error) => {
      if (current !== client || !watchers.has(watcher)) return;
      if (error) watcher.down(`the broker refused ${watcher.topic}: ${error.message}`);
      else watcher.up();
    });
  }

  function spread(topic: string, payload: string): void {
    for (const watcher of watchers) if (watcher.topic === topic) watcher.message(payload);
  }

  /** The lines behind one concentrator share its topic: the last of them unsubscribes. */
  async function unwatch(watcher: Watcher): Promise<void> {
    if (!watchers.delete(watcher)) return;
    if (watchers.size === 0) return redialer.close();
    const isShared = [...watchers].some(({ topic }) => topic === watcher.topic);
    const client = current;
    if (isShared || client === undefined) return;
    try {
      await client.unsubscribeAsync(watcher.topic);
    } catch (error) {
      // A connection that ends meanwhile takes its subscriptions with it.
      if (current === client && client.connected) throw error;
    }
  }

  return {
    url,
    state: () => redialer.state(),
    watch(watcher) {
      watchers.add(watcher);
      redialer.open();
      if (current !== undefined) subscribe(current, watcher);
      return () => unwatch(watcher);
    },
    publish(topic, payload, { expiresInMs }) {
      const client = current;
      if (client === undefined || !client.connected)
        return Promise.resolve(err({ code: 'line-down', sent: false, reason: 'no connection to the broker' }));
      return new Promise((resolve) => {
        const expiry = version === 5 ? { properties: { messageExpiryInterval: Math.ceil(expiresInMs / 1000) } } : {};
        client.publish(topic, payload, { qos: 1, ...expiry }, (error) =>
          resolve(error ? err({ code: 'line-down', sent: true, reason: error.message }) : ok(undefined)),
        );
      });
    },
  };
}

/** A small frame must not wait for the acknowledgement of the one before: each hop would cost 40 ms. */
function sendAtOnce({ stream }: MqttClient): void {
  if (stream instanceof Socket) stream.setNoDelay(true);
}
