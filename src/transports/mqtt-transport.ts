import { randomBytes } from 'node:crypto';
import { DEFAULT_TOPICS, decodeUplink, encodeDownlink, type TopicTemplates, topicOf } from '../../protocols/concentrator/index.ts';
import { type Clock, plusMs } from '../kernel/clock.ts';
import { createListeners } from './listeners.ts';
import type { MqttLink } from './mqtt-link.ts';
import { createReply, type Reply } from './mqtt-reply.ts';
import { DEFAULT_PORT_SETTINGS, type PortSettings } from './port-settings.ts';
import type { Transport, TransportState } from './transport.ts';

export interface MqttTransportOptions {
  readonly link: MqttLink;
  readonly clock: Clock;
  readonly concentrator: string;
  /** Which of the concentrator's serial ports. */
  readonly portNumber: number;
  readonly topics?: Pick<TopicTemplates, 'down' | 'up'>;
  /** Of the serial line behind the concentrator, from which waits are computed. */
  readonly port?: PortSettings;
  readonly transitMs?: number;
}

/** What two hops over a broker may add to a reply. */
const DEFAULT_TRANSIT_MS = 1_000;
/** Transactions remembered, so that what is delivered again of them is told from what comes late. */
const TRANSACTIONS_REMEMBERED = 64;

/** One serial port of a concentrator that tunnels raw frames over MQTT. Its transaction ids tell late replies from new ones. */
export function createMqttTransport(options: MqttTransportOptions): Transport {
  const {
    link,
    clock,
    concentrator,
    portNumber,
    topics = DEFAULT_TOPICS,
    port = DEFAULT_PORT_SETTINGS,
    transitMs = DEFAULT_TRANSIT_MS,
  } = options;
  const listeners = createListeners();
  const replies = new Map<string, Reply>();
  const session = randomBytes(6).toString('hex');
  let sequence = 0;
  let awaited: string | undefined;
  let state: TransportState = { state: 'down', since: clock.now(), reason: 'not opened' };
  let unwatch: (() => Promise<void>) | undefined;

  function become(name: TransportState['state'], reason?: string): void {
    state = { state: name, since: clock.now(), ...(reason === undefined ? {} : { reason }) };
  }

  function goDown(reason: string): void {
    const was = state.state;
    become('down', reason);
    if (was !== 'down') listeners.down(reason);
  }

  function hear(payload: string): void {
    const uplink = decodeUplink(payload);
    if (uplink === undefined || uplink.port !== portNumber) return;
    const { txId, offset } = uplink;
    const reply = replies.get(txId);
    const bytes = reply === undefined ? uplink.bytes : reply.take(uplink.bytes, offset);
    if (bytes.length === 0) return;
    if (txId === awaited) listeners.data(bytes);
    else listeners.stray(bytes);
  }

  function nextTransaction(): string {
    const txId = `${session}-${sequence++}`;
    replies.set(txId, createReply());
    for (const oldest of replies.keys()) {
      if (replies.size <= TRANSACTIONS_REMEMBERED) break;
      replies.delete(oldest);
    }
    return txId;
  }

  return {
    name: `${link.url}/${concentrator}:${portNumber}`,
    concurrent: 1,
    port,
    transitMs,
    open() {
      if (unwatch !== undefined) return;
      become('opening');
      unwatch = link.watch({
        topic: topicOf(topics.up, concentrator),
        message: hear,
        up() {
          become('up');
          listeners.up();
        },
        down: goDown,
      });
    },
    async close() {
      const end = unwatch;
      unwatch = undefined;
      goDown('closed');
      await end?.();
    },
    state: () => state,
    listen: listeners.add,
    write(bytes, { replyWithinMs }) {
      awaited = nextTransaction();
      const expiresAt = plusMs(clock.now(), replyWithinMs + transitMs);
      const downlink = { txId: awaited, port: portNumber, bytes, timeoutMs: replyWithinMs, expiresAt };
      return link.publish(topicOf(topics.down, concentrator), encodeDownlink(downlink), { expiresInMs: replyWithinMs + transitMs });
    },
  };
}
