import { randomBytes } from 'node:crypto';
import {
  type ConcentratorStatus,
  DEFAULT_TOPICS,
  decodeStatus,
  decodeUplink,
  encodeDownlink,
  type TopicTemplates,
  topicOf,
} from '../../protocols/concentrator/index.ts';
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
  /** With a topic for its status, the line is there only while the concentrator says so. */
  readonly topics?: Pick<TopicTemplates, 'down' | 'up'> & Partial<TopicTemplates>;
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
    topics = { down: DEFAULT_TOPICS.down, up: DEFAULT_TOPICS.up },
    port = DEFAULT_PORT_SETTINGS,
    transitMs = DEFAULT_TRANSIT_MS,
  } = options;
  const listeners = createListeners();
  const replies = new Map<string, Reply>();
  const session = randomBytes(6).toString('hex');
  let sequence = 0;
  let awaited: string | undefined;
  let state: TransportState = { state: 'down', since: clock.now(), reason: 'not opened' };
  let unwatch: (() => Promise<unknown>) | undefined;
  let isSubscribed = false;
  let status: ConcentratorStatus | undefined;

  function become(name: TransportState['state'], reason?: string): void {
    state = { state: name, since: clock.now(), ...(reason === undefined ? {} : { reason }) };
  }

  function goDown(reason: string): void {
    const was = state.state;
    become('down', reason);
    if (was !== 'down') listeners.down(reason);
  }

  /** Frames can pass: the subscription stands, and the concentrator has registered where it is to do so. */
  function settle(): void {
    if (!isSubscribed) return;
    if (topics.status !== undefined && status !== 'online') {
      goDown(`concentrator ${concentrator} ${status === undefined ? 'has not registered' : 'is offline'}`);
      return;
    }
    if (state.state === 'up') return;
    become('up');
    listeners.up();
  }

  function lose(reason: string): void {
    isSubscribed = false;
    status = undefined;
    goDown(reason);
  }

  function hearStatus(payload: string): void {
    const said = decodeStatus(payload);
    if (said === undefined) return;
    status = said;
    settle();
  }

  function watchAll(): () => Promise<unknown> {
    const replyWatch = link.watch({
      topic: topicOf(topics.up, concentrator),
      message: hear,
      up() {
        isSubscribed = true;
        settle();
      },
      down: lose,
    });
    if (topics.status === undefined) return replyWatch;
    const topic = topicOf(topics.status, concentrator);
    const statusWatch = link.watch({ topic, message: hearStatus, up: settle, down: lose });
    return () => Promise.all([replyWatch(), statusWatch()]);
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
      unwatch = watchAll();
    },
    async close() {
      const end = unwatch;
      unwatch = undefined;
      lose('closed');
      await end?.();
    },
    state: () => state,
    listen: (listener) => listeners.add(listener),
    write(bytes, { replyWithinMs }) {
      awaited = nextTransaction();
      const expiresAt = plusMs(clock.now(), replyWithinMs + transitMs);
      const downlink = { txId: awaited, port: portNumber, bytes, timeoutMs: replyWithinMs, expiresAt };
      return link.publish(topicOf(topics.down, concentrator), encodeDownlink(downlink), { expiresInMs: replyWithinMs + transitMs });
    },
  };
}
